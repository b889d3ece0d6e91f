"""SourceTree -> Spec: the written form of every part, with all mistakes of form at once."""

from __future__ import annotations

import ast
import keyword
import re
from collections import ChainMap
from collections.abc import Collection, Mapping
from typing import Any, get_args

from archc.diagnostics import Report, suggest
from archc.expr import Function, grammar
from archc.expr.functions import BUILTINS
from archc.expr.grammar import GREATEST, BadExpression, Mistake
from archc.ops import OPS
from archc.spec import Arg, ArgType, Argument, Block, Expr, LostStep, Spec, Step, Variant, inside
from archc.spec.kinds import what
from archc.spec.naming import FORMS, MODIFIERS, MODULE, PYTHON
from archc.spec.parser.header import read_header
from archc.spec.parser.names import check
from archc.spec.parser.steps import StepParser
from archc.spec.records import Header
from archc.syntax.load import Path, SourceTree

SECTIONS = ("params", "input", "constraints", "functions", "blocks", "network", "variants")
_TYPES = get_args(ArgType)
GIVEN = frozenset((*BUILTINS, *PYTHON, "i", "input"))
"""Names that expressions, or the code made of them, have already."""
DASHES = ("-", "--", "–", "—")
"""What tables in print have in an empty cell."""
_SIGNATURE = re.compile(r"\s*(\w+)\s*\(\s*(\w+(?:\s*,\s*\w+)*)?\s*\)\s*")


def parse(tree: SourceTree, report: Report | None = None) -> Spec:
    """Parse the spec that a tree writes down.

    With a `report`, mistakes are noted there, so that elaboration can add what it finds: what can
    not be read is left open, and nothing that depends on it is reported.

    Raises:
        SpecError: every mistake of form, and every name that nothing has.
    """
    parser = Parser(tree, Report() if report is None else report)
    spec = parser.spec()
    if spec is not None:
        check(spec, parser.report)
    if spec is None or report is None:
        parser.report.raise_if_any()
    assert spec is not None, "a tree that is no spec leaves a reason"
    return spec


