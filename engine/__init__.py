"""dudao (督导): exact, explained, provable compliance scoring of county education duties."""

__version__ = "0.1.0"
