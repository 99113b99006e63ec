"""Miniatures of published rated sets, in the formats that they come in, oddities included."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

BOM = b"\xef\xbb\xbf"


@dataclass
class Planted:
    """What a miniature says.

    ratings      {(rater, item): score}, the first where there are several
    retest       the further ones, as (rater, item, score)
    means        {item: (score, score_std or None)} where only means are known
    files        of the set, each needed
    pictures     item -> its file; of the last there is no other
    """

    ratings: dict[tuple[str, str], float] = field(default_factory=dict)
    retest: list[tuple[str, str, float]] = field(default_factory=list)
    means: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    test_items: set[str] | None = None
    test_raters: set[str] | None = None
    files: tuple[str, ...] = ()
    pictures: dict[str, str] = field(default_factory=dict)


def put(folder: Path, name: str, *lines: str, bom: bool = False, newline: str = "\n", encoding: str = "utf-8") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(line + newline for line in lines)
    path.write_bytes((BOM if bom else b"") + text.encode(encoding))


def put_pictures(folder: Path, *names: str) -> None:
    """Small pictures that say in a comment which they are."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16), "teal").save(path, "JPEG", comment=f"the picture {name}")


def flickr_aes(folder: Path) -> Planted:
    """Spaces before every name, CRLF; an exact copy, a repeat; a picture of the scores that nobody rated."""
    put_pictures(folder, "40K/a.jpg", "40K/b.jpg", "40K/c.jpg")
    rows = (" A1, a.jpg, 5", " A1, b.jpg, 2", " A2, a.jpg, 1", " A3, c.jpg, 4", " A3, c.jpg, 4", " A2, a.jpg, 3")
    put(folder, "FLICKR-AES_image_labeled_by_each_worker.csv", "worker, imagePair, score", *rows, newline="\r\n")
    put(folder, "FLICKR-AES_image_score.txt", " a.jpg 0.25", " b.jpg 0.5", " c.jpg 0.75", " never.jpg 0.1")
    put(folder, "test_workers.txt", "A3")
    return Planted(
        ratings={("A1", "a.jpg"): 5, ("A1", "b.jpg"): 2, ("A2", "a.jpg"): 1, ("A3", "c.jpg"): 4},
        retest=[("A2", "a.jpg", 3)],
        test_raters={"A3"},
        files=("40K", "FLICKR-AES_image_labeled_by_each_worker.csv"),
        pictures={"a.jpg": "40K/a.jpg"},
    )


def real_cur(folder: Path) -> Planted:
    """The folder is the rating; two owners use one name for two photos; macOS left its files."""
    put_pictures(
        folder, "u1/1/x.jpg", "u1/5/y.JPG", "u2/3/x.jpg", "u1/1/._x.jpg", "__MACOSX/u1/1/x.jpg", "u1/Thumbs.db"
    )
    return Planted(
        ratings={("u1", "u1/x.jpg"): 1, ("u1", "u1/y.JPG"): 5, ("u2", "u2/x.jpg"): 3},
        pictures={"u1/x.jpg": "u1/1/x.jpg"},
    )


AADB_FILES = tuple(
    f"imgListFiles_label/imgList{part}Regression_{name}.txt"
    for part in ("Train", "Validation", "TestNew")
    for name in (
        *("score", "BalacingElements", "ColorHarmony", "Content", "DoF", "Light", "MotionBlur"),
        *("Object", "Repetition", "RuleOfThirds", "Symmetry", "VividColor"),
    )
)
AADB_PICTURES = {"Train": "farm1_2_30_b.jpg", "Validation": "farm1_2_40_b.jpg", "TestNew": "farm4_5_60_b.jpg"}


def aadb(folder: Path) -> Planted:
    """Thirty-six lists, spelt as published."""
    train, validation, test = AADB_PICTURES.values()
    put_pictures(folder, f"datasetImages_originalSize/{train}", f"datasetImages_originalSize/{validation}")
    put_pictures(folder, f"AADB_newtest_originalSize/{test}")
    for file in AADB_FILES:
        part = next(part for part in AADB_PICTURES if f"imgList{part}Reg" in file)
        value = "0.7" if "_score" in file else "-0.4" if "Balacing" in file else "0.2"
        put(folder, file, f"{AADB_PICTURES[part]} {value} ")
    return Planted(
        means=dict.fromkeys(AADB_PICTURES.values(), (0.7, None)),
        test_items={test},
        files=("datasetImages_originalSize", *AADB_FILES),
        pictures={train: f"datasetImages_originalSize/{train}"},
    )


def aadb_workers(folder: Path) -> None:
    """The raw table: ten pictures a line, 0 for no score, lines that end before the last two columns."""
    links = ["http://farm1.staticflickr.com/2/30_b.jpg", "http://farm4.staticflickr.com/5/60_b.jpg"]
    links += [f"http://farm9.staticflickr.com/9/{i}_b.jpg" for i in range(8)]  # not in the lists
    numbers = ["1", "10", *"23456789"]  # as Mechanical Turk sorts them
    header = ["HITId", "WorkerId", *(f"Input.image_url{i}" for i in range(1, 11))]
    header += [*(f"Answer.overallScore{i}" for i in numbers), "Approve", "Reject"]
    lines = [["H1", "W1", *links, "5", *"333333333"], ["H2", "W2", *links, "2", *"300000000"]]
    quoted = [",".join(f'"{cell}"' for cell in line) for line in (header, *lines)]
    put(folder, "AADB_AllinAll.csv", *quoted)


