"""Params, variants and `--set`: the value of every param before a block is elaborated."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from archc.diagnostics import Report, Source, Span, nearest, suggest
from archc.expr import Evaluator, Unknown, evaluate, grammar
from archc.expr.grammar import BadExpression
from archc.ops import OPS, Shape
from archc.ops import aliases as foreign
from archc.spec import Argument, Callee, Expr, Spec, Variant, inside, leaves
from archc.spec.kinds import fits, shown

Settings = Mapping[str, Any]
"""Values by param, as Python has them; a text is an expression. `input` is the input's shape."""


DEEPEST = 40
"""Params that wait for one another, where those that they use cannot be worked out first."""


class Scope(Mapping[str, Any]):
    """The names that a param may use; another param is worked out when it is asked for."""

    def __init__(self, params: Params) -> None:
        self.params, self.spec = params, params.spec

    def __getitem__(self, name: str) -> Any:
        if name in self.spec.params:
            return self.params.value(name)
        if name in self.spec.functions:
            return self.spec.functions[name]
        if name in OPS or name in self.spec.blocks:
            return Callee(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in names for names in self._names())

    def _names(self) -> tuple[Collection[str], ...]:
        return self.spec.params, self.spec.functions, self.spec.blocks, OPS

    def __iter__(self) -> Iterator[str]:
        return (name for names in self._names() for name in names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Params:
    """Works out the params of a spec for one variant and some settings."""

    def __init__(self, spec: Spec, variant: str | None, settings: Settings, report: Report) -> None:
        self.spec, self.settings, self.report = spec, settings, report
        self.variant = self.find(variant)
        self.scope: dict[str, Any] = {}
        """The params worked out so far; None for one that a mistake leaves open."""
        self.open: list[str] = []

    def find(self, name: str | None) -> Variant | None:
        """The variant of that name."""
        if name is not None and name not in self.spec.variants:
            help = suggest(name, self.spec.variants, "variants")
            close = help.startswith("did you mean")
            self.report.add(
                "unknown-variant",
                f"`{self.spec.name}` has no variant `{name}`",
                notes=[f"variants: {', '.join(self.spec.variants)}"] if close else [],
                help=help,
            )
        return self.spec.variants.get(name or "")

    def values(self) -> dict[str, Any]:
        """Every param."""
        for name in self.settings:
            if name not in self.spec.params and name != "input":
                known = (*self.spec.params, "input")
                help = foreign.help(name, known, "params")
                self.report.add(
                    "unknown-param",
                    f"`{self.spec.name}` has no param `{name}`",
                    written(name, self.settings[name]).part(0, len(name)),
                    notes=[f"params: {', '.join(known)}"] if not help.startswith("params") else [],
                    help=help,
                )
        for name in self.spec.params:
            self.work_out(name)
        return {name: self.value(name) for name in self.spec.params}

    def work_out(self, name: str) -> None:
        """Work out a param after those that it uses: a long chain of them needs no deep recursion.

        Params in a cycle are left alone: whether it matters shows when they are evaluated.
        """
        around: dict[str, None] = {}
        waiting = [name]
        while waiting:
            last = waiting[-1]
            if last in around:
                waiting.pop()
                del around[last]
                self.value(last)
                continue
            around[last] = None
            used = [each for each in self.uses(last) if each not in self.scope]
            if any(each in around for each in used):
                return
            waiting += used

    def uses(self, name: str) -> Iterator[str]:
        """The params that the text of a param names."""
        settings = self.variant.settings if self.variant else {}
        if name not in self.settings:
            for expression in leaves(settings.get(name, self.spec.params[name])):
                yield from sorted(expression.names & self.spec.params.keys())

    def value(self, name: str) -> Any:
        """One param; those that it depends on are worked out first."""
        if name in self.scope:
            return self.scope[name]
        default = self.spec.params[name]
        if len(self.open) > DEEPEST and name not in self.open:
            message = f"params need each other more than {DEEPEST} deep"
            self.report.add("param-cycle", message, self.spec.span(("params", name)))
            return None
        if name in self.open:
            chain = " -> ".join([*self.open[self.open.index(name) :], name])
            self.report.add(
                "param-cycle",
                f"these params need each other: {chain}"
                if self.open[-1] != name
                else f"the param `{name}` needs itself",
                self.spec.span(("params", name)),
            )
            return None
        self.open.append(name)
        settings = self.variant.settings if self.variant else {}
        if name in self.settings:
            value = self.given(name, self.settings[name])
        else:
            value = self.evaluate(settings.get(name, default))
        self.open.pop()
        if value is not None and (name in self.settings or name in settings):
            kind = self.kind(default)
            if kind is not None and not fits(value, kind):
                if name in self.settings:
                    span = given_at(name, self.settings[name])
                else:
                    assert self.variant is not None
                    span = self.spec.span((*self.variant.at, name))
                message = f"the param `{name}` is {kind}, not {shown(value)}"
                notes = [f"its default is at {self.spec.span(('params', name))}"]
                self.report.add("wrong-type", message, span, notes=notes)
                value = None
        self.scope[name] = value
        return value

    def kind(self, default: Argument) -> str | None:
        """The kind of value that a param must have, as far as its default tells."""
        names: set[str] = set()
        while isinstance(default, Expr) and isinstance(default.tree, ast.Name):
            name = default.tree.id
            if name in names or name not in self.spec.params:
                break
            names.add(name)
            default = self.spec.params[name]
        if isinstance(default, tuple):
            return "a list"
        match default.tree:
            case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return "a flag"
            case ast.Constant(value=str()):
                return "a text"
            case ast.Constant() | ast.BinOp() | ast.UnaryOp():
                return "a number"
            case ast.List() | ast.Tuple():
                return "a list"
            case ast.Name(id=name) if name in self.spec.blocks or name in OPS:
                return "a block or an op"
        return None

    def given(self, name: str, value: Any) -> Any:
        """A value from `--set` or from Python; a text is an expression."""
        place = given_at(name, value)
        if not isinstance(value, str):
            value = list(value) if isinstance(value, tuple) else value
            if not _plain(value):
                message = f"`{name}` takes a number, a flag, a text or a list, not {shown(value)}"
                self.report.add("wrong-type", message, place)
                return None
            return value
        try:
            tree = grammar.parse(value)
            if isinstance(tree, ast.Name) and tree.id not in Scope(self):
                return self.unnamed(name, tree.id, place)
            return evaluate(tree, Scope(self))
        except Unknown:
            return None
        except BadExpression as error:
            span = place.part(error.offset, error.length)
            self.report.add(error.rule, error.message, span, help=error.help)
            return None

    def unnamed(self, name: str, word: str, place: Span) -> None:
        """A setting that is one word, and one that means nothing."""
        kind = self.kind(self.spec.params[name]) if name in self.spec.params else "a list"
        known = [*self.spec.params, *self.spec.blocks]
        if kind == "a block or an op":
            message = f"there is no op or block `{word}`"
            help = foreign.op(word, (*self.spec.blocks, *OPS))
            self.report.add("unknown-op", message, place, help=help)
        else:
            what = f"`{name}` is {kind}, and" if kind else f"`{name}`:"
            help = f"did you mean `{match}`?" if (match := nearest(word, known)) else ""
            self.report.add("wrong-type", f"{what} `{word}` is not one", place, help=help)

    def evaluate(self, argument: Argument) -> Any:
        """The value of a default or of a variant's setting; None past a mistake."""
        if isinstance(argument, tuple):
            parts = [self.evaluate(part) for part in argument]
            return None if any(part is None for part in parts) else parts
        try:
            return Evaluator().value(argument.code, Scope(self))
        except Unknown:
            return None
        except BadExpression as error:
            span = inside(self.spec.tree, argument, error)
            self.report.add(error.rule, error.message, span, help=error.help)
            return None

    def input(self) -> Shape | None:
        """The shape of one sample; None past a mistake."""
        if "input" in self.settings:
            sizes = self.given("input", self.settings["input"])
            span = given_at("input", self.settings["input"])
        else:
            own = self.variant.input if self.variant else None
            sizes = [self.evaluate(size) for size in own or self.spec.input]
            span = self.spec.span(
                (*self.variant.at, "input") if self.variant and own else ("input",)
            )
            if not sizes or None in sizes:
                return None
        if sizes is None:
            return None
        if isinstance(sizes, list) and len(sizes) in (1, 3) and all(map(_whole, sizes)):
            return tuple(map(int, sizes))
        self.report.add(
            "bad-value",
            "the input is [channels, height, width] or [features], whole numbers above 0, "
            f"not {shown(sizes)}",
            span,
        )
        return None

    def constraints(self) -> None:
        """Report the constraints that do not hold."""
        for constraint in self.spec.constraints:
            held = self.evaluate(constraint)
            if held is None or held:
                continue
            nodes = sorted(grammar.names(constraint.tree), key=lambda name: name[0].col_offset)
            names = dict.fromkeys(node.id for node, _ in nodes)
            values = [f"{n} = {shown(self.scope[n])}" for n in names if n in self.scope]
            self.report.add(
                "failed-constraint",
                f"the constraint does not hold: {ast.unparse(constraint.tree)}",
                self.spec.span(constraint.at),
                notes=[", ".join(values)] if values else [],
            )


def written(name: str, value: Any) -> Span:
    """A setting as a text of its own, so that a message can point into it."""
    text = f"{name}={value if isinstance(value, str) else shown(value)}"
    return Span(Source("--set", text), 1, 1, 1, len(text) + 1)


def given_at(name: str, value: Any) -> Span:
    """The span of a setting's value."""
    span = written(name, value)
    start = len(name) + 1
    return span.part(start, span.end_column - span.column - start)


def _whole(size: Any) -> bool:
    if isinstance(size, bool) or not isinstance(size, int | float):
        return False
    return 0 < size <= grammar.GREATEST and size == int(size)


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_plain, value))
    return isinstance(value, bool | int | float | str) and (
        isinstance(value, str) or abs(value) <= grammar.GREATEST
    )
