"""Scores the chunks of a batch in several processes; each chunk is a file of its own.

Processes are started afresh (never forked: the column library has threads), get the batch once,
and end with the one that started them, even where that is killed.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import connection, get_context, parent_process

from .batch import Batch, score_chunk
from .store import Store

_given: list[tuple[Batch, Store]] = []


def in_processes(batch: Batch, store: Store, numbers: Sequence[int]) -> Iterator[int]:
    """The numbers of the chunks as they are finished."""
    workers = min(batch.jobs, len(numbers))
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(batch, store)
    ) as pool:
        for done in as_completed([pool.submit(_chunk, number) for number in numbers]):
            yield done.result()


def _start(batch: Batch, store: Store) -> None:
    _given.append((batch, store))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _chunk(number: int) -> int:
    batch, store = _given[0]
    store.put(number, score_chunk(batch, batch.chunks[number]))
    return number
