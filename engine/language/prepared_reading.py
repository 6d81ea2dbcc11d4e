"""The shipped vocabulary and rulesets as reading and checking leave them, prepared beforehand.

Reading 4,000 lines of a vocabulary in YAML and checking what they say takes 140 ms of every start,
a ruleset and the parser of its expressions 120; what was prepared, 15 and 10. It names the texts
and the classes that it was made for: with any other, the files themselves are read and checked.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .catalogue import locate, named, parameters_file, shipped, vocabulary_file
from .diagnostics import Source
from .model import Ruleset
from .prepared_form import CLASSES, digest, made
from .source import read_source
from .vocabulary import Vocabulary

VOCABULARY = Path(__file__).with_name("vocabulary.prepared.json")
RULESETS = Path(__file__).with_name("rulesets.prepared")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ruleset without fault, and the files that it extends, the first to be laid down first."""

    ruleset: Ruleset
    bases: tuple[Path, ...]


def prepared_vocabulary(path: Path) -> Vocabulary | None:
    """What was made of exactly the text of ``path``; None for any other text."""
    source, wrong = read_source(path)
    return None if wrong else _vocabulary(source)


def _vocabulary(source: Source) -> Vocabulary | None:
    if not VOCABULARY.is_file():
        return None
    first, _, held = VOCABULARY.read_text(encoding="utf-8").partition("\n")
    if json.loads(first) != made_for(digest(source.text)):
        return None
    vocabulary: Vocabulary = made(held, (source,))
    return vocabulary


def made_for(what: object) -> dict[str, object]:
    """The first line of a prepared file: the texts, and the classes as they are now."""
    return {"made_for": what, "classes": CLASSES}


def prepared_ruleset(path: Path) -> Prepared | None:
    """What was made of the shipped ruleset in ``path``; None where any text of it is another."""
    place = ruleset_place(named(path))
    if not place.is_file():
        return None
    first, _, held = place.read_text(encoding="utf-8").partition("\n")
    head = json.loads(first)
    if head != made_for(head["made_for"]):
        return None
    found = _found(path, [Part(*part) for part in head["made_for"]])
    if found is None:
        return None
    *sources, words = found.sources
    vocabulary = _vocabulary(words)
    if vocabulary is None:
        return None
    return Prepared(Ruleset(vocabulary=vocabulary, **made(held, sources)), found.bases)


def ruleset_place(name: str) -> Path:
    """Where the ruleset of a name is kept prepared."""
    return RULESETS / f"{name}.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a ruleset is made of: what asks for it by which name, where it lies, its text.

    ``of`` is the position of the ruleset that names it. The vocabulary is the last.
    """

    asked: str
    name: str
    of: int
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    sources: tuple[Source, ...]
    bases: tuple[Path, ...]


def _found(path: Path, parts: Sequence[Part]) -> _Found | None:
    """The files found as reading finds them; None where one lies elsewhere or says otherwise."""
    paths: list[Path] = []
    sources: list[Source] = []
    root = shipped()
    for part in parts:
        found = asked_file(part.asked, part.name, paths[part.of]) if paths else path
        if found is None or found.resolve() != (root / part.place).resolve():
            return None
        source, wrong = read_source(found)
        if wrong or digest(source.text) != part.text:
            return None
        paths.append(found)
        sources.append(source)
    bases = [path for path, part in zip(paths, parts, strict=True) if part.asked == "extends"]
    return _Found(tuple(sources), tuple(reversed(bases)))


def asked_file(asked: str, name: str, ruleset: Path) -> Path | None:
    """The file that ``ruleset`` means under one of its keys."""
    match asked:
        case "extends":
            return locate(name, beside=ruleset)[0]
        case "parameters_from":
            return parameters_file(name, ruleset)[0]
        case _:
            return vocabulary_file(name, ruleset)
