"""The districts of earlier years that a draft is tried on: each read, or listed as unusable."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..facts.assembly import Submitted
from ..facts.roster import Roster, open_roster
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Related, errors, in_order
from ..language.model import Ruleset
from ..scoring.columnar_suspects import suspects
from ..scoring.integrity import broken_rules
from ..scoring.interpreter import Interpreter

Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """One subject of one year as the draft reads it, and as the edition before does."""

    sheet: FactSheet
    earlier: FactSheet | None

    @property
    def code(self) -> str:
        """Its code."""
        return self.sheet.subject.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.sheet.subject.name

    @property
    def year(self) -> int:
        """The year it was evaluated for."""
        return self.sheet.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """What cannot be scored by one of the editions, and why."""

    ruleset: str
    place: str
    code: str
    name: str
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where the districts lie, opened for the draft and for the edition before."""

    draft: Ruleset
    old: Ruleset | None
    roster: Roster
    # None where the edition before reads the same facts in the same way.
    earlier: Roster | None

    @property
    def steps(self) -> int:
        """How many sheets will be read."""
        return len(self.roster.items) + (0 if self.earlier is None else len(self.earlier.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Districts:
    """What came of the data, in the order of codes and years."""

    usable: tuple[District, ...]
    unusable: tuple[Unusable, ...]
    warnings: tuple[Diagnostic, ...]


def open_data(path: Path, draft: Ruleset, old: Ruleset | None, year: int | None) -> Data:
    """Look through a folder or a table. Raises `MissingLibraryError` like the roster."""
    other = old is not None and old.vocabulary != draft.vocabulary
    return Data(
        draft=draft,
        old=old,
        roster=open_roster(path, draft.vocabulary, year),
        earlier=open_roster(path, old.vocabulary, year) if old is not None and other else None,
    )


def read_districts(data: Data, step: Callable[[int], None]) -> Districts:
    """Read every sheet; one that an edition cannot score is left out and listed."""
    sheets, lost = _read(data.draft, data.roster, step)
    earlier = sheets
    if data.old is not None and data.earlier is not None:
        earlier, more = _read(data.old, data.earlier, step)
        known = {one.place for one in lost}
        lost += [one for one in more if one.place not in known]
    usable = [
        District(sheet=sheet, earlier=None if data.old is None else earlier[key])
        for key, sheet in sheets.items()
        if key in earlier
    ]
    return Districts(
        usable=tuple(sorted(usable, key=lambda d: (d.code, d.year))),
        unusable=tuple(sorted(lost, key=lambda one: (one.place, one.code))),
        warnings=in_order(data.roster.warnings),
    )


def _read(
    ruleset: Ruleset, roster: Roster, step: Callable[[int], None]
) -> tuple[dict[Key, FactSheet], list[Unusable]]:
    lost = [_unusable(ruleset, one, one.diagnostics) for one in roster.lost]
    found: dict[Key, list[tuple[Submitted, FactSheet]]] = {}
    submitted = list(_submitted(roster, step))
    there = [read.sheet for read in submitted if read.sheet is not None]
    suspected = iter(suspects(ruleset, there))
    for read in submitted:
        wrong = list(read.diagnostics)
        if read.sheet is not None and next(suspected):
            wrong += broken_rules(Interpreter(ruleset, read.sheet))
        if read.sheet is None or errors(wrong):
            lost.append(_unusable(ruleset, read, in_order(errors(wrong))))
        else:
            key = read.sheet.subject.code, read.sheet.year
            found.setdefault(key, []).append((read, read.sheet))
    for several in found.values():
        lost += [_unusable(ruleset, one, (twice,)) for one, twice in _twice(several)]
    return {key: several[0][1] for key, several in found.items() if len(several) == 1}, lost


def _submitted(roster: Roster, step: Callable[[int], None]) -> Iterator[Submitted]:
    for item in roster.items:
        yield roster.read(item)
        step(1)


def _twice(several: list[tuple[Submitted, FactSheet]]) -> Iterator[tuple[Submitted, Diagnostic]]:
    """Sheets of one district and year: none is scored, since any of them may be the right one."""
    for read, sheet in several if len(several) > 1 else ():
        other = next(one for one, _ in several if one is not read)
        yield (
            read,
            Diagnostic(
                code="duplicate-subject",
                span=read.place,
                values={"code": sheet.subject.code},
                related=(Related(other.place, "also_here"),),
            ),
        )


def _unusable(ruleset: Ruleset, read: Submitted, wrong: tuple[Diagnostic, ...]) -> Unusable:
    return Unusable(
        ruleset=ruleset.name,
        place=read.place.place,
        code=read.code,
        name=read.name,
        diagnostics=wrong,
    )
