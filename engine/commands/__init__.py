"""The command line: read, call, print, exit code."""

from .main import main

__all__ = ["main"]
