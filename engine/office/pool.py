"""Scores the chunks of a batch in several processes; each chunk is a file of its own.

Processes are started afresh (never forked: the column library has threads), get the batch once,
and end with the one that started them, even where that is killed. That one works as well.
"""

import gc
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from multiprocessing import connection, get_context, parent_process

from .ahead import Ahead, Work
from .batch import Batch
from .chunk import score_chunk
from .store import Store

_given: list[tuple[Batch, Store]] = []


def in_processes(batch: Batch, store: Store, numbers: Sequence[int]) -> Iterator[int]:
    """The numbers of the chunks as they are finished; everyone gets one when he is done with one.

    A thread of this process is one of them.
    """
    others = min(batch.jobs, len(numbers)) - 1
    given = (batch, store, gc.get_threshold())
    with (
        ProcessPoolExecutor(others, get_context("spawn"), _start, given) as pool,
        ThreadPoolExecutor(1) as thread,
    ):
        # They start while the first chunks are decided here.
        started = [pool.submit(os.getpid) for _ in range(others)]
        running: set[Future[int]] = set()
        own: Future[int] | None = None
        for number, work in Ahead(batch).works(numbers):
            if len(running) > others:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
            if own is None or own not in running:
                own = thread.submit(_put, batch, store, number, work)
                running.add(own)
            else:
                running.add(pool.submit(_chunk, number, work))
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
        wait(started)


def _start(batch: Batch, store: Store, seldom: tuple[int, int, int]) -> None:
    # Cycles are looked for as seldom as by the process that started this one, and not in these.
    gc.set_threshold(*seldom)
    gc.freeze()
    _given.append((batch, store))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _chunk(number: int, work: Work) -> int:
    return _put(*_given[0], number, work)


def _put(batch: Batch, store: Store, number: int, work: Work) -> int:
    store.put(number, score_chunk(batch, work))
    return number