def para(folder: Path) -> Planted:
    """One name in two sessions; halves; columns that are not used."""
    put_pictures(folder, "imgs/session1/i1_.jpg", "imgs/session2/i1_.jpg")
    header = "sessionId,imageName,userId,aestheticScore,qualityScore,semantic"
    rows = (
        *("session1,i1_.jpg,Aa1,3.5,3.0,scene", "session2,i1_.jpg,Aa1,1.0,2.0,food"),
        *("session1,i1_.jpg,Bb2,5.0,4.0,scene", "session1,i1_.jpg,Bb2,5.0,4.5,scene"),
    )
    put(folder, "annotation/PARA-Images.csv", header, *rows, bom=True)
    put(folder, "annotation/PARA-GiaaTrain.csv", "imageName,sessionId,semantic", "i1_.jpg,session1,scene")
    put(folder, "annotation/PARA-GiaaTest.csv", "imageName,sessionId,semantic", "i1_.jpg,session2,food")
    return Planted(
        ratings={
            ("Aa1", "session1/i1_.jpg"): 3.5,
            ("Aa1", "session2/i1_.jpg"): 1,
            ("Bb2", "session1/i1_.jpg"): 5,
        },
        retest=[("Bb2", "session1/i1_.jpg", 5.0)],  # another line about it, so no copy, though the score is the same
        test_items={"session2/i1_.jpg"},
        files=("imgs", "annotation/PARA-Images.csv", "annotation/PARA-GiaaTrain.csv", "annotation/PARA-GiaaTest.csv"),
        pictures={"session2/i1_.jpg": "imgs/session2/i1_.jpg"},
    )


def lapis(folder: Path) -> Planted:
    """Windows-1252, line numbers in a column without a name, exact copies and real repeats."""
    put_pictures(folder, "images/a.jpg", "images/b.jpg", "images/é.jpg")
    header = ",participant_id,image_id,image_filename,rating,artist,style,genre,age"
    rows = (
        *("0,P1,1,a.jpg,80,Dürer,X,portrait,30", "1,P1,2,b.jpg,20,Klee,Y,abstract,30"),
        *("2,P1,1,a.jpg,80,Dürer,X,portrait,30", "3,P2,1,a.jpg,10,Dürer,X,portrait,41"),
        *("4,P2,1,a.jpg,15,Dürer,X,portrait,41", "5,P2,3,é.jpg,100,Dalí,X,portrait,41"),
    )
    put(folder, "annotation/LAPIS_PIAA.csv", header, *rows, encoding="cp1252")
    put(folder, "annotation/LAPIS_GIAA_Trainsplit.csv", "image_filename,mean_response", "a.jpg,45")
    put(folder, "annotation/LAPIS_GIAA_Valsplit.csv", "image_filename,mean_response", "b.jpg,20")
    put(folder, "annotation/LAPIS_GIAA_Testsplit.csv", "image_filename,mean_response", "é.jpg,100")
    return Planted(
        ratings={("P1", "a.jpg"): 80, ("P1", "b.jpg"): 20, ("P2", "a.jpg"): 10, ("P2", "é.jpg"): 100},
        retest=[("P2", "a.jpg", 15)],
        test_items={"é.jpg"},
        files=(
            *("images", "annotation/LAPIS_PIAA.csv", "annotation/LAPIS_GIAA_Trainsplit.csv"),
            *("annotation/LAPIS_GIAA_Valsplit.csv", "annotation/LAPIS_GIAA_Testsplit.csv"),
        ),
        pictures={"é.jpg": "images/é.jpg"},
    )


def eva(folder: Path) -> Planted:
    """= between the cells; a photo that lies there twice; a time that is no number."""
    put_pictures(folder, "images/EVA_category/5/71.jpg", "images/EVA_together/71.jpg", "images/EVA_together/106.jpg")
    header = '"image_id"="user_id"="score"="difficulty"="visual"="vote_time"="1"="2"'
    rows = ("71=E1=7=3=3=12.5=0=1", "71=E2=0=2=1=NA=0=0", "106=E1=10=4=4=3=1=1")
    put(folder, "data/votes_filtered.csv", header, *rows)
    put(folder, "data/image_content_category.csv", '"image_id","sort"', '"71","5"')
    return Planted(
        ratings={("E1", "71.jpg"): 7, ("E2", "71.jpg"): 0, ("E1", "106.jpg"): 10},
        files=("data/votes_filtered.csv",),
        pictures={"106.jpg": "images/EVA_together/106.jpg"},
    )


