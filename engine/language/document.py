"""Reads one YAML file of the project's formats: text, structure, and the schema it must keep."""

from pathlib import Path

from .diagnostics import Source
from .nodes import Entries, parse, unusable
from .reading import Faults
from .source import read_source
from .structure import validate


def read_document(path: Path, schema: str, faults: Faults) -> tuple[Entries, Source] | None:
    """The top of a file that keeps its schema; None, with the faults added, for any other."""
    source, wrong = read_source(path)
    faults += wrong
    if wrong:
        return None
    node, wrong = parse(source)
    faults += wrong
    if node is None or unusable(node, wrong):
        return None
    wrong = validate(node, schema)
    faults += wrong
    if wrong or not isinstance(node, Entries):
        return None
    return node, source
