"""Encoders from the Hugging Face hub, as ONNX, each pinned to one commit: CLIP, MobileCLIP 2 and SigLIP 2 with words,
DINOv2. What else comes from the hub is fetched by the same functions.

Nothing is fetched before it is needed: the text tower comes with the first call of `encode_text`. What was fetched
once stays in the hub's own cache (HF_HOME), and a pinned commit in the cache is never asked for again.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from beholder.errors import BadInput, BeholderError, StoreError, UserError
from beholder.features.encoder_row import EncoderRow
from beholder.features.external_data import sha256
from beholder.features.onnx import BATCH, Tower, open_session
from beholder.features.preprocess import Preprocessing, from_processor
from beholder.json_reading import read_json
from beholder.text import why_unreadable
from beholder.types import Matrix, Progress

_PIXELS = "pixel_values"
_TOKENIZER = "tokenizer.json"
PATIENCE = 4.0  # seconds that the hub has to answer
_LOOKED = 0.3  # seconds after which it is looked again how much has come
_SHA256 = 64  # characters of such a hash
_NO_ROOM = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST)
_COPIED = "copy its HF_HOME folder (~/.cache/huggingface) here and set HF_HOME to it"


class HubUnreachable(UserError):
    """The hub cannot be reached, or does not give what it is asked for."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text tower. Both were trained on texts of exactly `length` tokens, filled up on the right with `pad`."""

    file: str
    output: str
    length: int
    pad: str
    lower: bool


@dataclass(frozen=True, slots=True)
class HubModel:
    """A pinned repository. `first_token`: the vector is the first (class) token of a sequence; `bytes` of the image
    tower."""

    repo: str
    commit: str
    file: str
    output: str
    dimension: int
    licence: str
    bytes: int
    first_token: bool = False
    text: _Text | None = None
    processor: str = "preprocessor_config.json"

    @property
    def files(self) -> list[str]:
        return [self.file, self.processor, *([self.text.file, _TOKENIZER] if self.text else [])]


class Pinned(Protocol):
    """Files of a repository of the hub at one commit. bytes : of all that is to be fetched"""

    @property
    def repo(self) -> str: ...
    @property
    def commit(self) -> str: ...
    @property
    def files(self) -> Sequence[str]: ...
    @property
    def bytes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Repository:
    """What the hub says of a repository at one commit. licence : "" where its card states none; sizes : of its files"""

    repo: str
    commit: str
    licence: str
    sizes: dict[str, int]


def _mobileclip2(size: str, bytes: int) -> HubModel:
    """Of one size. Filled up with its first token: "<|endoftext|>" would move the end, at which the tower looks."""
    return HubModel(
        repo="plhery/mobileclip2-onnx",
        commit="ba95759a5bdbaca53e9111e2550a76ec09c8fd9e",
        file=f"onnx/{size}/vision_model.onnx",
        output="image_embeds",
        dimension=512,
        licence="Apple-AMLR (for research only)",
        bytes=bytes,
        text=_Text(f"onnx/{size}/text_model.onnx", "text_embeds", length=77, pad="!", lower=False),
        processor=f"onnx/{size}/preprocessor_config.json",
    )


MODELS = {
    "clip-vit-b32": HubModel(
        repo="Xenova/clip-vit-base-patch32",
        commit="d15189d7028b43f1d3e65039190477f6af591c2a",
        file="onnx/vision_model.onnx",
        output="image_embeds",
        dimension=512,
        licence="MIT",
        bytes=351_685_709,
        text=_Text("onnx/text_model.onnx", "text_embeds", length=77, pad="<|endoftext|>", lower=False),
    ),
    "siglip2-base": HubModel(
        repo="onnx-community/siglip2-base-patch16-224-ONNX",
        commit="ba1f3b0843f24bc5417d38e19c37b287d719b2f4",
        file="onnx/vision_model.onnx",
        output="pooler_output",
        dimension=768,
        licence="Apache-2.0",
        bytes=372_000_000,  # about
        # trained on lower case, which its tokenizer.json leaves out (huggingface/transformers pull request 43101)
        text=_Text("onnx/text_model.onnx", "pooler_output", length=64, pad="<pad>", lower=True),
    ),
    "dinov2-small": HubModel(
        repo="onnx-community/dinov2-small",
        commit="8b1f705a3a7f6f062f6bdd21986c1583d3ef105d",
        file="onnx/model.onnx",
        output="last_hidden_state",
        dimension=384,
        licence="Apache-2.0",
        bytes=88_532_934,
        first_token=True,
    ),
    "mobileclip2-s0": _mobileclip2("s0", 45_555_784),
    "mobileclip2-s2": _mobileclip2("s2", 143_044_797),
    "siglip2-so400m": HubModel(
        repo="onnx-community/siglip2-so400m-patch16-256-ONNX",
        commit="7881d8f282cbd7cdeac1aca6bed493a36d58e713",
        file="onnx/vision_model_fp16.onnx",
        output="pooler_output",
        dimension=1152,
        licence="Apache-2.0",
        bytes=856_359_102,
        # the tower in full precision lies in two files; as 8-bit numbers it is nearly the same
        text=_Text("onnx/text_model_int8.onnx", "pooler_output", length=64, pad="<pad>", lower=True),
    ),
}