def ava(folder: Path) -> Planted:
    """Ten counts of votes a line, without a header."""
    put_pictures(folder, "images/953619.jpg", "images/953958.jpg")
    votes = ("1 953619 0 0 0 0 2 0 2 0 0 0 1 22 1396", "2 953958 0 0 0 0 0 0 0 0 0 3 0 0 1396")
    put(folder, "AVA.txt", *votes)
    put(folder, "aesthetics_image_lists/generic_test.jpgl", "953958")
    return Planted(
        means={"953619.jpg": (6.0, 1.0), "953958.jpg": (10.0, 0.0)},
        test_items={"953958.jpg"},
        files=("images", "AVA.txt"),
        pictures={"953619.jpg": "images/953619.jpg"},
    )


def tad66k(folder: Path) -> Planted:
    put_pictures(folder, "TAD66K/a.jpg", "TAD66K/b.jpg")
    put(folder, "labels/merge/train.csv", "image,score", "a.jpg,6.5", bom=True)
    put(folder, "labels/merge/test.csv", "image,score", "b.jpg,2.25", newline="\r\n")
    return Planted(
        means={"a.jpg": (6.5, None), "b.jpg": (2.25, None)},
        test_items={"b.jpg"},
        files=("labels/merge/train.csv", "labels/merge/test.csv"),
        pictures={"a.jpg": "TAD66K/a.jpg"},
    )


def koniq(folder: Path) -> Planted:
    """MOS and SD from 1 to 5 in one table, MOS from 0 to 100 in the other."""
    put_pictures(folder, "1024x768/1.jpg", "1024x768/2.jpg", "512x384/1.jpg")
    scores = "koniq10k_scores_and_distributions.csv"
    put(folder, scores, "image_name,c1,c2,MOS,SD,MOS_zscore", "1.jpg,1,2,3.91,0.5,71.3", "2.jpg,1,2,1.5,0.7,12")
    header = "image_name,c1,c2,MOS,SD,set"
    put(folder, "koniq10k_distributions_sets.csv", header, "1.jpg,.3,.7,71.3,0.5,validation", "2.jpg,.3,.7,12,0.7,test")
    return Planted(
        means={"1.jpg": (3.91, 0.5), "2.jpg": (1.5, 0.7)},
        test_items={"2.jpg"},
        files=(scores,),
        pictures={"1.jpg": "1024x768/1.jpg", "2.jpg": "1024x768/2.jpg"},
    )


def spaq(folder: Path) -> Planted:
    put_pictures(folder, "TestImage/00001.jpg", "TestImage/00002.png")
    header = ["Image name", "MOS", "Brightness", "Colorfulness", "Contrast", "Noisiness", "Sharpness"]
    rows = [["00001.jpg", 33.67, 50.5, 44, 51, 40, 30], ["00002.png", 100, 1, 2, 3, 4, 5]]
    put_sheet(folder / "Annotations/MOS and Image attribute scores.xlsx", [header, *rows])
    return Planted(
        means={"00001.jpg": (33.67, None), "00002.png": (100, None)},
        files=("TestImage", "Annotations/MOS and Image attribute scores.xlsx"),
        pictures={"00002.png": "TestImage/00002.png"},
    )


def baid(folder: Path) -> Planted:
    put_pictures(folder, "images/1.jpg", "images/2.jpg", "images/3.jpg")
    put(folder, "dataset/train_set.csv", "image,score", "1.jpg,9.999043")
    put(folder, "dataset/val_set.csv", "image,score", "2.jpg,8.3")
    put(folder, "dataset/test_set.csv", "image,score", "3.jpg,3.1")
    return Planted(
        means={"1.jpg": (9.999043, None), "2.jpg": (8.3, None), "3.jpg": (3.1, None)},
        test_items={"3.jpg"},
        files=("images", "dataset/train_set.csv", "dataset/val_set.csv", "dataset/test_set.csv"),
        pictures={"1.jpg": "images/1.jpg"},
    )


MAKERS: dict[str, Callable[[Path], Planted]] = {
    "flickr-aes": flickr_aes,
    "real-cur": real_cur,
    "aadb": aadb,
    "para": para,
    "lapis": lapis,
    "eva": eva,
    "ava": ava,
    "tad66k": tad66k,
    "koniq-10k": koniq,
    "spaq": spaq,
    "baid": baid,
}

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def put_sheet(path: Path, rows: list[list[str | float | None]]) -> None:
    """An .xlsx workbook of one sheet with shared strings, as office programs write it; None is a cell left out."""
    texts = list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)))
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    cells = f"<sheetData>{_rows(rows, texts)}</sheetData>"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SPREADSHEET}.sharedStrings+xml"/></Types>',
        "_rels/.rels": _links(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" uniqueCount="{len(texts)}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{cells}</worksheet>',
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)


def _links(*links: tuple[str, str, str]) -> str:
    made = (f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(made)}</Relationships>'


def _rows(rows: list[list[str | float | None]], texts: list[str]) -> str:
    return "".join(
        f'<row r="{y}">{"".join(_cell(f"{chr(65 + x)}{y}", cell, texts) for x, cell in enumerate(row))}</row>'
        for y, row in enumerate(rows, start=1)
    )


def _cell(at: str, cell: str | float | None, texts: list[str]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{at}" t="s"><v>{texts.index(cell)}</v></c>'
    return f'<c r="{at}"><v>{cell!r}</v></c>'
