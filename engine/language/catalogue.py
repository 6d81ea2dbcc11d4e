"""Finds rulesets and vocabularies: the shipped ones by name, any other by path."""

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
FILE = "ruleset.yaml"
# Beside the file of an edition that was published: what it must be for ever.
DIGEST = "digest"
DEFAULT_VOCABULARY = "education"
# The folder of files of shared parameters.
PARAMETERS = "parameters"


def shipped() -> Path:
    """The folder of shipped rulesets: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "rulesets"
    return installed if installed.is_dir() else PACKAGE.parent / "rulesets"


@dataclass(frozen=True, slots=True, order=True)
class Installed:
    """A ruleset that is there to be used."""

    id: str
    edition: str
    path: Path

    @property
    def name(self) -> str:
        return f"{self.id}@{self.edition}"


def installed(root: Path | None = None) -> tuple[Installed, ...]:
    """Every ``<id>/<edition>/ruleset.yaml`` under ``root`` (default: the shipped), in order."""
    folder = root or shipped()
    return tuple(
        sorted(
            Installed(path.parent.parent.name, path.parent.name, path)
            for path in folder.glob(f"*/*/{FILE}")
        )
    )


def named(path: Path) -> str:
    """The name that a ruleset file has by the folders it lies in."""
    # Of links that lead in a circle too, which the reader of files tells of.
    folder = Path(os.path.realpath(path)).parent
    return f"{folder.parent.name}@{folder.name}"


def looks_like_path(reference: str) -> bool:
    """Whether a reference names a file or folder rather than ``id@edition``."""
    return (
        reference.endswith((".yaml", ".yml", ".json"))
        or any(mark in reference for mark in ("/", "\\"))
        or reference in (".", "..")
    )


def locate(reference: str, beside: Path | None = None) -> tuple[Path | None, tuple[str, ...]]:
    """The file that ``reference`` means, and the names that could have been meant instead.

    ``reference`` is a file, a folder with a ``ruleset.yaml``, ``id@edition``, or an ``id`` that has
    one edition only. ``beside`` is another ruleset's file, whose tree is searched first.
    """
    path = Path(reference)
    if looks_like_path(reference) or (path.is_dir() and (path / FILE).exists()):
        return (path / FILE if path.is_dir() else path), ()
    roots = [shipped()]
    if beside is not None:
        roots.insert(0, beside.resolve().parent.parent.parent)
    known: list[str] = []
    for root in roots:
        there = installed(root)
        known += [entry.name for entry in there]
        wanted = [e for e in there if reference in (e.name, e.id)]
        if len(wanted) == 1:
            return as_written(wanted[0].path), ()
        if len(wanted) > 1:
            return None, tuple(e.name for e in wanted)
    return None, tuple(dict.fromkeys(known))


def vocabulary_file(name: str, ruleset: Path) -> Path | None:
    """The vocabulary ``name`` of a ruleset: beside it, in its own tree, or the shipped one."""
    folder = ruleset.resolve().parent
    candidates = (
        folder / f"{name}.yaml",
        folder / "vocabulary" / f"{name}.yaml",
        folder.parent.parent / "vocabulary" / f"{name}.yaml",
        shipped() / "vocabulary" / f"{name}.yaml",
    )
    return next((as_written(path) for path in candidates if path.is_file()), None)


def parameters_file(name: str, ruleset: Path) -> tuple[Path | None, tuple[str, ...]]:
    """The shared parameters ``name`` of a ruleset, searched like a vocabulary; what there is."""
    folder = ruleset.resolve().parent
    trees = (folder, folder.parent.parent, shipped())
    known = [path for tree in trees for path in sorted((tree / PARAMETERS).glob("*.yaml"))]
    found = next((as_written(path) for path in known if path.stem == name), None)
    return found, tuple(dict.fromkeys(path.stem for path in known))


def as_written(path: Path) -> Path:
    """The path as people would write it: relative to where they are, when it lies below."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):
        return path
