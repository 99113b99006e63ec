"""Models of the hub for new pictures: what is said of their licences, and what is downloaded once they are accepted."""

import json
import sys

import pytest
from huggingface_hub import constants

from beholder.cli import run
from beholder.create import Order, download
from beholder.create.diffusing import DiffusersEngine
from beholder.create.models import INDEX, folder_of, here
from beholder.errors import BadInput, MissingExtra, UnknownName, UserError
from helpers.hub import standing_for_the_hub

PARTS = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "U"], "tokenizer": ["transformers", "T"]}
PARTS |= {"safety_checker": [None, None], "vae": ["diffusers", "V"]}
FILES = {
    INDEX: json.dumps(PARTS).encode(),
    "unet/config.json": b"{}",
    "unet/diffusion_pytorch_model.safetensors": b"whole" * 900,
    "unet/diffusion_pytorch_model.fp16.safetensors": b"half" * 500,
    "unet/diffusion_pytorch_model.bin": b"never loaded",
    "vae/config.json": b"{}",
    "vae/diffusion_pytorch_model.safetensors": b"v" * 300,
    "tokenizer/vocab.json": b"{}",
    "other/model.safetensors": b"not of the pipeline",
    "all.safetensors": b"everything again",
}
WANTED = {
    INDEX, "unet/config.json", "unet/diffusion_pytorch_model.fp16.safetensors", "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors", "tokenizer/vocab.json",
}  # fmt: skip


@pytest.fixture
def hub(monkeypatch, tmp_path):
    repositories = {
        "ada/small": {"card": {"license": "other", "license_name": "ada-only"}, "files": dict(FILES)},
        "ada/bare": {"card": {}, "files": {"README.md": b""}},
        "ada/pickled": {"card": {}, "files": {INDEX: FILES[INDEX], "unet/diffusion_pytorch_model.bin": b"x"}},
    }
    with standing_for_the_hub(repositories, monkeypatch, tmp_path / "hub") as fetched:
        yield fetched


@pytest.fixture
def cut_off(monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_the_licence_is_shown_and_nothing_is_downloaded_before_it_is_accepted(hub):
    for asked in (lambda: folder_of("ada/small"), lambda: download("ada/small")):
        with pytest.raises(UserError) as told:
            asked()
        for part in ("ada-only", "https://huggingface.co/ada/small", "GB", "--accept-licence", "accept_licence=True"):
            assert part in str(told.value)
    assert hub == []


def test_once_accepted_the_parts_are_downloaded_in_half_precision_and_found_without_the_hub(hub, monkeypatch):
    said = []
    folder = download("ada/small", accept_licence=True, progress=lambda *told: said.append(told))
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == WANTED
    assert (folder / "unet/diffusion_pytorch_model.fp16.safetensors").read_bytes() == b"half" * 500
    assert said[0][0] == "downloading ada/small, MB"
    before = list(hub)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert folder_of("ada/small") == download("ada/small") == folder
    assert hub == before


def test_a_download_that_was_cut_off_is_not_taken_for_whole_and_goes_on(hub, monkeypatch):
    from beholder.features import hub as hub_module

    fetch = hub_module.fetch

    def breaks(model, file):
        if file.startswith("vae/diffusion"):
            raise UserError("the line is cut")
        return fetch(model, file)

    with monkeypatch.context() as patched:
        patched.setattr(hub_module, "fetch", breaks)
        with pytest.raises(UserError, match="cut"):
            download("ada/small", accept_licence=True)
    with pytest.raises(UserError, match="not on this machine"):
        folder_of("ada/small")
    heavy = "unet/diffusion_pytorch_model.fp16.safetensors"
    download("ada/small", accept_licence=True)
    assert hub.count(heavy) == 1


def test_what_is_no_pipeline_is_refused(hub):
    with pytest.raises(UserError, match="no pipeline of diffusers"):
        download("ada/bare", accept_licence=True)
    with pytest.raises(UserError, match="no safe format"):
        download("ada/pickled", accept_licence=True)
    with pytest.raises(UserError, match="has no model 'ada/none'"):
        folder_of("ada/none")


@pytest.mark.parametrize("id", ["stabilityai/sd-turbo", "ada/small"])
def test_without_the_hub_it_is_said_what_to_do(id, cut_off):
    for asked in (lambda: folder_of(id), lambda: download(id, accept_licence=True)):
        with pytest.raises(UserError) as told:
            asked()
        for part in (id, "cannot be asked", "hf download", "HF_HOME"):
            assert part in str(told.value)
    assert here() == []


def test_a_licence_that_is_known_is_told_without_the_hub(cut_off):
    with pytest.raises(UserError, match=r"licence: Apache-2\.0"):
        folder_of("black-forest-labs/FLUX.2-klein-4B")


def test_a_folder_is_a_model_too(tmp_path):
    (tmp_path / INDEX).write_bytes(FILES[INDEX])
    assert folder_of(str(tmp_path)) == tmp_path
    for id in (str(tmp_path / "no"), "sd", "../x"):
        with pytest.raises(UserError, match="wanted OWNER/NAME"):
            folder_of(id)


def test_the_missing_extra_is_named_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'beholder\[create\]'"):
        DiffusersEngine("ada/small").plain(0)


def test_an_engine_of_diffusers_is_known_by_its_beginning():
    Order(engine="diffusers:ada/small").check()
    with pytest.raises(UnknownName, match="diffusers:ID"):
        Order(engine="diffuser").check()


@pytest.mark.parametrize("text", ["{", "[]", '{"_class_name": 3}'])
def test_a_damaged_index_is_refused_in_words(text, tmp_path):
    from beholder.create.models import read_index

    (tmp_path / INDEX).write_text(text)
    with pytest.raises(BadInput, match=INDEX):
        read_index(tmp_path)


def test_the_command_accepts_before_it_downloads(cut_off, capsys):
    command = ["create", "art", "--engine", "diffusers:ada/small", "--accept-licence", "--out", "x"]
    assert run(command) == 2
    assert "cannot be asked about 'ada/small'" in capsys.readouterr().err
