"""The published schemas with the names of one vocabulary, so that editors complete and explain.

Nothing that loads is refused, and nothing is refused that the published schema allows, but a fact,
table or column that the vocabulary does not know: the reader of sheets refuses those too.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ..language.expression import Across, Function, Kind
from ..language.printer import show
from ..language.structure import schema
from ..language.vocabulary import FactDefinition, FactType, ValueDefinition, Vocabulary
from ..locale import LANGS, Label, Lang, catalogue, phrase
from .vocabulary_page import value_range, value_text

Schema: TypeAlias = dict[str, Any]

# The files for authors, and what programs write: a result, and of a batch the records, what is
# printed and the manifest.
NAMES = ("sheet", "ruleset", "tests", "vocabulary", "parameters")
RESULTS = ("result", "batch", "summary", "manifest")
_GRADE = ("share_of_outcome", "count_of_outcome", "outcome", "any_veto", "points")
_FUNCTIONS = tuple(
    dict.fromkeys(str(f) for f in (*Function, *Kind, *Across) if f is not Function.OUTCOME)
)


def result_schemas() -> dict[str, Schema]:
    """The schemas of what programs read, as they are published."""
    return {name: dict(schema(name)) for name in RESULTS}


def editor_schemas(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Each schema by its name."""
    found = {name: copy.deepcopy(dict(schema(name))) for name in NAMES}
    _complete_sheet(found["sheet"], vocabulary)
    _complete_tests(found["tests"], vocabulary)
    for name in ("ruleset", "vocabulary"):
        _complete_expressions(found[name], vocabulary)
    return found


# -- sheets --------------------------------------------------------------------------------------


def _complete_sheet(sheet: Schema, vocabulary: Vocabulary) -> None:
    parts = sheet["properties"]
    parts["facts"] |= _facts(vocabulary, parts["facts"]["additionalProperties"])
    parts["tables"] |= _tables(vocabulary, parts["tables"]["additionalProperties"])
    parts["subject"]["properties"] |= _attributes(vocabulary)
    labels = {name: fact.label for name, fact in vocabulary.facts.items()}
    labels |= {name: table.label for name, table in vocabulary.tables.items()}
    parts["evidence"]["properties"] = {name: _said(label) for name, label in labels.items()}


def _complete_tests(tests: Schema, vocabulary: Vocabulary) -> None:
    defined = tests["$defs"]
    defined["facts"] |= _facts(vocabulary, {})
    defined["tables"] |= _tables(vocabulary, {})


def _facts(vocabulary: Vocabulary, value: Schema) -> Schema:
    """The facts as keys, each with what it is; no other key."""
    return {
        "properties": {
            name: {**value, "description": _described(fact), **_suggested(fact)}
            for name, fact in vocabulary.facts.items()
        },
        "additionalProperties": False,
    }


def _tables(vocabulary: Vocabulary, value: Schema) -> Schema:
    return {
        "properties": {
            name: {
                **value,
                **_said(table.label),
                "items": {
                    "type": "object",
                    "properties": {
                        column.name: {"description": _described(column), **_suggested(column)}
                        for column in table.columns.values()
                    },
                },
            }
            for name, table in vocabulary.tables.items()
        },
        "additionalProperties": False,
    }


def _attributes(vocabulary: Vocabulary) -> Schema:
    labels = vocabulary.attribute_labels
    return {
        name: {**_said(labels.get(name, Label(name))), **({"enum": list(words)} if words else {})}
        for name, words in vocabulary.attributes.items()
    }


def _suggested(definition: ValueDefinition) -> Schema:
    """What an editor offers as value: words, levels, yes and no; an example of a number."""
    words = definition.levels or definition.words
    if definition.type is FactType.YES_NO:
        words = ("yes", "no")
    if words:
        return {"anyOf": [{"enum": list(words)}, {}]}
    typical = definition.typical if isinstance(definition, FactDefinition) else None
    return {} if typical is None else {"examples": [value_text(definition, typical)]}


# -- expressions ---------------------------------------------------------------------------------


def _complete_expressions(document: Schema, vocabulary: Vocabulary) -> None:
    """Functions and facts as suggestions; every expression stays as valid as it was.

    As snippets, not as an enumeration: an editor would show all of that for every expression.
    """
    defined = document["$defs"]
    known = [*_functions(_FUNCTIONS), *_names(vocabulary)]
    defined["expression"] |= {"defaultSnippets": known}
    if "grade" in document["properties"]:
        graded = [*_functions(_GRADE), *known]
        defined["grade_condition"] = {**defined["expression"], "defaultSnippets": graded}
        grade = document["properties"]["grade"]["properties"]
        for rule in ("award", "caps", "downgrades"):
            grade[rule]["items"]["properties"]["when"]["$ref"] = "#/$defs/grade_condition"


def _functions(names: Iterable[str]) -> list[Schema]:
    texts: Mapping[str, Mapping[str, str]] = catalogue("functions")
    return [
        {
            "label": texts[name].get("label", name),
            "description": "\n".join(texts[name][lang] for lang in LANGS),
            "body": texts[name]["snippet"],
        }
        for name in names
    ]


def _names(vocabulary: Vocabulary) -> list[Schema]:
    return [
        {"label": name, "description": _described(fact), "body": name}
        for name, fact in vocabulary.facts.items()
    ]


# -- texts ---------------------------------------------------------------------------------------


def _said(label: Label) -> Schema:
    return {"description": "\n".join(dict.fromkeys(label.text(lang) for lang in LANGS))}


def _described(definition: ValueDefinition) -> str:
    """Label, type, unit, range and definition, a paragraph in each language."""
    return "\n".join(_paragraph(definition, lang) for lang in LANGS)


def _paragraph(definition: ValueDefinition, lang: Lang) -> str:
    comma = phrase("list_comma", lang)
    facts = [phrase(f"type_{definition.type}", lang), definition.unit.name]
    facts.append(value_range(definition))
    facts.append(comma.join(definition.levels or definition.words))
    lines = [f"{definition.label.text(lang)} ({', '.join(f for f in facts if f)})"]
    if isinstance(definition, FactDefinition):
        if definition.derived is not None:
            lines.append(f"= {show(definition.derived)}")
        lines.append(definition.definition.text(lang))
    return "\n".join(line for line in lines if line)
