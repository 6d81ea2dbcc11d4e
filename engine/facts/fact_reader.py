"""Reads the facts of a sheet: a value, a series by year, values by source, or why none applies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..language.diagnostics import Diagnostic, Related
from ..language.nodes import Entries, Items, Node, Text
from ..language.reading import entries, label, text
from ..language.structure import cut_off
from ..language.units import narrow
from ..language.vocabulary import FactDefinition, nearest
from .quantity import is_empty, read_node
from .reading import Reading, out_of_range, weak_reason
from .sheet import year_of
from .values import By, Entry, Evidence, Inapplicable, Stated

YEAR = re.compile(r"(19|20)[0-9]{2}")
_SOURCES = tuple(str(by) for by in By)
_VALUE_KEYS = ("value", "note", "document", "place", "by")
_EVIDENCE_KEYS = ("document", "place", "note")
_EVIDENCE_WORDS = {"文件": "document", "材料": "document", "file": "document", "说明": "note"}
_EVIDENCE_WORDS |= {"页": "place", "页码": "place", "位置": "place", "page": "place"}
_YEAR_WORD = re.compile(r"((?:19|20)[0-9]{2})年?度?")
# 2020:85753.42 万元 or 2020：85753.42 万元: a key as far as YAML can tell.
_JOINED = re.compile(r"([^:：]*[^:：\s])\s*[:：]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a fact a value stands: whose it is, of which year, with which note and evidence."""

    fact: FactDefinition
    year: int
    by: By
    dated: bool = False
    sourced: bool = False
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


def read_facts(node: Node | None, reading: Reading) -> None:
    """Every entry under ``facts``."""
    for key, value in entries(node):
        if reading.hopeless:
            return
        definition = reading.vocabulary.facts.get(key.value)
        if definition is None and _refuse_broken(key, value, reading):
            continue
        if definition is None:
            hint = reading.vocabulary.nearest(key.value)
            reading.fault("unknown-fact", key.span, hint, name=key.value)
            continue
        year = year_of(key.value, reading.year, reading.vocabulary)
        _value(value, _Place(definition, year, reading.by), reading)


def read_evidence(node: Node | None, reading: Reading) -> None:
    """Every entry under ``evidence``: of a fact, a fact in one year (``fact@year``), a table."""
    vocabulary = reading.vocabulary
    for key, value in entries(node):
        if reading.hopeless:
            return
        name, mark, written = key.value.partition("@")
        if name not in vocabulary.facts and name not in vocabulary.tables:
            hint = vocabulary.nearest(name)
            reading.fault("unknown-fact", key.span, hint, name=name)
            continue
        if mark and not YEAR.fullmatch(written):
            reading.fault("bad-year", key.span, year=written)
            continue
        pieces = value.items if isinstance(value, Items) else (value,)
        index = (name, int(written) if mark else None)
        found = tuple(_evidence(piece, reading) for piece in pieces)
        reading.supported.append((*index, key.span))
        reading.evidence[index] = reading.evidence.get(index, ()) + found


def _evidence(node: Node, reading: Reading) -> Evidence:
    if not isinstance(node, Entries):
        return Evidence(document=text(node), place="")
    for key, value in node:
        if key.value not in _EVIDENCE_KEYS and not _refuse_broken(key, value, reading):
            hint = _EVIDENCE_WORDS.get(key.value) or nearest(key.value, _EVIDENCE_KEYS)
            known = ", ".join(_EVIDENCE_KEYS)
            reading.fault("unknown-key", key.span, hint, key=key.value, known=known)
    return Evidence(
        document=text(node.get("document")),
        place=text(node.get("place")),
        note=text(node.get("note")) or label(node.get("note")).text("zh"),
    )


def _value(node: Node, place: _Place, reading: Reading) -> None:
    name = place.fact.name
    if isinstance(node, Items):
        reading.fault("bad-value", node.span, name=name, found="[…]")
    elif isinstance(node, Text):
        _scalar(node, place, reading)
    elif not node.entries:
        reading.fault("empty-value", node.span, name=name)
    elif "not_applicable" in node:
        _inapplicable(node, place, reading)
    elif "value" in node:
        _annotated(node, place, reading)
    else:
        _several(node, place, reading)


