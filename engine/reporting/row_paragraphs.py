"""Paragraphs about rows of a table, by what stands in the cells that a criterion rests on.

No sheet is made of a row whose paragraphs are known; of any other one of these cells only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..facts.headings import Heading, Role
from ..facts.reading import Faults
from ..facts.rows import RowSheets
from ..language.diagnostics import Span, column_letters
from ..language.model import Criterion
from ..language.resting import Rests
from ..scoring.assess import assess_part
from .explain import Explainer
from .paragraph import paragraph
from .remembered import MARK, Key, Paragraphs, as_markdown

Headings = tuple[Heading, ...]


@dataclass(slots=True)
class RowParagraphs:
    """Writes and remembers the paragraphs about the rows of one table."""

    paragraphs: Paragraphs
    table: RowSheets
    # By criterion the columns that it rests on; None where it rests on more.
    _columns: dict[str, Headings | None] = field(default_factory=dict)
    _name: str | None = None

    def of(
        self, code: str, row: int, year: int, cells: Sequence[Any], criteria: Sequence[Criterion]
    ) -> list[str] | None:
        """The paragraphs about a sound row; None where they are for the writer of sheets."""
        found: list[str | None] = []
        keys: dict[str, Key] = {}
        used: dict[Heading, None] = {}
        source = self.table.grid.source
        for criterion in criteria:
            columns = self._columns_of(criterion)
            if columns is None:
                return None
            values = tuple([cells[heading.column] for heading in columns])
            key = (source.path, source.sheet, criterion.id, year, values)
            known = self.paragraphs.known(key)
            if known is None:
                keys[criterion.id] = key
                used.update(dict.fromkeys(columns))
            found.append(known)
        if keys:
            texts = (cells[heading.column] for heading in used)
            if any(isinstance(text, str) and MARK in text for text in texts):
                return None
            written = self._written(code, tuple(used), keys)
            if written is None:
                return None
            found = [text or written[c.id] for c, text in zip(criteria, found, strict=True)]
        line = str(self.table.grid.lines[row])
        return [text.replace(MARK, line) for text in found if text is not None]

    def _written(self, code: str, used: Headings, keys: dict[str, Key]) -> dict[str, str] | None:
        """Worked out by the interpreter on a sheet of the cells that matter."""
        sheet = self.table.read(code, {}, Faults(), used).sheet
        if sheet is None or any(name in sheet.declared for name in keys):
            return None
        ruleset, lang = self.paragraphs.ruleset, self.paragraphs.lang
        assessment = assess_part(ruleset, sheet, keys)
        explainer = Explainer(assessment, lang, self._place, self.paragraphs.texts)
        found: dict[str, str] = {}
        for result in assessment.results:
            text = as_markdown(paragraph(explainer, result))
            self.paragraphs.remember(keys[result.criterion.id], text)
            found[result.criterion.id] = text
        return found

    def _place(self, span: Span) -> str:
        """Where a statement stands, with a mark in the place of the line."""
        if self._name is None:
            source = self.table.grid.source
            self._name = f"{source.name}!{source.sheet}!" if source.sheet else f"{source.name}:"
        if span.source.sheet:
            return f"{self._name}{column_letters(span.column)}{MARK}"
        return f"{self._name}{MARK}:{span.column}"

    def _columns_of(self, criterion: Criterion) -> Headings | None:
        if criterion.id not in self._columns:
            rests = self.paragraphs.rests_on(criterion)
            sound = rests is not None and MARK not in self.table.grid.source.path
            self._columns[criterion.id] = (
                tuple(self._read(criterion, rests)) if sound and rests is not None else None
            )
        return self._columns[criterion.id]

    def _read(self, criterion: Criterion, rests: Rests) -> Iterator[Heading]:
        """The columns of its facts in all years, of its attributes, of a person's verdict."""
        wanted = {
            *((Role.FACT, name) for name in rests.facts),
            *((Role.ATTRIBUTE, name) for name in rests.attributes),
            (Role.OUTCOME, criterion.id),
        }
        for heading in self.table.head:
            if heading.role is Role.KIND or (heading.role, heading.name) in wanted:
                yield heading
