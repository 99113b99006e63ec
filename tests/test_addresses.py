"""Only addresses of the public web are kept, however the others are spelt."""

import pytest

from beholder.sources.addresses import plain_address, web_address

INSIDE = (
    "javascript:alert(1)", "java\nscript:alert(1)", " JaVaScRiPt:alert(1)", "vbscript:x", "data:text/html,x",
    "file:///etc/passwd", "ftp://a.org/x", "blob:https://a.org/1", "about:blank", "mailto:a@b.org", "tel:+4512345678",
    "http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://127.0.0.1/", "http://127.1/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fd00::1]/",
    "http://10.0.0.1/", "http://172.16.9.9/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://１２７.0.0.1/", "http://①②⑦.0.0.1/",
    "http://metadata.google.internal/", "http://printer.local/", "http://intranet/", "http://router.home.arpa/",
    "http://10.0.0.1.nip.io/", "http://user:secret@a.org/", "http://a.org@10.0.0.1/", "http://a.org:22/",
    "http://a.org\\@10.0.0.1/", "http://%31%32%37.0.0.1/", "http://a..org/", "http:///x", "http://", "https://[::1",
    "{{ id }}", "", " ", "http://a.org/" + "x" * 3000, "http://1.2.3.4.5/", "http://999.1.1.1/", "http://a_b/",
    "http://1.2.3.256/",
)  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
@pytest.mark.parametrize("base", ["", "https://www.dba.dk/x"])
def test_what_leads_inside_or_nowhere_is_no_address(text, base):
    address = web_address(text, base)
    assert address is None or address.startswith("https://www.dba.dk/")


@pytest.mark.parametrize(
    ("text", "base", "address"),
    [
        ("https://www.dba.dk/a?b=1#c", "", "https://www.dba.dk/a?b=1#c"),
        ("/a", "https://dba.dk/b/c", "https://dba.dk/a"),
        ("//images.dk/a.jpg", "https://dba.dk/", "https://images.dk/a.jpg"),
        ("../a b.jpg\n", "https://dba.dk/b/c/", "https://dba.dk/b/a%20b.jpg"),
        ("https://dba.dk/æ?q=ø", "", "https://dba.dk/%C3%A6?q=%C3%B8"),
        ("https://dba.dk/a%20b?rule=$_35.JPG", "", "https://dba.dk/a%20b?rule=$_35.JPG"),
        ("https://a.org:8080/x", "", "https://a.org:8080/x"),
        ("http://93.184.216.34/a.jpg", "", "http://93.184.216.34/a.jpg"),
        ("a.jpg", "", None),
    ],
)
def test_addresses_of_the_web_are_kept_whole(text, base, address):
    assert web_address(text, base) == address


def test_the_same_page_has_one_plain_address():
    same = ["https://www.dba.dk/a/", "http://dba.dk/a#top", "https://dba.dk/a?utm_source=x&fbclid=1"]
    assert {plain_address(address) for address in same} == {"dba.dk/a"}
    assert plain_address("https://[::1") == "https://[::1"
    assert plain_address("https://dba.dk/a?id=1&utm_medium=x") == "dba.dk/a?id=1"