class Parser:
    """Parses the sections of a spec; mistakes go to `report`, and what is left is still parsed."""

    def __init__(self, tree: SourceTree, report: Report) -> None:
        self.tree, self.report = tree, report
        self.blocks: dict[str, Path] = {}
        """Where each block stands, without those that mean something else."""
        self.params: dict[str, Path] = {}
        """Where each param stands."""

    def spec(self) -> Spec | None:
        """The whole document."""
        data = self.tree.data
        if not isinstance(data, dict):
            self.wrong_type((), "a mapping (`archc: 1`, `name: ...`, `network: ...`)", data)
            return None
        known = [*Header.model_fields, *SECTIONS, "use", "extends"]
        for key in data:
            if key not in known:
                self.unknown_key((key,), known)
        header = read_header(data, self)
        self.params = {name: ("params", name) for name in self.section("params")}
        self.blocks = self.block_places()
        network = self.block("network", {"body": data.get("network")}, ("network",))
        functions = self.functions()
        spec_input = self.sizes(data["input"], ("input",)) if "input" in data else None
        params = {k: self.argument(v, ("params", k)) for k, v in self.section("params").items()}
        for name in params:
            self.identifier(name, ("params", name), "a param", GIVEN)
        constraints = data.get("constraints") or []
        if not isinstance(constraints, list):
            self.wrong_type(("constraints",), "a list of expressions", constraints)
            constraints = []
        return Spec(
            header=header,
            tree=self.tree,
            params=params,
            input=spec_input or (),
            network=network,
            blocks={
                name: self.block(name, self.section("blocks")[name], at)
                for name, at in self.blocks.items()
            },
            functions=functions,
            constraints=tuple(
                self.expression(c, ("constraints", i)) for i, c in enumerate(constraints)
            ),
            variants=self.variants(),
        )

    def section(self, key: str) -> Mapping[str, Any]:
        """A section that is a mapping; empty where it is missing."""
        data = self.tree.data.get(key)
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.wrong_type((key,), "a mapping", data)
            return {}
        return data

    def block_places(self) -> dict[str, Path]:
        """Where each block stands, without those that mean something else."""
        taken = frozenset((*OPS, *FORMS, *MODIFIERS, *MODULE))
        for name in self.section("blocks"):
            at = ("blocks", name)
            if name.startswith("_"):
                message = f"a block cannot be called `{name}`: its class begins with a letter"
                self.report.add("bad-name", message, self.tree.span(at, key=True))
            else:
                self.identifier(name, at, "a block", taken)
        return {name: ("blocks", name) for name in self.section("blocks") if name not in taken}

    def arguments_of(self, call: str) -> list[str]:
        """The names of the arguments of an op or a block, as far as they can be read."""
        if call in OPS:
            return list(OPS[call].model_fields)
        block = self.section("blocks").get(call)
        args = block.get("args") if isinstance(block, dict) else None
        return list(args) if isinstance(args, dict) else []

    def block(self, name: str, data: Any, at: Path) -> Block:
        """One block, or the network (whose steps stand at `at` itself)."""
        if not isinstance(data, dict):
            self.wrong_type(at, "a mapping with `body` (and `args`, `doc`, ...)", data)
            return Block(name, at, (LostStep(at=at, name=""),))
        known = ["doc", "args", "inputs", "outputs", "body"]
        for key in data:
            if key not in known:
                self.unknown_key((*at, key), known)
        body_at = at if at == ("network",) else (*at, "body")
        body = data.get("body")
        if "body" not in data:
            self.report.add(
                "missing-key", f"the block `{name}` needs `body`", self.tree.span(at, key=True)
            )
        elif not isinstance(body, list) or not body:
            if at != ("network",) or "network" in self.tree.data:
                self.wrong_type(body_at, "a list of steps", body)
            body = None
        args = self.args(data.get("args"), (*at, "args"))
        inputs = self.inputs(data["inputs"], (*at, "inputs")) if "inputs" in data else None
        outputs = self.ids(data["outputs"], (*at, "outputs")) if "outputs" in data else None
        taken: dict[str, Path] = {name: arg.at for name, arg in args.items()}
        taken |= {name: (*at, "inputs", i) for i, name in enumerate(inputs or ())}
        if body is None:
            steps: tuple[Step, ...] = (LostStep(at=at, name=""),)
        else:
            callables = ChainMap[str, Any](args, self.blocks, self.params)
            ids = ChainMap({}, taken, self.params)
            steps = StepParser(self, callables, ids).body(body, body_at, at != ("network",))
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
            self.identifier(name, here, "an argument", GIVEN)
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
                    self.tree.span(at, key=True),
                )
                continue
            name, parameters = match[1], match[2]
            names = tuple(p.strip() for p in (parameters or "").split(",") if p.strip())
            self.identifier(name, at, "a function", GIVEN)
            for parameter in names:
                self.identifier(parameter, at, "an argument", GIVEN)
            if len(set(names)) < len(names) or name in found:
                twice = f"`{name}`" if name in found else "an argument"
                self.report.add(
                    "duplicate-key", f"{twice} is there twice", self.tree.span(at, key=True)
                )
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
                    self.tree.span(at, key=True),
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
        if not isinstance(data, list) or len(data) not in (1, 3):
            self.wrong_type(at, "[channels, height, width] of one sample, or [features]", data)
            return None
        return tuple(self.expression(size, (*at, i)) for i, size in enumerate(data))

    def argument(self, data: Any, at: Path) -> Argument:
        """A value, an expression, or a list of them."""
        if isinstance(data, list):
            return tuple(self.argument(part, (*at, i)) for i, part in enumerate(data))
        return self.expression(data, at)

    def expression(self, data: Any, at: Path) -> Expr:
        """A value or an expression; what is neither is left open."""
        if isinstance(data, bool | int | float):
            if abs(data) <= GREATEST:
                return Expr(ast.Constant(data), at)
            self.report.add("bad-value", "this number is too large", self.tree.span(at))
        elif not isinstance(data, str):
            self.wrong_type(at, "a value or an expression", data)
        elif data in DASHES:
            self.report.add(
                "bad-expression",
                f"`{data}` is no value",
                self.tree.span(at),
                help="write `null` in a cell of a row that gives nothing",
            )
        else:
            try:
                return Expr(grammar.parse(data), at, data)
            except BadExpression as error:
                self.bad_expression(error, at, data)
        return Expr(Mistake(), at)

    def bad_expression(self, error: BadExpression, at: Path, text: str) -> None:
        """Point at the place inside the expression."""
        span = inside(self.tree, Expr(Mistake(), at, text), error)
        self.report.add(error.rule, error.message, span, help=error.help)

    def ids(self, data: Any, at: Path) -> tuple[str, ...] | None:
        """A name, or a list of names."""
        items = data if isinstance(data, list) else [data]
        if not items or not all(isinstance(item, str) for item in items):
            self.wrong_type(at, "an id, or a list of ids", data)
            return None
        return tuple(items)

    def inputs(self, data: Any, at: Path) -> tuple[str, ...] | None:
        """The names of a block's inputs."""
        names = self.ids(data, at)
        for i, name in enumerate(names or ()):
            self.identifier(name, (*at, i), "an input", GIVEN)
            if name in (names or ())[:i]:
                span = self.tree.span((*at, i))
                self.report.add("duplicate-id", f"the input `{name}` is there twice", span)
        return names

    def identifier(self, name: str, at: Path, what: str, taken: Collection[str]) -> None:
        """Names become Python names, so they must be able to; some mean something already."""
        if not name.isidentifier() or keyword.iskeyword(name):
            reason = f"{what}'s name must be a Python name, and `{name}` is not one"
        elif name in taken:
            reason = f"{what} cannot be called `{name}`: that name means something already"
        else:
            return
        self.report.add("bad-name", reason, self.tree.span(at, key=True))

    def unknown_key(self, at: Path, known: list[str]) -> None:
        """A key that nothing knows."""
        self.report.add(
            "unknown-key",
            f"unknown key `{at[-1]}`",
            self.tree.span(at, key=True),
            help=suggest(str(at[-1]), known, "keys"),
        )

    def wrong_type(self, at: Path, expected: str, data: Any, help: str = "") -> None:
        """Something else was expected."""
        message = f"expected {expected}, not {what(data)}"
        self.report.add("wrong-type", message, self.tree.span(at), help=help)