def fetch(model: Pinned, file: str) -> Path:
    """The file's place in the hub's cache, fetched where it is not there yet.

    Raises
    ------
    HubUnreachable
    UserError
        where the download broke off
    StoreError
        where the cache cannot be written
    BadInput
        where what came is not what the hub has
    """
    import huggingface_hub

    try:
        with _without_warnings():
            kept = huggingface_hub.try_to_load_from_cache(model.repo, file, revision=model.commit)
            if isinstance(kept, str):
                return Path(kept)
            url = huggingface_hub.hf_hub_url(model.repo, file, revision=model.commit)
            told = _told_of(url)
            if told and told.size and len(told.etag or "") == _SHA256:  # that of a small file is git's
                _bring(model, file, url, told)
            return Path(huggingface_hub.hf_hub_download(model.repo, file, revision=model.commit))
    except BadInput:
        raise
    except Exception as fault:  # no network, a proxy, a full disk, a gate: the hub's clients share no base class
        raise _not_fetched(model, file, fault) from None


def _bring(model: Pinned, file: str, url: str, told: Any) -> None:
    """Have a file among the blobs of the hub's cache, going on from what came before.

    The hub's library itself begins anew after an interruption.
    """
    from huggingface_hub import constants, get_token
    from huggingface_hub.file_download import WeakFileLock, http_get  # type: ignore[attr-defined]

    blob = _folder(model) / "blobs" / told.etag
    part = blob.with_name(f"{told.etag}.incomplete")
    lock = Path(constants.HF_HUB_CACHE) / ".locks" / _folder(model).name / f"{told.etag}.lock"
    for folder in (blob.parent, lock.parent):
        folder.mkdir(parents=True, exist_ok=True)
    location = told.location or url
    own = urlsplit(location).netloc == urlsplit(url).netloc  # else it has an address that needs no token
    headers = {"authorization": f"Bearer {token}"} if own and (token := get_token()) else {}
    with WeakFileLock(lock):
        if blob.exists():
            return
        with part.open("ab") as coming:
            if coming.tell() < told.size:
                http_get(location, coming, resume_size=coming.tell(), headers=headers, expected_size=told.size)
        if sha256(part) != told.etag:
            part.unlink()
            raise BadInput(f"{file} of {model.repo} came damaged; try again, and it is fetched anew")
        part.replace(blob)


def _not_fetched(model: Pinned, file: str, fault: Exception) -> BeholderError:
    """What is said where a file could not be fetched: what is wrong, and what to do."""
    from huggingface_hub import constants, errors

    if isinstance(fault, OSError) and fault.errno in _NO_ROOM:
        return StoreError(
            f"cannot keep {file} of {model.repo} in {constants.HF_HUB_CACHE} ({why_unreadable(fault)}); "
            "make room there, or set HF_HOME to a folder that can be written"
        )
    cut_off = isinstance(fault, ConnectionError | errors.LocalEntryNotFoundError)
    if not cut_off and _come(model, [file]):
        return UserError(
            f"{file} of {model.repo} came in part ({_first_line(fault)}); try again, and it goes on from there"
        )
    reason = "it cannot be reached, and the file is not in its cache here" if cut_off else _first_line(fault)
    return HubUnreachable(
        f"cannot fetch {file} of {model.repo} from the Hugging Face hub ({reason}); on a machine that reaches it "
        f"run `hf download {model.repo} {' '.join(model.files)} --revision {model.commit}`, {_COPIED}"
    )


