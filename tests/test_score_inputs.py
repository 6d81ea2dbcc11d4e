"""What `dudao score` says of the files it is given: one twice, a table in the place of a sheet."""

from pathlib import Path

import pytest

from engine.commands.common import Exit
from tests.support import dudao, write
from tests.test_result import folder


def test_one_subject_twice_is_warned_of(tmp_path: Path) -> None:
    """Two sheets of one code and year are both scored, and the second is asked about; two years
    of one subject are no doubt."""
    here = folder(tmp_path)
    sheet = here / "sheet.yaml"
    text = sheet.read_text(encoding="utf-8")
    write(here, "next.yaml", text.replace("year: 2022", "year: 2023"))
    write(here, "copy.yaml", text)
    ran = dudao("score", sheet, here / "next.yaml", here / "copy.yaml", "-r", here, "--lang", "en")
    assert "sheet-given-twice" in ran.err
    assert ran.err.count("warning[") == 1
    assert f"{here / 'copy.yaml'}: warning[sheet-given-twice]" in ran.err
    assert f"{sheet}: first given here" in ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.xlsx", b"PK\x03\x04\x14\x00\x06\x00", "Excel (XLSX)"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel (XLS)"),
        ("sheet.yaml", b"PK\x03\x04\x14\x00\x06\x00", "Excel (XLSX)"),
        ("a.csv", b"code,year\n430703,2022\n", "CSV"),
        ("a.txt", b"code\tyear\n430703\t2022\n", "CSV"),
    ],
)
def test_a_table_is_no_sheet(
    name: str, content: bytes, form: str, lang: str, tmp_path: Path
) -> None:
    """Excel and CSV in the place of a sheet are named as such, with the command that reads them."""
    here = folder(tmp_path)
    path = write(here, name, content)
    ran = dudao("score", path, "-r", here, "--lang", lang)
    assert ran.code == Exit.UNUSABLE
    assert "[not-a-sheet]" in ran.err
    assert form in ran.err
    assert "dudao batch" in ran.err
