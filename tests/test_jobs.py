"""Many jobs side by side: in order, a few at a time, stopped with whoever asked, and told where a worker dies."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from beholder.errors import UserError, WorkerDied
from beholder.jobs import map_jobs


def double(number):
    time.sleep(0.01 * (5 - number % 5))
    return 2 * number


def die(number):
    os._exit(1)


def refuse(number):
    raise UserError(f"not {number}")


@pytest.mark.parametrize("processes", [False, True])
def test_results_come_in_the_order_of_the_jobs(processes):
    assert list(map_jobs(double, range(12), workers=3, processes=processes)) == [2 * n for n in range(12)]


def test_results_may_come_as_they_are_done():
    slow = threading.Event()
    told = map_jobs(lambda n: n or slow.wait(60), range(3), workers=3, in_order=False)
    assert sorted((next(told), next(told))) == [1, 2]
    slow.set()
    assert list(told) == [True]


def test_no_more_jobs_are_taken_than_are_under_way():
    taken = []
    told = map_jobs(double, (taken.append(n) or n for n in range(100)), workers=2, ahead=5)
    assert next(told) == 0
    assert len(taken) == 5
    told.close()
    assert len(taken) == 5


@pytest.mark.parametrize("ends", ["closed", "error"])
def test_work_is_told_that_no_more_is_wanted(ends):
    stop, begun = threading.Event(), threading.Semaphore(0)

    def work(number):
        if number == 0:
            return "first"
        begun.release()
        if ends == "error" and number == 1:
            raise UserError("broken")
        assert stop.wait(60)
        return "stopped"

    told = map_jobs(work, range(50), workers=2, stop=stop)
    assert next(told) == "first"
    begun.acquire()
    if ends == "closed":
        told.close()
    else:
        with pytest.raises(UserError, match="broken"):
            list(told)
    assert stop.is_set()


@pytest.mark.parametrize(("processes", "workers"), [(False, 2), (True, 1), (True, 2)])
def test_what_the_work_raises_comes_up_unchanged(processes, workers):
    with pytest.raises(UserError, match=r"^not 3$"):
        list(map_jobs(refuse, [3, 4], workers=workers, processes=processes))


def test_a_process_that_dies_is_told_with_a_sentence():
    with pytest.raises(WorkerDied, match="a worker process ended before its job was done"):
        list(map_jobs(die, range(4), workers=2, processes=True))


SCRIPT = """
import signal, sys, time
from beholder.jobs import map_jobs

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs this behind hands down an ignored one
    try:
        for done in map_jobs(time.sleep, [0, 0, *[0.5] * 50], workers=2, processes=True):
            print("done", flush=True)
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_ctrl_c_reaches_the_caller_alone_and_waits_for_no_more_than_is_under_way(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    running = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stdout.readline() == "done\n"
    os.killpg(running.pid, signal.SIGINT)
    out, faults = running.communicate(timeout=30)
    assert (out.splitlines()[-1], faults, running.returncode) == ("interrupted", "", 0)
