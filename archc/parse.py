"""Document -> Spec: the written form of every part, with all mistakes of form at once."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError

from archc import grammar
from archc.check import check
from archc.diagnostics import Report, suggest
from archc.expr import Function
from archc.functions import BUILTINS
from archc.grammar import BadExpression
from archc.load import Document, Path
from archc.spec import (
    Arg,
    ArgType,
    Argument,
    Block,
    Claim,
    Expr,
    Header,
    Initialisation,
    Paper,
    Record,
    Spec,
    Variant,
    WeightMap,
    inside,
)
from archc.steps import StepParser

SECTIONS = ("params", "input", "constraints", "functions", "blocks", "network", "variants")
RECORDS: dict[str, type[Record]] = {
    "paper": Paper,
    "claims": Claim,
    "weights": WeightMap,
    "init": Initialisation,
}
_TYPES = get_args(ArgType)
_SIGNATURE = re.compile(r"\s*(\w+)\s*\(\s*(\w+(?:\s*,\s*\w+)*)?\s*\)\s*")


def parse(document: Document, report: Report | None = None) -> Spec:
    """The spec that a document writes down.

    With a `report`, unknown names are noted there, so that elaboration can add what it finds.

    Raises:
        SpecError: every mistake of form, and every name that nothing has.
    """
    parser = Parser(document, Report() if report is None else report)
    before = len(parser.report.diagnostics)
    spec = parser.spec()
    malformed = len(parser.report.diagnostics) > before
    if spec is not None:
        check(spec, parser.report)
    if spec is None or malformed or report is None:
        parser.report.raise_if_any()
    assert spec is not None, "a document that is no spec leaves a reason"
    return spec


class Parser:
    """Reads a document's sections; mistakes go to `report`, and what is left is still read."""

    def __init__(self, document: Document, report: Report) -> None:
        self.document, self.report = document, report

    def spec(self) -> Spec | None:
        """The whole document."""
        data = self.document.data
        if not isinstance(data, dict):
            self.wrong_type((), "a mapping (`archc: 1`, `name: ...`, `network: ...`)", data)
            return None
        known = [*Header.model_fields, *SECTIONS]
        for key in data:
            if key not in known:
                self.unknown_key((key,), known)
        for key in ("input", "network"):
            if key not in data:
                self.report.add(
                    "missing-key", f"a spec needs `{key}`", self.document.span((), key=False)
                )
        header = self.header({k: v for k, v in data.items() if k in Header.model_fields})
        blocks = self.blocks()
        network = self.block("network", {"body": data.get("network")}, ("network",), blocks)
        functions = self.functions()
        spec_input = self.sizes(data.get("input"), ("input",))
        params = {k: self.argument(v, ("params", k)) for k, v in self.section("params").items()}
        for name in params:
            self.identifier(name, ("params", name), "a param")
        constraints = data.get("constraints") or []
        if not isinstance(constraints, list):
            self.wrong_type(("constraints",), "a list of expressions", constraints)
            constraints = []
        if header is None:
            return None
        return Spec(
            header=header,
            document=self.document,
            params=params,
            input=spec_input or (),
            network=network,
            blocks={
                n: self.block(n, self.section("blocks")[n], ("blocks", n), blocks) for n in blocks
            },
            functions=functions,
            constraints=tuple(
                self.expression(c, ("constraints", i)) for i, c in enumerate(constraints)
            ),
            variants=self.variants(),
        )

    def header(self, data: dict[str, Any]) -> Header | None:
        """What the spec says about itself."""
        name = data.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self.report.add(
                "bad-name",
                f"`{name}` names files and modules: small letters, digits and `_`",
                self.document.span(("name",)),
            )
        try:
            return Header.model_validate(data)
        except ValidationError as errors:
            for error in errors.errors():
                self.invalid(error["loc"], error["type"], error["msg"])
            return None

    def invalid(self, loc: Path, kind: str, message: str) -> None:
        """Say what pydantic found."""
        at = tuple(part for part in loc if not str(part).endswith("]"))
        if kind == "extra_forbidden":
            record = RECORDS.get(str(at[0]))
            self.unknown_key(at, list(record.model_fields) if record else [])
        elif kind == "missing":
            self.report.add(
                "missing-key", f"`{at[-1]}` is missing here", self.document.span(at[:-1])
            )
        elif at == ("archc",):
            self.report.add(
                "wrong-type", "this archc reads version 1 of the language", self.document.span(at)
            )
        else:
            self.report.add("wrong-type", message[:1].lower() + message[1:], self.document.span(at))

    def section(self, key: str) -> Mapping[str, Any]:
        """A section that is a mapping; empty where it is missing."""
        data = self.document.data.get(key)
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.wrong_type((key,), "a mapping", data)
            return {}
        return data

    def blocks(self) -> list[str]:
        """The names of the blocks."""
        names = list(self.section("blocks"))
        for name in names:
            self.identifier(name, ("blocks", name), "a block")
        return names

    def block(self, name: str, data: Any, at: Path, blocks: list[str]) -> Block:
        """One block, or the network (whose steps stand at `at` itself)."""
        if not isinstance(data, dict):
            self.wrong_type(at, "a mapping with `body` (and `args`, `doc`, ...)", data)
            return Block(name, at, ())
        known = ["doc", "args", "inputs", "outputs", "body"]
        for key in data:
            if key not in known:
                self.unknown_key((*at, key), known)
        body_at = at if at == ("network",) else (*at, "body")
        body = data.get("body")
        if not isinstance(body, list) or not body:
            if at != ("network",) or "network" in self.document.data:
                self.wrong_type(body_at, "a list of steps", body)
            body = []
        args = self.args(data.get("args"), (*at, "args"))
        inputs = self.ids(data.get("inputs"), (*at, "inputs"))
        outputs = self.ids(data.get("outputs"), (*at, "outputs"))
        steps = StepParser(self, [*blocks, *args]).body(body, body_at, inputs or ())
        doc = data.get("doc") or ""
        if not isinstance(doc, str):
            self.wrong_type((*at, "doc"), "a text", doc)
            doc = ""
        return Block(name, at, steps, " ".join(doc.split()), args, inputs or ("input",), outputs)

    def args(self, data: Any, at: Path) -> dict[str, Arg]:
        """A block's arguments: a type means required, a value is the default."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.wrong_type(at, "a mapping of argument names to a type or a default", data)
            return {}
        found = {}
        for name, value in data.items():
            here = (*at, name)
            self.identifier(name, here, "an argument")
            if isinstance(value, str) and value in _TYPES:
                found[name] = Arg(name, here, type=value)  # type: ignore[arg-type]
            else:
                found[name] = Arg(name, here, default=self.argument(value, here))
        return found

    def functions(self) -> dict[str, Function]:
        """The spec's own functions: `width(c): round_to(c * width_mult, 8)`."""
        found = {}
        for signature, body in self.section("functions").items():
            at = ("functions", signature)
            match = _SIGNATURE.fullmatch(signature)
            if match is None:
                self.report.add(
                    "bad-name",
                    "a function is written `name(argument, ...): expression`",
                    self.document.span(at, key=True),
                )
                continue
            name, parameters = match[1], match[2]
            if name in BUILTINS:
                self.report.add(
                    "bad-name", f"`{name}` is a builtin", self.document.span(at, key=True)
                )
            names = tuple(p.strip() for p in (parameters or "").split(",") if p.strip())
            found[name] = Function(name, names, self.expression(body, at).tree)
        return found

    def variants(self) -> dict[str, Variant]:
        """Named settings."""
        found = {}
        for name, data in self.section("variants").items():
            at = ("variants", name)
            if not re.fullmatch(r"\w+", name):
                self.report.add(
                    "bad-name",
                    f"`{name}`: a variant's name has letters, digits and `_`",
                    self.document.span(at, key=True),
                )
            if data is None:
                data = {}
            if not isinstance(data, dict):
                self.wrong_type(at, "a mapping of params to values", data)
                continue
            doc = data.get("doc", "")
            settings = {
                key: self.argument(value, (*at, key))
                for key, value in data.items()
                if key not in ("input", "doc")
            }
            sizes = self.sizes(data["input"], (*at, "input")) if "input" in data else None
            found[name] = Variant(name, at, settings, sizes, str(doc))
        return found

    def sizes(self, data: Any, at: Path) -> tuple[Argument, ...] | None:
        """The shape of one sample."""
        if data is None:
            return None
        if not isinstance(data, list) or not 1 <= len(data) <= 3:
            self.wrong_type(at, "the sizes of one sample: [channels, height, width]", data)
            return None
        return tuple(self.argument(size, (*at, i)) for i, size in enumerate(data))

    def argument(self, data: Any, at: Path) -> Argument:
        """A value, an expression, or a list of them."""
        if isinstance(data, list):
            return tuple(self.argument(part, (*at, i)) for i, part in enumerate(data))
        return self.expression(data, at)

    def expression(self, data: Any, at: Path) -> Expr:
        """A value or an expression; a placeholder where it is neither."""
        if isinstance(data, bool | int | float):
            return Expr(ast.Constant(data), at)
        if not isinstance(data, str):
            self.wrong_type(at, "a value or an expression", data)
            return Expr(ast.Constant(0), at)
        try:
            return Expr(grammar.parse(data), at, data)
        except BadExpression as error:
            self.bad_expression(error, at, data)
            return Expr(ast.Constant(0), at)

    def bad_expression(self, error: BadExpression, at: Path, text: str) -> None:
        """Point at the place inside the expression."""
        span = inside(self.document, Expr(ast.Constant(0), at, text), error)
        self.report.add(error.rule, error.message, span, help=error.help)

    def ids(self, data: Any, at: Path) -> tuple[str, ...] | None:
        """A name, or a list of names."""
        if data is None:
            return None
        items = data if isinstance(data, list) else [data]
        if not items or not all(isinstance(item, str) for item in items):
            self.wrong_type(at, "an id, or a list of ids", data)
            return None
        return tuple(items)

    def identifier(self, name: str, at: Path, what: str) -> None:
        """Names become Python names, so they must be able to."""
        if not name.isidentifier() or keyword.iskeyword(name):
            self.report.add(
                "bad-name",
                f"{what}'s name must be a Python name, and `{name}` is not one",
                self.document.span(at, key=True),
            )

    def unknown_key(self, at: Path, known: list[str]) -> None:
        """A key that nothing knows."""
        self.report.add(
            "unknown-key",
            f"unknown key `{at[-1]}`",
            self.document.span(at, key=True),
            help=suggest(str(at[-1]), known, "keys"),
        )

    def wrong_type(self, at: Path, expected: str, data: Any) -> None:
        """Something else was expected."""
        self.report.add(
            "wrong-type", f"expected {expected}, not {_what(data)}", self.document.span(at)
        )


def _what(data: Any) -> str:
    match data:
        case None:
            return "nothing"
        case bool():
            return "a flag"
        case int() | float():
            return "a number"
        case str():
            return f'the text "{data}"' if len(data) < 40 else "a text"
        case list():
            return "a list"
    return "a mapping"
