"""A file is written whole or not at all."""

import os
import stat

import pytest

from beholder.durable import write_whole


def is_folder(descriptor):
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def test_a_file_is_replaced_by_the_whole_of_another(tmp_path):
    file = tmp_path / "a.txt"
    for content in ("größer", b"\x00\xff", lambda draft: draft.write_text("by itself")):
        write_whole(file, content)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "by itself")]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch, failing):
    file = tmp_path / "a.txt"
    write_whole(file, "before")

    def fail(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="no space"):
        write_whole(file, "after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "before")]


def test_a_file_has_its_name_once_it_is_on_the_disk_and_then_the_name_is(tmp_path, monkeypatch):
    done, flush, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda what: (done.append("folder" if is_folder(what) else "file"), flush(what)))
    monkeypatch.setattr(os, "replace", lambda *paths: (done.append("replaced"), replace(*paths)))
    write_whole(tmp_path / "a.txt", "x")
    assert done == ["file", "replaced", "folder"]


def test_a_longest_name_can_be_written(tmp_path):
    write_whole(tmp_path / ("x" * 255), "x")
    assert (tmp_path / ("x" * 255)).read_text() == "x"


def test_a_folder_that_cannot_be_flushed_does_no_harm(tmp_path, monkeypatch):
    flush = os.fsync

    def fsync(descriptor):
        if is_folder(descriptor):
            raise OSError(22, "invalid argument")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_whole(tmp_path / "a.txt", "x")
    assert (tmp_path / "a.txt").read_text() == "x"
