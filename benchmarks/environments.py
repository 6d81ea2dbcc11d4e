"""Makes the environments of the benchmarks in build/bench, each from its pinned, hashed list.

    python benchmarks/environments.py --lock    # resolve the lists anew

What a benchmark needs is never a dependency of the project. An environment that cannot be made is
told by name, and what was to run in it is listed as not installed.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "benchmarks" / "requirements"
ENVIRONMENTS = ROOT / "build" / "bench"


def python_of(name: str) -> Path | None:
    """The Python of an environment, made if need be; None where it cannot be."""
    folder, wanted = ENVIRONMENTS / name, LISTS / f"{name}.txt"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp, digest = folder / ".ready", hashlib.sha256(wanted.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return python
    print(f"setting up {folder.relative_to(ROOT)} …", file=sys.stderr)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [*pip, "--require-hashes", "-r", str(wanted)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name} cannot be installed:\n{done.stderr[-2000:]}", file=sys.stderr)
            return None
    stamp.write_text(digest, encoding="utf-8")
    return python


def lock() -> None:
    """Write the lists anew, with whatever is newest and fits; `make lock` has made build/uv."""
    uv = ROOT / "build" / "uv" / "bin" / "uv"
    fixed = ("--universal", "--python-version", "3.11", "--generate-hashes")
    for source in sorted(LISTS.glob("*.in")):
        command = [str(uv), "pip", "compile", "--quiet", *fixed, "--no-emit-index-url"]
        command += ["--no-emit-find-links", "--no-annotate", "--no-header", source.name]
        command += ["-o", f"{source.stem}.txt"]
        subprocess.run(command, cwd=LISTS, check=True)


def main() -> None:
    """Make all of them, or resolve their lists anew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lock", action="store_true", help="resolve the lists anew")
    if parser.parse_args().lock:
        lock()
        return
    made = [python_of(source.stem) for source in sorted(LISTS.glob("*.in"))]
    raise SystemExit(0 if all(made) else 1)


if __name__ == "__main__":
    main()