def look_up(repo: str, commit: str = "") -> Repository:
    """What the hub says of a repository now, or at a commit. Raises UserError with what to do."""
    import huggingface_hub

    try:
        with _without_warnings():
            told = huggingface_hub.HfApi().model_info(
                repo, revision=commit or None, timeout=PATIENCE, files_metadata=True
            )
    except huggingface_hub.errors.RepositoryNotFoundError:
        raise UserError(f"the Hugging Face hub has no model '{repo}' that everybody can see") from None
    except Exception as fault:  # as in `fetch`
        at = f" --revision {commit}" if commit else ""
        reason = _first_line(fault) if isinstance(fault, huggingface_hub.errors.HfHubHTTPError) else "no answer"
        raise UserError(
            f"the Hugging Face hub cannot be asked about '{repo}' ({reason}), and the model is not in its cache here; "
            f"on a machine that reaches it run `hf download {repo}{at}`, {_COPIED}"
        ) from None
    data: Any = told.card_data
    card = data.to_dict() if data else {}
    licence = card.get("license_name") or card.get("license") or ""
    sizes = {file.rfilename: file.size or 0 for file in told.siblings or ()}
    return Repository(repo, str(told.sha), str(licence), sizes)


def snapshot(repo: str, file: str, commit: str = "") -> Path | None:
    """The folder of a repository in the hub's cache that has this file: at a commit, else the newest one."""
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}" / "snapshots"
    found = [path.parent for path in folder.glob(f"{commit or '*'}/{file}") if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def download(name: str, progress: Progress) -> None:
    """Have what the encoder of that name needs to see pictures in the hub's cache. raises : as `download_files`"""
    model = MODELS[name]
    download_files(model, [model.processor, model.file], name, progress)


def download_files(model: Pinned, files: Sequence[str], name: str, progress: Progress) -> None:
    """Have files in the hub's cache, in this order, going on from what came before. name : of what progress says

    raises : as `fetch`
    """
    failed = list[BaseException]()

    def work() -> None:
        try:
            for file in files:
                fetch(model, file)
        except BaseException as fault:  # told to whoever waits
            failed.append(fault)

    worker = threading.Thread(target=work, daemon=True, name=f"download {name}")
    worker.start()
    while worker.is_alive():
        progress(
            f"downloading {name}, MB", min(_come(model, files), model.bytes) // 1_000_000, model.bytes // 1_000_000
        )
        worker.join(_LOOKED)
    if failed:
        raise failed[0]


def _come(model: Pinned, files: Sequence[str]) -> int:
    """Bytes of a model that have come so far."""
    folder = _folder(model)
    whole = [folder / "snapshots" / model.commit / file for file in files]
    with suppress(OSError):
        coming = max((file.stat().st_size for file in (folder / "blobs").glob("*.incomplete")), default=0)
        return coming + sum(path.stat().st_size for path in whole if path.is_file())
    return 0


def _folder(model: Pinned) -> Path:
    """Of its repository in the hub's cache."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE) / f"models--{model.repo.replace('/', '--')}"


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]


def _told_of(url: str) -> Any:
    """What the hub says of a file, asked once: a download of its own tries a hub that is not there for half a minute.

    raises : ConnectionError where nobody answers; what a hub answers is left to the download
    """
    import huggingface_hub

    try:
        return huggingface_hub.get_hf_file_metadata(url, timeout=PATIENCE)
    except huggingface_hub.errors.HfHubHTTPError:
        return None
    except Exception as fault:  # of whichever HTTP client this version of the hub's library has
        raise ConnectionError(str(fault)) from fault


@contextmanager
def _without_warnings() -> Iterator[None]:
    """The hub's library warns of every retry, in front of the sentence that says what to do."""
    told = logging.getLogger("huggingface_hub")
    before = told.level
    told.setLevel(logging.ERROR)
    try:
        yield
    finally:
        told.setLevel(before)


def load_hub(name: str, *, threads: int) -> _HubRuntime | _HubWordsRuntime:
    """The pinned encoder of that name. raises : as `fetch`, and BadInput where it is not right"""
    model = MODELS[name]
    preprocessing = _read_processor(model)
    path = fetch(model, model.file)
    tower = Tower(open_session(path, threads), path, model.output, model.dimension, model.first_token)
    row = EncoderRow(
        name=name,
        dimension=model.dimension,
        licence=model.licence,
        bytes=model.bytes,
        source=f"https://huggingface.co/{model.repo}",
        revision=model.commit,
        preprocessing={**preprocessing.as_dict(), "output": model.output, "unit_length": True},
        max_side=preprocessing.max_side,
        words=model.text is not None,
    )
    if model.text is None:
        return _HubRuntime(row, tower, preprocessing)
    return _HubWordsRuntime(row, tower, preprocessing, model, model.text, threads)


def _read_processor(model: HubModel) -> Preprocessing:
    path = fetch(model, model.processor)
    faults: list[str] = []
    try:
        told = read_json(path)
        preprocessing = from_processor(told, faults)
    except (OSError, ValueError, AttributeError) as fault:
        raise BadInput(f"{path} cannot be read as JSON ({fault}); delete it, and it is fetched again") from None
    if preprocessing is None:
        raise BadInput(f"{model.processor} of {model.repo} is not understood: {'; '.join(faults)}")
    return preprocessing


class _HubRuntime:
    """The image tower of a hub model; vectors of unit length, so that a dot product is a cosine."""

    def __init__(self, row: EncoderRow, tower: Tower, preprocessing: Preprocessing) -> None:
        self.row = row
        self._tower, self._preprocessing = tower, preprocessing
        self._type = tower.type_of(_PIXELS)

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32 of unit length."""
        parts = [
            self._tower.run({_PIXELS: self._preprocessing(pictures[at : at + BATCH]).astype(self._type, copy=False)})
            for at in range(0, len(pictures), BATCH)
        ]
        return unit_length(np.concatenate(parts) if parts else np.empty((0, self.row.dimension), np.float32))


class _HubWordsRuntime(_HubRuntime):
    """An image tower with the text tower that was trained beside it."""

    def __init__(
        self, row: EncoderRow, tower: Tower, preprocessing: Preprocessing, model: HubModel, text: _Text, threads: int
    ) -> None:
        super().__init__(row, tower, preprocessing)
        self._model, self._text, self._threads = model, text, threads
        self._loading = threading.Lock()
        self._words: tuple[Any, Tower] | None = None

    def encode_text(self, words: Sequence[str]) -> Matrix:
        """(n, dimension) float32 of unit length, in the space of `encode`. Texts past the tower's length are cut."""
        with self._loading:
            self._words = self._words or self._load_words()
        tokenizer, tower = self._words
        said = [word.lower() if self._text.lower else word for word in words]
        if not said:
            return np.empty((0, self.row.dimension), np.float32)
        tokens = tokenizer.encode_batch(said)
        feeds = {"input_ids": [t.ids for t in tokens], "attention_mask": [t.attention_mask for t in tokens]}
        taken = {i.name for i in tower.session.get_inputs()}
        return unit_length(tower.run({k: np.array(v, np.int64) for k, v in feeds.items() if k in taken}))

    def _load_words(self) -> tuple[Any, Tower]:
        from tokenizers import Tokenizer

        text = self._text
        place = fetch(self._model, _TOKENIZER)
        try:
            tokenizer = Tokenizer.from_file(str(place))
        except Exception as fault:  # the tokenizers library raises plain Exception
            raise BadInput(f"{place} is not a tokenizer ({fault}); delete it, and it is fetched again") from None
        pad = tokenizer.token_to_id(text.pad)
        if pad is None:
            raise BadInput(f"{place} has no token '{text.pad}', with which {self._model.repo} fills up short texts")
        tokenizer.enable_truncation(text.length)
        tokenizer.enable_padding(direction="right", pad_id=pad, pad_token=text.pad, length=text.length)
        path = fetch(self._model, text.file)
        return tokenizer, Tower(open_session(path, self._threads), path, text.output, self.row.dimension)


def unit_length(vectors: Matrix) -> Matrix:
    """Rows of Euclidean length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), np.float32)
