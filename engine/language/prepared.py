"""Prepares the shipped vocabulary and rulesets: ``python -m engine.language.prepared``.

What is prepared is not checked again when it is used, so it is only made of files without a single
fault.
"""

import json
from dataclasses import astuple, fields
from pathlib import Path

from .building import build, named_vocabularies
from .catalogue import DEFAULT_VOCABULARY, installed, shipped
from .inheritance import Layers, read_layers
from .model import Ruleset
from .prepared_form import digest, written
from .prepared_reading import RULESETS, VOCABULARY, Part, asked_file, made_for, ruleset_place
from .reading import Faults
from .source import read_source
from .vocabulary_loader import load_vocabulary

SHIPPED = shipped() / "vocabulary" / f"{DEFAULT_VOCABULARY}.yaml"


def prepared(path: Path = SHIPPED) -> str:
    """The file for the vocabulary as it is now: what it was made for, then what it holds."""
    source, _ = read_source(path)
    vocabulary, faults = load_vocabulary((path,))
    if vocabulary is None or faults:
        raise ValueError(f"{path} has faults")
    return f"{_line(digest(source.text))}\n{written(vocabulary, (source,))}\n"


def prepared_file(path: Path) -> str | None:
    """The same for a shipped ruleset, all but its vocabulary; None where that is not prepared."""
    faults: Faults = []
    layers = read_layers(path, faults)
    ruleset = None if layers is None else build(layers, faults)
    if layers is None or ruleset is None or faults:
        raise ValueError(f"{path} has faults")
    parts, paths = _parts(layers)
    if [part.name for part in parts if part.asked == "vocabulary"] != [DEFAULT_VOCABULARY]:
        return None
    sources = [read_source(path)[0] for path in paths]
    names = [item.name for item in fields(Ruleset) if item.name != "vocabulary"]
    held = {name: getattr(ruleset, name) for name in names}
    return f"{_line([astuple(part) for part in parts])}\n{written(held, sources)}\n"


def _parts(layers: Layers) -> tuple[list[Part], list[Path]]:
    """The files that a ruleset is made of, in the order in which they are looked for."""
    chain = [layers.path, *reversed(layers.bases)]
    names, at = named_vocabularies(layers)
    asked = [("extends", name, of) for of, name in enumerate(reversed(layers.extends))]
    asked += [("parameters_from", name.value, chain.index(at)) for name, at in layers.shared]
    asked += [("vocabulary", name.value, chain.index(at)) for name in names]
    parts, paths = [_part("ruleset", "", 0, layers.path)], [layers.path]
    for key, name, of in asked:
        found = asked_file(key, name, chain[of])
        if found is None:
            raise ValueError(f"{layers.path}: no {key} {name}")
        paths.append(found)
        parts.append(_part(key, name, of, found))
    return parts, paths


def _part(asked: str, name: str, of: int, path: Path) -> Part:
    place = path.resolve().relative_to(shipped().resolve()).as_posix()
    return Part(asked, name, of, place, digest(read_source(path)[0].text))


def _line(what: object) -> str:
    return json.dumps(made_for(what))


def prepare() -> None:
    """Write every prepared file anew."""
    VOCABULARY.write_text(prepared(), encoding="utf-8", newline="\n")
    RULESETS.mkdir(exist_ok=True)
    for old in RULESETS.glob("*.json"):
        old.unlink()
    for one in installed():
        text = prepared_file(one.path)
        if text is not None:
            ruleset_place(one.name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    prepare()
