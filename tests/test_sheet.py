"""Fact sheets: the four states, years, sources, evidence, origins, and every fault at once."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.digest import facts_digest
from engine.facts.values import By, Evidence, Inapplicable, Measured
from engine.language.diagnostics import FactsError, render

from .conftest import Screen
from .sheets import read, read_text, refused, stated
from .support import DATA


def value(found: object) -> Fraction:
    """The base value of a number."""
    assert isinstance(found, Measured)
    return found.value


# -- the four states ------------------------------------------------------------------------------


def test_zero_is_a_value(tmp_path: Path) -> None:
    """Zero is reported; it is neither missing nor empty."""
    assert value(stated(read(tmp_path, "children.all: 0"), "children.all")) == 0


def test_what_is_absent_was_not_reported(tmp_path: Path) -> None:
    """No line, no value: nothing is filled in."""
    assert stated(read(tmp_path, "children.all: 5"), "children.public") is None


@pytest.mark.parametrize("empty", ["", "null", "~", '""', "{}"])
def test_an_empty_value_was_not_reported_and_is_warned_of(tmp_path: Path, empty: str) -> None:
    """A line that was left empty is no value, and the district is told so."""
    found = read(tmp_path, f"children.all: {empty}")
    assert stated(found, "children.all") is None
    assert [d.code for d in found.diagnostics] == ["empty-value"]


def test_not_applicable_carries_its_reason(tmp_path: Path) -> None:
    """Not applicable is declared, with a reason; it is neither zero nor missing."""
    found = read(tmp_path, "children.all: {not_applicable: 本区无幼儿园}")
    assert stated(found, "children.all") == Inapplicable("本区无幼儿园")


@pytest.mark.parametrize("more", ["", "tables: {schools: {not_applicable: 没有}}\n"])
def test_a_reason_that_says_nothing_is_warned_of(tmp_path: Path, more: str) -> None:
    """无 is not why, and may mean zero."""
    facts = "children.all: 5" if more else "children.all: {not_applicable: 无}"
    assert [d.code for d in read(tmp_path, facts, more=more).diagnostics] == ["weak-reason"]


@pytest.mark.parametrize("reason", ["", "null", '" "', "[]"])
def test_not_applicable_without_a_reason_is_refused(tmp_path: Path, reason: str) -> None:
    """Whoever leaves a fact out says why."""
    assert refused(tmp_path, f"children.all: {{not_applicable: {reason}}}") == [
        ("reason-missing", 4)
    ]


def test_not_applicable_stands_alone(tmp_path: Path) -> None:
    """A fact that does not apply has no value beside the reason."""
    assert refused(tmp_path, "children.all: {not_applicable: 无, value: 5}") == [
        ("bad-value-key", 4)
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0.95", "bare-rate"),
        ("1", "bare-rate"),
        ("０．９５", "bare-rate"),
        ('">= 0.95"', "bare-rate"),
        ("1:2", "ratio-for-rate"),
        ("0.95%", ""),
        ("9.5‰", ""),
        ("1.01", ""),
        ("0", ""),
        ("1/2", ""),
    ],
)
def test_a_rate_that_may_be_meant_otherwise_is_asked_about(
    tmp_path: Path, value: str, code: str
) -> None:
    """0.95 is read as 0.95% and 1:2 as 50%, and the district is asked whether that was meant."""
    found = read(tmp_path, f"rate.retention: {value}")
    assert [d.code for d in found.diagnostics] == [c for c in [code] if c]


# -- years ----------------------------------------------------------------------------------------


def test_a_series_and_a_plain_value(tmp_path: Path) -> None:
    """A plain value is of the evaluation year; a series says its years."""
    found = read(
        tmp_path,
        """
        children.all: 5
        money.spending: {2020: 85753.42 万元, 2021: 8.7 亿元}
        """,
    )
    assert value(stated(found, "children.all", 2022)) == 5
    assert stated(found, "children.all", 2021) is None
    assert value(stated(found, "money.spending", 2020)) == 857_534_200
    assert value(stated(found, "money.spending", 2021)) == 870_000_000


def test_a_fact_of_the_year_before(tmp_path: Path) -> None:
    """Where the vocabulary says so, a plain value belongs to the year before."""
    found = read(tmp_path, "money.last_year: 5\n", year=2022)
    assert stated(found, "money.last_year", 2022) is None
    assert value(stated(found, "money.last_year", 2021)) == 50_000


def test_a_year_inside_a_year_is_refused(tmp_path: Path) -> None:
    """Each level of a value is given once."""
    assert refused(tmp_path, "money.spending: {2020: {2021: 5}}") == [("bad-value-key", 4)]
    assert refused(tmp_path, "money.spending: {self: {desk: 5}}") == [("bad-value-key", 4)]
    assert refused(tmp_path, "money.spending: {self: {value: 5, by: desk}}") == [
        ("bad-value-key", 4)
    ]


@pytest.mark.parametrize(
    ("series", "code", "suggestion"),
    [
        ("2020: 85,753.42 万元", "comma-in-text", None),
        ("2020：85753.42 万元", "colon-in-key", "2020: 85753.42 万元"),
        ("2020:85753.42 万元", "colon-in-key", "2020: 85753.42 万元"),
        ("2020：1，2021：2", "colon-in-key", "2020: 1, 2021: 2"),
        ("2021年: 5", "bad-value-key", "2021"),
        ("２０２１: 5", "bad-value-key", "2021"),
        ("value: 1,234", "comma-in-text", None),
        ("not_applicable: 撤并,无学校", "comma-in-text", None),
    ],
)
def test_a_series_that_yaml_reads_otherwise(
    tmp_path: Path, series: str, code: str, suggestion: str | None
) -> None:
    """Commas inside numbers, full-width signs and 年 are answered with what to write."""
    with pytest.raises(FactsError) as caught:
        read(tmp_path, f"money.spending: {{{series}}}")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.suggestion) == (code, suggestion)


# -- sources --------------------------------------------------------------------------------------

THREE = "children.all: {self: 100, desk: 90, onsite: 80}\nchildren.public: 40"


def test_the_most_trusted_source_wins_and_none_is_lost(tmp_path: Path) -> None:
    """On site outranks the desk, which outranks the district; all of them are kept."""
    sheet = read(tmp_path, THREE).sheet
    assert value(stated(read(tmp_path, THREE), "children.all")) == 80
    assert [e.by for e in sheet.entries[("children.all", 2022)]] == [By.SELF, By.DESK, By.ONSITE]


@pytest.mark.parametrize(
    ("by", "children", "public"), [(By.SELF, 100, 40), (By.DESK, 90, None), (By.ONSITE, 80, None)]
)
def test_the_view_of_one_source(tmp_path: Path, by: By, children: int, public: int | None) -> None:
    """What one source alone says; what it does not say is missing, not taken from another."""
    view = read(tmp_path, THREE).sheet.said_by(by)
    entry, other = view.chosen("children.all", 2022), view.chosen("children.public", 2022)
    assert entry is not None
    assert value(entry.stated) == children
    assert (None if other is None else value(other.stated)) == public


def test_the_source_of_the_sheet(tmp_path: Path) -> None:
    """`source:` says who states what carries no source of its own."""
    sheet = read(tmp_path, THREE, more="source: desk\n").sheet
    assert [e.by for e in sheet.entries[("children.public", 2022)]] == [By.DESK]
    assert [e.by for e in sheet.entries[("children.all", 2022)]] == [By.SELF, By.DESK, By.ONSITE]


def test_sources_and_years_in_either_order(tmp_path: Path) -> None:
    """A series by source is the same as sources by year."""
    one = read(tmp_path, "money.spending: {self: {2020: 1, 2021: 2}, onsite: {2021: 3}}")
    other = read(tmp_path, "money.spending: {2020: {self: 1}, 2021: {onsite: 3, self: 2}}")
    assert facts_digest(one.sheet) == facts_digest(other.sheet)
    assert value(stated(one, "money.spending", 2021)) == 30_000


def test_twice_by_one_source_is_refused(tmp_path: Path) -> None:
    """Which of the two holds is not for the engine to choose."""
    facts = "children.all: {2022: 5, self: 6}"
    assert refused(tmp_path, facts) == [("stated-twice", 4)]


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    """A misspelt source is never passed over."""
    assert refused(tmp_path, "children.all: {value: 5, by: dsek}") == [("bad-value-key", 4)]
    assert refused(tmp_path, "children.all: {dsek: 5}") == [("bad-value-key", 4)]


# -- notes, evidence, origins ---------------------------------------------------------------------


def test_evidence_of_every_year_and_of_one(tmp_path: Path) -> None:
    """`fact` supports each value, `fact@year` that of one year; a value may carry its own."""
    found = read(
        tmp_path,
        """
        money.spending: {2020: 1, 2021: {value: 2, document: c.pdf, place: 第3页, note: 决算}}
        """,
        more="""
        evidence:
          money.spending: {document: a.pdf, place: 二、3}
          money.spending@2021: [b.pdf, {document: d.pdf, note: 附表}]
        """,
    )
    (first,) = found.sheet.entries[("money.spending", 2020)]
    (second,) = found.sheet.entries[("money.spending", 2021)]
    assert first.evidence == (Evidence("a.pdf", "二、3"),)
    assert second.evidence == (
        Evidence("a.pdf", "二、3"),
        Evidence("b.pdf", ""),
        Evidence("d.pdf", "", "附表"),
        Evidence("c.pdf", "第3页"),
    )
    assert (first.note, second.note) == ("", "决算")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("children.al", "unknown-fact"),
        ("childern", "unknown-fact"),
        ("children.all@22", "bad-year"),
    ],
)
def test_evidence_of_nothing_is_refused(tmp_path: Path, key: str, code: str) -> None:
    """Evidence that supports nothing has a misspelt name."""
    assert refused(tmp_path, "children.all: 5", more=f"evidence: {{{key}: a.pdf}}\n") == [(code, 5)]


@pytest.mark.parametrize(
    ("key", "warned"),
    [
        ("children.all", False),
        ("children.all@2022", False),
        ("schools", False),
        ("children.all@2021", True),
        ("children.public", True),
    ],
)
def test_evidence_for_what_is_not_reported_is_warned_of(
    tmp_path: Path, key: str, warned: bool
) -> None:
    """Evidence belongs to a value or a table of the sheet; else it would be lost in silence."""
    more = f"evidence: {{{key}: a.pdf}}\ntables: {{schools: [{{id: a}}]}}\n"
    found = read(tmp_path, "children.all: 5", more=more)
    assert [d.code for d in found.diagnostics] == ["evidence-without-fact"] * warned


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [("文件: a", "document"), ("page: 3", "place"), ("docment: a", "document"), ("x: 1", None)],
)
def test_an_unknown_key_of_evidence_is_refused(
    tmp_path: Path, written: str, suggestion: str | None
) -> None:
    """No reference is dropped; the key that was likely meant is named."""
    with pytest.raises(FactsError) as caught:
        read(tmp_path, "children.all: 5", more=f"evidence: {{children.all: {{{written}}}}}\n")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.suggestion) == ("unknown-key", suggestion)


@pytest.mark.parametrize(
    ("about", "warned"), [("children.all", 0), ("D.1", 0), ("grade", 0), ("children.al", 1)]
)
def test_a_claim_about_nothing_is_warned_of(tmp_path: Path, about: str, warned: int) -> None:
    """A statement is about a fact, a table, a criterion or the grade."""
    more = f"claims: [{{text: 持续向好, about: {about}}}]\n"
    found = read(tmp_path, "children.all: 5", more=more)
    assert [d.code for d in found.diagnostics] == ["claim-about-unknown"] * warned


def test_every_value_remembers_its_place(tmp_path: Path) -> None:
    """Line and column of the scalar itself, so that a person finds it."""
    sheet = read(tmp_path, "children.all: 5\nmoney.spending: {2020: 1, 2021: 2}").sheet
    places = {
        f"{fact}@{year}": entry.origin.short_place
        for (fact, year), (entry,) in sheet.entries.items()
    }
    assert places == {
        "children.all@2022": "sheet.yaml:4:17",
        "money.spending@2020": "sheet.yaml:5:26",
        "money.spending@2021": "sheet.yaml:5:35",
    }


# -- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["children.pubilc", "公办园在园幼儿", "公办幼儿"])
def test_an_unknown_fact_is_found_by_name_label_or_synonym(tmp_path: Path, word: str) -> None:
    """Whatever word the district used, the advice names the fact it likely meant."""
    with pytest.raises(FactsError) as caught:
        read(tmp_path, f"{word}: 5")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.suggestion) == ("unknown-fact", "children.public")


FAULTY = """\
subject: {code: "430703", name: 某区, area_clas: 一类地区}
yaer: 2022
year: 2022
source: boss
facts:
  children.all: 约 16090
  children.public: 8041
  children.public: 8042
  children.pubilc_share: 50%
  money.spending: {2020: 1.5 人, 二〇: 5}
