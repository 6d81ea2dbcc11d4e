"""Scores the chunks of a batch in several processes; each chunk is a file of its own.

Processes are started afresh (never forked: the column library has threads), get the batch once,
and end with the one that started them, even where that is killed. That one works as well.
"""

import gc
import os
import pickle
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed, wait
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory

from .ahead import Ahead, Work
from .batch import Batch
from .chunk import score_chunk
from .store import Store

_given: list[tuple[Batch, Store]] = []


def in_processes(batch: Batch, store: Store, numbers: Sequence[int]) -> Iterator[int]:
    """The numbers of the chunks as they are finished.

    Each other process has one in hand and one that waits; what is beyond that is done here, and so
    is what comes last, where all end at about the same time.
    """
    others = min(batch.jobs, len(numbers)) - 1
    with TemporaryDirectory() as folder:
        # As a file: what a process is started with is written while it starts, and waits for it.
        given = Path(folder) / "batch"
        given.write_bytes(pickle.dumps((batch, store)))
        yield from _shared(batch, store, numbers, others, given)


def _shared(
    batch: Batch, store: Store, numbers: Sequence[int], others: int, given: Path
) -> Iterator[int]:
    start = (given, gc.get_threshold())
    with ProcessPoolExecutor(others, get_context("spawn"), _start, start) as pool:
        # They start while the first chunks are decided here.
        started = [pool.submit(os.getpid) for _ in range(others)]
        running: set[Future[int]] = set()
        left = len(numbers)
        for number, work in Ahead(batch).works(numbers):
            most = 2 * others if left > others + 1 else others
            if len(running) < most:
                running.add(pool.submit(_chunk, number, work))
            else:
                yield _put(batch, store, number, work)
            left -= 1
            done, running = wait(running, timeout=0)
            yield from (future.result() for future in done)
        yield from (future.result() for future in as_completed(running))
        wait(started)


def _start(given: Path, seldom: tuple[int, int, int]) -> None:
    _given.append(pickle.loads(given.read_bytes()))
    # Cycles are looked for as seldom as by the process that started this one, and not in these.
    gc.set_threshold(*seldom)
    gc.freeze()
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
