"""Looks into the parts of an XLSX file for what its reader leaves out: which cells are per cent."""

import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# 0% and 0.00%, which have no format of their own in the file.
_PERCENT = frozenset((9, 10))
_STYLED = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_STYLE = re.compile(rb'\bs="([0-9]+)"')
# What stands in quotes or behind a backslash is text: a sign there scales nothing.
_QUOTED = re.compile(r'"[^"]*"|\\.')


def worksheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Each worksheet by its name, as XML."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    names = frozenset(archive.namelist())
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        target = targets.get(sheet.get(_REL), "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if name in names:
            yield sheet.get("name", ""), archive.read(name)


def percent_cells(archive: zipfile.ZipFile) -> dict[str, frozenset[tuple[int, int]]]:
    """By worksheet the cells that are shown as per cent: 0.9982 there is 99.82%."""
    styles = _percent_styles(archive)
    if not styles:
        return {}
    return {name: frozenset(_styled(data, styles)) for name, data in worksheets(archive)}


def _styled(data: bytes, styles: frozenset[int]) -> Iterator[tuple[int, int]]:
    for (attributes,) in ((match[1],) for match in _STYLED.finditer(data)):
        style, place = _STYLE.search(attributes), _PLACE.search(attributes)
        if style is not None and place is not None and int(style[1]) in styles:
            yield int(place[2]), column_number(place[1].decode())


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The numbers of the styles whose format multiplies by a hundred."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {
        int(one.get("numFmtId", "0"))
        for one in root.iter()
        if one.tag.endswith("}numFmt") and "%" in _QUOTED.sub("", one.get("formatCode", ""))
    }
    styles = next((one for one in root if one.tag.endswith("}cellXfs")), ())
    return frozenset(
        number
        for number, style in enumerate(styles)
        if int(style.get("numFmtId", "0")) in own | _PERCENT
    )


def as_percent(text: str) -> str:
    """A plain decimal as the per cent that a spreadsheet shows it as, exactly."""
    digits = format(Decimal(text) * 100, "f")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}%"


def column_number(letters: str) -> int:
    """Which column, from 0, a spreadsheet calls so."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