tables:
  schools:
    - {id: a, stage: 大学}
  shcools: []
evidence: {children.al: a.pdf}
outcomes: {self: {D.1: fuly_met}}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fault_of_a_sheet_at_once(lang: str, tmp_path: Path, screen: Screen) -> None:
    """Faults of structure, of values, of tables and of evidence are told together, by place."""
    with pytest.raises(FactsError) as caught:
        read_text(tmp_path, FAULTY)
    shown = "\n".join(
        render(d, "zh" if lang == "zh" else "en").replace(f"{tmp_path}/", "")
        for d in caught.value.diagnostics
    )
    screen(DATA / f"faulty_sheet.{lang}.txt", f"{shown}\n")


# -- forms ----------------------------------------------------------------------------------------

CONTENT = {
    "subject": {"code": "430703", "name": "某区", "area_class": "一类地区"},
    "year": 2022,
    "facts": {
        "children.all": 16090,
        "rate.retention": 99.82,
        "money.spending": {"2020": "85753.42 万元", "2021": "≥ 8.7 亿元"},
        "safety.falsified": "否",
        "children.public": {"not_applicable": '无\n公办园 "x" 𠮷'},
    },
    "tables": {"schools": [{"id": "a", "stage": "小学", "pupils": 5, "boarding": True}]},
}
IN_YAML = """\
year: 2022
subject: {area_class: 一类地区, code: 430703, name: 某区}
tables:
  schools:
    - 学校代码: a
      学段: 小学
      pupils: 5人
      boarding: 是
facts:
  children.public: {not_applicable: "无\\n公办园 \\"x\\" 𠮷"}
  safety.falsified: no
  money.spending:
    2021: 8.7亿元以上
    2020: 857534200元
  rate.retention: 99.82%
  children.all: 16,090
"""


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("escaped", [False, True])
def test_json_and_yaml_are_the_same_sheet(
    tmp_path: Path, indent: int | str | None, escaped: bool
) -> None:
    """JSON however it was written, minified, indented by tabs or escaped, is the same sheet."""
    text = json.dumps(CONTENT, indent=indent, ensure_ascii=escaped)
    from_json = read_text(tmp_path, text, "sheet.json").sheet
    from_yaml = read_text(tmp_path, IN_YAML).sheet
    assert from_json.subject == from_yaml.subject
    reasons = [sheet.chosen("children.public", 2022) for sheet in (from_json, from_yaml)]
    assert [r.stated for r in reasons if r] == [Inapplicable('无\n公办园 "x" 𠮷')] * 2
    assert facts_digest(from_json) == facts_digest(from_yaml)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_bom_and_line_ends_change_nothing(tmp_path: Path, mark: bytes, end: bytes) -> None:
    """A file saved by Notepad is the same sheet, with its values on the same lines."""
    data = mark + IN_YAML.encode().replace(b"\n", end)
    found, plain = read_text(tmp_path, data).sheet, read_text(tmp_path, IN_YAML).sheet
    assert facts_digest(found) == facts_digest(plain)
    (entry,), (other,) = (s.entries[("children.all", 2022)] for s in (found, plain))
    assert entry.origin.short_place == other.origin.short_place == "sheet.yaml:16:17"
