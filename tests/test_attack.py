"""A sample of `runs/attack.py`: nothing that comes over the network or out of a file does what it must not."""

import os
import random
from pathlib import Path

import pytest

RUNS = Path(__file__).resolve().parents[1] / "runs"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits on memory and files are for POSIX systems")


@pytest.fixture(autouse=True)
def attack(monkeypatch):
    monkeypatch.syspath_prepend(RUNS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(RUNS), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    import attack

    return attack


def faults_of(results):
    return [f"{result.name}: {fault}" for result in results for fault in result.faults]


def test_no_request_does_what_it_must_not(attack):
    results = attack.run(attack.WEB, seed=7, share=0.02, patience=1.5)
    assert [result.name for result in results] == list(attack.WEB)
    assert all(result.attempts >= 8 for result in results)
    assert faults_of(results) == []


@pytest.mark.parametrize(
    "name", ["pictures", "tables", "zips", "vectors", "models", "descriptions", "tastes", "labels"]
)
def test_no_file_does_what_it_must_not(attack, name):
    if name in ("models", "descriptions"):
        pytest.importorskip("onnx", reason="ONNX models are made with an extra: pip install 'beholder[test]'")
    (result,) = attack.run([name], seed=7, share=0.015)
    assert result.attempts >= 9
    assert faults_of([result]) == []


def _harmful(folder):
    def trial(rng, here):
        match rng.randrange(6):
            case 0:
                return "well"
            case 1:
                raise KeyError("a fault")
            case 2:
                os.kill(os.getpid(), 9)
            case 3:
                bytearray(500_000_000)
            case 4:
                return "a bell \a"
            case _:
                print("a word of a library", flush=True)
        return "well"

    return trial


def test_what_must_not_be_is_seen(attack):
    from attacks.watched import watch

    result = watch("harm", _harmful, range(24), 0, seconds=100)
    kinds = [random.Random(f"0 harm {n}").randrange(6) for n in range(24)]
    told = {1: "KeyError", 2: "died with exit code -9", 3: "MB of memory", 4: "cannot be printed", 5: "it printed"}
    assert result.attempts == 24
    assert set(kinds) == set(range(6))
    for fault, kind in zip(result.faults, [kind for kind in kinds if kind], strict=True):
        assert told[kind] in fault
    assert attack.table([result]).splitlines()[2].startswith(f"| harm | 24 | {len(result.faults)} |")
