"""A researcher's own models: `package.module:Class` or `path/to/file.py:Class` wherever a method is named.

The class is a scikit-learn estimator that can be made without arguments. With a plain `fit(X, y)` it is given the rated
rows and their ratings; with the keywords of `TasteModel.fit` it learns from choices too; with `learn_prior` (see
`beholder.taste.prior`) also from other people. The working folder is looked in last, in worker processes too.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from beholder.errors import UserError


def is_own(name: str) -> bool:
    """Whether a method's name stands for a class of the researcher's."""
    return ":" in name


@lru_cache
def own_model(name: str) -> type[Any]:
    """The class that is meant; raises UserError where there is none, or it is no estimator."""
    where, _, what = name.rpartition(":")
    module = _from_file(Path(where).expanduser()) if where.endswith(".py") else _from_module(where)
    model = getattr(module, what, None)
    if not isinstance(model, type):
        there = [n for n, value in vars(module).items() if isinstance(value, type) and hasattr(value, "fit")]
        raise UserError(
            f"method '{name}': {where} has no class '{what}'; estimators there: {', '.join(there) or 'none'}"
        )
    _check(name, model)
    return model


def revision(model: type[Any]) -> str:
    """sha256 of the file that the class stands in: rows of two versions must not meet in one table."""
    path = inspect.getsourcefile(model)
    return "" if path is None else hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _check(name: str, model: type[Any]) -> None:
    lacking = [part for part in ("fit", "predict", "get_params") if not callable(getattr(model, part, None))]
    if lacking:
        raise UserError(
            f"method '{name}' has no {', '.join(lacking)}; wanted a scikit-learn estimator: derive it from "
            "sklearn.base.BaseEstimator, with fit(X, y) and predict(X)"
        )
    try:
        model()
    except Exception as error:
        raise UserError(
            f"method '{name}' cannot be made without arguments ({error}); give every parameter a default"
        ) from error


def _from_module(where: str) -> ModuleType:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # an installed `beholder` does not look where it is called
    try:
        return importlib.import_module(where)
    except Exception as error:
        raise UserError(f"the module '{where}' cannot be imported: {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UserError(f"there is no file {path}; wanted path/to/file.py:Class or package.module:Class")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path} is not a file of Python code")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # dataclasses and pickle look there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module
