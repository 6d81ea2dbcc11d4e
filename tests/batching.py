"""What the tests of batches share: a small ruleset, districts as figures, every form of input."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars
import xlsxwriter

from .support import ROOT, Ran, criteria, dudao, write

RULES = (
    criteria(
        """
        - id: D.1
          title: {zh: 公办园占比, en: Public kindergartens}
          measure: children.public_share
          fully: ">= 50%"
          basically: ">= 45%"
          source: {cite: 示例通知, clause: 一.1}
        - id: D.2
          title: {zh: 大班额, en: Large classes}
          measure: classes.large / classes.all
          fully: "<= 5%"
          points: {fully: 10, basically: 5, not_met: 0}
          source: {cite: 示例通知, clause: 一.2}
        - id: D.3
          title: {zh: 支出只增不减, en: Spending does not fall}
          fully: money.spending >= prior(money.spending)
          source: {cite: 示例通知, clause: 一.3}
        - id: D.4
          title: {zh: 小学不超过两千人, en: No school above 2000}
          fully: "count(schools where pupils > 2000) = 0"
          source: {cite: 示例通知, clause: 一.4}
        - id: D.5
          title: {zh: 党的领导, en: Leadership}
          judged: true
          source: {cite: 示例通知, clause: 一.5}
        """
    )
    + """\
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: share(fully_met) >= 90% and count(not_met) = 0}
    - {grade: B, when: count(not_met) <= 1}
    - {grade: C}
"""
)
# Column, and how it is written in YAML.
COLUMNS = (
    "children.all",
    "children.public",
    "classes.all",
    "classes.large",
    "money.spending@2021",
    "money.spending",
    "pay.teachers",
)
District = Mapping[str, str]


def district(number: int) -> dict[str, str]:
    """Figures of a made-up district: on a limit, above, below, and some not reported."""
    figures = {
        "code": f"99{number:04}",
        "name": f"示例区{number}",
        "area_class": ("一类地区", "二类地区")[number % 2],
        "children.all": "16,090人",
        "children.public": str(8043 + 2 * (number % 5)),
        "classes.all": "200",
        "classes.large": str(8 + number % 5),
        "money.spending@2021": "85753.42",
        "money.spending": f"8.57{5 + number % 3} 亿元",
        "pay.teachers": "不适用：未统计" if number % 4 == 0 else "96000",
        "outcome:D.5": ("完全落实", "尚未落实")[number % 7 == 0],
    }
    if number % 6 == 5:
        figures["children.public"] = ""
    return figures


def schools(number: int) -> list[dict[str, str]]:
    """The rows of its table of schools."""
    return [
        {"id": f"{number}-{k}", "stage": "小学", "pupils": str(1990 + 4 * k + number % 3)}
        for k in range(3)
    ]


def yaml_sheet(one: District, rows: Iterable[Mapping[str, str]]) -> str:
    """The district as a sheet, with its schools in it."""
    facts = []
    for column in COLUMNS:
        name, _, year = column.partition("@")
        value = one[column]
        if value.startswith("不适用"):
            facts.append(f"  {name}: {{not_applicable: {value[4:]}}}")
        elif value and year:
            facts.append(f"  {name}: {{{year}: '{value}', 2022: '{one[name]}'}}")
        elif value and name != "money.spending":
            facts.append(f"  {name}: '{value}'")
    table = "".join(f"    - {json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    outcome = {"完全落实": "fully_met", "尚未落实": "not_met"}[one["outcome:D.5"]]
    subject = f'code: "{one["code"]}", name: {one["name"]}, area_class: {one["area_class"]}'
    return (
        f"subject: {{{subject}}}\n"
        "year: 2022\nfacts:\n" + "\n".join(facts) + "\n"
        f"tables:\n  schools:\n{table}"
        f"outcomes:\n  self: {{D.5: {outcome}}}\n"
    )


def csv_text(rows: list[dict[str, str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def wide(numbers: Iterable[int]) -> list[dict[str, str]]:
    """A row a district."""
    return [{**district(n), "year": "2022"} for n in numbers]


def long(numbers: Iterable[int]) -> list[dict[str, str]]:
    """A row a value."""
    rows = []
    for n in numbers:
        one = district(n)
        for column in (*COLUMNS, "outcome:D.5"):
            fact, _, year = column.partition("@")
            rows.append(
                {
                    "code": one["code"],
                    "name": one["name"],
                    "area_class": one["area_class"],
                    "evaluation_year": "2022",
                    "fact": fact,
                    "year": year,
                    "value": one[column],
                }
            )
    return rows


def school_rows(numbers: Iterable[int]) -> list[dict[str, str]]:
    """The schools of all districts, each row with the code of its district."""
    return [{"subject": district(n)["code"], **row} for n in numbers for row in schools(n)]


def workbook(path: Path, sheets: Mapping[str, list[dict[str, str]]]) -> None:
    """An XLSX file; what looks like a number is written as one, as people do."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for column, head in enumerate(rows[0]):
            sheet.write_string(0, column, head)
            for line, row in enumerate(rows, start=1):
                cell = row[head]
                if cell.replace(".", "", 1).isdigit() and head != "id":
                    sheet.write_number(line, column, float(cell))
                elif cell:
                    sheet.write_string(line, column, cell)
    book.close()


def parquet(path: Path, rows: list[dict[str, str]]) -> None:
    """A Parquet file in which whole columns of numbers are numbers."""
    frame = polars.DataFrame(rows)
    typed = []
    for series in frame:
        try:
            typed.append(series.cast(polars.Int64))
        except polars.exceptions.InvalidOperationError:
            typed.append(series.set(series == "", None))
    polars.DataFrame(typed).write_parquet(path)


def place_rules(folder: Path) -> Path:
    """The ruleset in a folder of its own."""
    return write(folder / "rules", "ruleset.yaml", RULES).parent


def place_sheets(folder: Path, numbers: Iterable[int]) -> Path:
    """A folder with a YAML sheet for each district."""
    sheets = folder / "sheets"
    sheets.mkdir(exist_ok=True)
    for n in numbers:
        path = sheets / f"d{n}.yaml"
        path.write_text(yaml_sheet(district(n), schools(n)), encoding="utf-8")
    return sheets


def batch(folder: Path, source: Path, *options: str | Path, out: str = "out") -> Ran:
    """Run the command on a folder or file."""
    rules = place_rules(folder)
    return dudao("batch", source, "-r", rules, "--out", folder / out, *options)


def command(folder: Path, source: Path, *options: str) -> list[str]:
    """The same as the command line of a process of its own."""
    run = [sys.executable, str(ROOT / "cli.py"), "batch", str(source)]
    return [*run, "-r", str(place_rules(folder)), "--out", str(folder / "out"), *options]


def results(folder: Path, out: str = "out") -> dict[str, Any]:
    """The districts by code."""
    found = json.loads((folder / out / "results.json").read_text(encoding="utf-8"))
    return {record["code"]: record for record in found["results"]}


def manifest(folder: Path, out: str = "out") -> dict[str, Any]:
    """The manifest of a run."""
    found: dict[str, Any] = json.loads((folder / out / "manifest.json").read_text(encoding="utf-8"))
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file of results but the manifest, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
