"""Several things at the same time: in their order, and without waiting for what never answers."""

import subprocess
import sys
import threading
import time

import pytest

from mlops_commons.utilities.at_once import each_at_once

pytestmark = pytest.mark.pure


def test_results_stand_in_the_order_of_their_things() -> None:
    def later(number: int) -> int:
        time.sleep(0.01 * (5 - number))
        return number * 10

    assert each_at_once(later, range(5), 5) == (0, 10, 20, 30, 40)
    assert each_at_once(later, [], 5) == ()


def test_as_many_run_at_once_as_may_and_no_more() -> None:
    all_here = threading.Barrier(3, timeout=30)
    running: list[int] = []
    most: list[int] = []

    def meet(number: int) -> None:
        running.append(number)
        most.append(len(running))
        all_here.wait()
        running.remove(number)
        all_here.wait()

    each_at_once(meet, range(6), 3)
    assert max(most) == 3


def test_the_first_error_in_order_is_raised_when_all_is_done() -> None:
    done: list[int] = []

    def fails(number: int) -> None:
        done.append(number)
        if number in (1, 3):
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        each_at_once(fails, range(5), 2)
    assert sorted(done) == [0, 1, 2, 3, 4]


def test_python_does_not_wait_for_what_never_ends() -> None:
    program = (
        "import os, signal, threading, time\n"
        "from mlops_commons.utilities.at_once import each_at_once\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    each_at_once(time.sleep, [600, 600], 2)\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == ("interrupted\n", "")