def _inapplicable(node: Entries, place: _Place, reading: Reading) -> None:
    reason = node.get("not_applicable")
    for key, value in node:
        if key.value != "not_applicable" and not _refuse_broken(key, value, reading):
            reading.fault("bad-value-key", key.span, key=key.value, name=place.fact.name)
    if not isinstance(reason, Text) or is_empty(reason):
        reading.fault("reason-missing", node.span, name=place.fact.name)
    else:
        if len(node.entries) == 1:
            weak_reason(reason, place.fact.name, reading.faults)
        _keep(Inapplicable(reason.value.strip()), reason, place, reading)


def _annotated(node: Entries, place: _Place, reading: Reading) -> None:
    """``{value: …, by: …, note: …, document: …, place: …}``."""
    for key, value in node:
        if key.value not in _VALUE_KEYS and not _refuse_broken(key, value, reading):
            known = ", ".join(_VALUE_KEYS)
            hint = nearest(key.value, _VALUE_KEYS)
            reading.fault("unknown-key", key.span, hint, key=key.value, known=known)
    by = node.get("by")
    if by is not None:
        if text(by) not in _SOURCES or place.sourced:
            reading.fault("bad-value-key", by.span, key=f"by: {text(by)}", name=place.fact.name)
            return
        place = replace(place, by=By(text(by)), sourced=True)
    if "document" in node or "place" in node:
        proof = Evidence(document=text(node.get("document")), place=text(node.get("place")))
        place = replace(place, evidence=(*place.evidence, proof))
    inner = node.get("value")
    if inner is not None:
        _value(inner, replace(place, note=text(node.get("note")) or place.note), reading)


def _several(node: Entries, place: _Place, reading: Reading) -> None:
    """Values by year or by source, each level once."""
    for key, value in node:
        if reading.hopeless:
            return
        if YEAR.fullmatch(key.value) and not place.dated:
            _value(value, replace(place, year=int(key.value), dated=True), reading)
        elif key.value in _SOURCES and not place.sourced:
            _value(value, replace(place, by=By(key.value), sourced=True), reading)
        elif not _refuse_broken(key, value, reading):
            known = ("not_applicable", "value", *(() if place.sourced else _SOURCES))
            year = _YEAR_WORD.fullmatch(narrow(key.value).strip())
            hint = nearest(key.value, known) if year is None or place.dated else year[1]
            reading.fault("bad-value-key", key.span, hint, key=key.value, name=place.fact.name)


def _refuse_broken(key: Text, value: Node, reading: Reading) -> bool:
    """Whether a key is only the piece of a text that a comma or a colon broke, which is said."""
    if cut_off(key, value):
        joined = _JOINED.match(key.value)
        if joined is None:
            reading.fault("comma-in-text", key.span, key=key.value)
        else:
            hint = ", ".join(_JOINED.sub(r"\1: ", piece) for piece in _pieces(key.value))
            reading.fault("colon-in-key", key.span, hint, key=key.value)
        return True
    return False


def _pieces(key: str) -> Iterator[str]:
    """The entries that full-width commas left in one key."""
    return (piece.strip() for piece in re.split("[，；]", key) if piece.strip())


def _scalar(node: Text, place: _Place, reading: Reading) -> None:
    if is_empty(node):
        reading.fault("empty-value", node.span, name=place.fact.name)
        return
    stated = read_node(node, place.fact)
    if isinstance(stated, Diagnostic):
        reading.faults.add(stated)
        return
    out_of_range(stated, place.fact, node.span, reading.faults)
    _keep(stated, node, place, reading)


def _keep(stated: Stated, node: Text, place: _Place, reading: Reading) -> None:
    name = place.fact.name
    known = reading.entries.setdefault((name, place.year), [])
    first = next((other for other in known if other.by is place.by), None)
    if first is not None:
        reading.faults.add(
            Diagnostic(
                code="stated-twice",
                span=node.span,
                values={"name": name, "year": place.year},
                related=(Related(first.origin, "first_given_here"),),
            )
        )
        return
    evidence = place.evidence
    if reading.evidence:
        of_all, of_year = ((name, year) for year in (None, place.year))
        evidence = reading.evidence.get(of_all, ()) + reading.evidence.get(of_year, ()) + evidence
    known.append(
        Entry(
            fact=name,
            year=place.year,
            by=place.by,
            stated=stated,
            origin=node.span,
            evidence=evidence,
            note=place.note,
        )
    )
