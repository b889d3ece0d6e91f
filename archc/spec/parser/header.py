"""Parses the header of a spec: name, paper, claims, weights, initialisation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archc.diagnostics import Span, nearest
from archc.spec.header import (
    VERSION,
    Claim,
    Header,
    Initialisation,
    Paper,
    PaperTable,
    Record,
    WeightMap,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from archc.spec.parser import Parser

RECORDS: dict[str, type[Record]] = {
    "paper": Paper,
    "claims": Claim,
    "weights": WeightMap,
    "init": Initialisation,
    "table": PaperTable,
}
NEEDED = {
    "archc": f"`archc: {VERSION}`, the version of the language",
    "name": "`name: my_net`",
    "input": "`input: [3, 224, 224]`, the sizes of one sample",
    "network": "`network:` and its steps",
}
"""The required keys of a spec, with an example of each."""
KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list of two texts",
    "missing": "a list of two texts",
    "too_long": "a list of two texts",
}
"""What pydantic expects, by what it calls the error."""
PATTERNS = {
    "arxiv": 'the number of a paper on arXiv, such as "1409.4842"',
    "url": "an address that begins with https:// or http://",
}
"""What a field with a pattern expects."""


def read_header(data: dict[str, Any], parser: Parser) -> Header:
    """Parse the header of a spec; what cannot be read is reported and left out."""
    if missing := [key for key in NEEDED if key not in data]:
        span = parser.tree.span(())
        parser.report.add(
            "missing-key",
            f"a spec needs {_listed(missing)}",
            Span(span.source, span.line, span.column, span.line, span.column + 1),
            help="\n".join(f"add {NEEDED[key]}" for key in missing),
        )
    name = data.get("name")
    if isinstance(name, str) and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        parser.report.add(
            "bad-name",
            f"`{name}` names files and modules: small letters, digits and `_`",
            parser.tree.span(("name",)),
        )
    own = {key: value for key, value in data.items() if key in Header.model_fields}
    try:
        return Header.model_validate(own)
    except ValidationError as errors:
        found = errors.errors()
        slips = [error["loc"] for error in found if error["type"] == "extra_forbidden"]
        for error in found:
            if not (error["type"] == "missing" and any(_meant(error, slip) for slip in slips)):
                _tell(error, parser)
        wrong = {error["loc"][0] for error in found}
        sound = {key: value for key, value in own.items() if key not in wrong}
        return Header.model_validate({"archc": VERSION, "name": "unnamed"} | sound)


def _meant(missing: ErrorDetails, slip: tuple[int | str, ...]) -> bool:
    """Whether a key that is not there is what another one beside it means."""
    loc = missing["loc"]
    return loc[:-1] == slip[:-1] and nearest(str(slip[-1]), [str(loc[-1])]) is not None


def _tell(error: ErrorDetails, parser: Parser) -> None:
    """Report what pydantic found."""
    loc, kind, data = error["loc"], error["type"], error["input"]
    at = loc
    while at not in parser.tree.values:
        at = at[:-1]
    words = error.get("ctx", {}).get("expected", "").replace("'", "`")
    if loc[-1] == "[key]":
        parser.unknown_key(loc[:-1], re.findall(r"`(\w+)`", words))
    elif kind == "extra_forbidden":
        record = RECORDS.get(str(at[0]))
        parser.unknown_key(at, list(record.model_fields) if record else [])
    elif kind == "missing" and len(loc) == 1:
        return  # reported with the other keys that every spec needs
    elif kind == "missing" and isinstance(loc[-1], str):
        span = parser.tree.span(at, key=True)
        parser.report.add("missing-key", f"`{loc[-1]}` is missing here", span)
    elif at == ("archc",):
        parser.wrong_type(at, f"version {VERSION} of the language", data)
    elif kind == "string_pattern_mismatch":
        parser.wrong_type(at, PATTERNS[str(loc[-1])], data)
    elif len(at) < len(loc) and at[0] == "claims":  # one of several kinds that a figure may have
        parser.wrong_type(at, "a number, a text such as 2.7K, or a list of sizes", data)
    else:
        parser.wrong_type(at, words or KINDS.get(kind, "something else"), data)


def _listed(keys: list[str]) -> str:
    return " and ".join(", ".join(f"`{key}`" for key in keys).rsplit(", ", 1))
