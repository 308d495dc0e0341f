"""Work on several things at the same time that control-C ends, also where a call never answers."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def each_at_once(
    work: Callable[[Item], Result], items: Iterable[Item], most: int
) -> tuple[Result, ...]:
    """What some work makes of each of several things, in their order.

    The threads are daemons, for which Python does not wait when it ends. It would for those of
    concurrent.futures (`_python_exit` in concurrent/futures/thread.py): a call to AWS that hangs
    is tried five times for a minute each.

    Args:
        work: made of calls that wait; what it holds open goes with the process.
        most: how many threads there are.

    Raises:
        BaseException: what the work on a thing has raised, when all are over; that of the first.
    """
    promised: list[Future[Result]] = []
    waiting: SimpleQueue[tuple[Future[Result], Item]] = SimpleQueue()
    for item in items:
        promised.append(Future())
        waiting.put((promised[-1], item))

    def take() -> None:
        with suppress(Empty):
            while True:
                future, item = waiting.get_nowait()
                try:
                    future.set_result(work(item))
                except BaseException as error:
                    future.set_exception(error)

    for _ in range(min(most, len(promised))):
        threading.Thread(target=take, daemon=True).start()
    wait(promised)
    return tuple(future.result() for future in promised)
