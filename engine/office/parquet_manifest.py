"""The manifest of results that are folders of Parquet files: what they were made from and hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..language.diagnostics import Diagnostic
from ..language.digest import ruleset_digest
from ..language.model import Ruleset
from .batch import FORMAT
from .describe import Describe
from .tally import Tally


def data_files(folder: Path) -> list[Path]:
    """The files of the data sets; hidden ones are check sums that Spark keeps for itself."""
    return sorted(path for path in folder.rglob("*.parquet") if path.is_file())


def results_manifest(
    ruleset: Ruleset,
    describe: Describe,
    tally: Tally,
    *,
    options: Mapping[str, Any],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    folder: Path,
    warnings: Sequence[Diagnostic],
    engine: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What ``manifest.json`` says; ``inputs`` and ``outputs`` are digests by path."""
    return {
        "format": FORMAT,
        "engine": {"name": "dudao", "version": __version__, **(engine or {})},
        "ruleset": {
            "id": ruleset.id,
            "edition": ruleset.edition,
            "status": str(ruleset.status),
            "digest": ruleset_digest(ruleset),
        },
        "options": dict(options),
        "inputs": [{"file": path, "digest": digest} for path, digest in inputs.items()],
        "counts": {
            "scored": tally.scored,
            "unusable": len(tally.unusable),
            "incomplete": tally.incomplete,
        },
        "grades": tally.grades,
        "remarks": tally.remarks,
        "diagnostics": [describe.diagnostic(d) for d in warnings],
        "outputs": [
            {"file": Path(path).relative_to(folder).as_posix(), "digest": digest}
            for path, digest in outputs.items()
        ],
        "complete": True,
    }
