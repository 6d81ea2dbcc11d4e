"""The parser of expressions, from tables that were made beforehand where they fit the grammar.

Making a LALR parser takes 60 ms of every start, reading its tables 15 ms. The tables are data, made
of `expression.lark` by ``python -m engine.language.grammar``; they name the grammar and the lark
that they were made for; with any other, the parser is made from the grammar itself.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import lark
from lark import Lark, Token, Transformer
from lark.grammar import Rule
from lark.lexer import TerminalDef

GRAMMAR = Path(__file__).with_name("expression.lark")
TABLES = Path(__file__).with_name("expression.tables.json")


def expression_parser(builder: Transformer[Token, Any]) -> Lark:
    """The parser whose trees ``builder`` makes."""
    text = GRAMMAR.read_text(encoding="utf-8")
    tables = json.loads(TABLES.read_text(encoding="utf-8")) if TABLES.is_file() else {}
    if tables.get("made_for") != _made_for(text):
        return Lark(text, parser="lalr", transformer=builder, maybe_placeholders=True)
    # The keys of JSON are text; lark numbers its states and what it has memorised.
    memo = {int(key): value for key, value in tables["memo"].items()}
    table = tables["data"]["parser"]["parser"]
    table["states"] = {int(key): value for key, value in table["states"].items()}
    untyped: Any = Lark
    loaded: Lark = untyped._load_from_dict(tables["data"], memo, transformer=builder)
    return loaded


def tables() -> str:
    """The tables of the grammar as it is now."""
    text = GRAMMAR.read_text(encoding="utf-8")
    parser = Lark(text, parser="lalr", maybe_placeholders=True)
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    made = {"made_for": _made_for(text), "data": data, "memo": memo}
    return json.dumps(made, ensure_ascii=False, sort_keys=True) + "\n"


def _made_for(text: str) -> str:
    return f"lark {lark.__version__} sha256:{hashlib.sha256(text.encode()).hexdigest()}"


if __name__ == "__main__":
    TABLES.write_text(tables(), encoding="utf-8", newline="\n")
