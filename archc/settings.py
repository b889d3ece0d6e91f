"""Params, variants and `--set`: the value of every param before a block is placed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from archc import expr, grammar
from archc.diagnostics import Report, Source, Span, suggest
from archc.grammar import BadExpression
from archc.ops import OPS
from archc.spec import Argument, Callee, Expr, Spec, Variant, inside

Settings = Mapping[str, Any]
"""Values by param, as Python has them; a text is an expression. `input` is the input's shape."""


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

    def __iter__(self) -> Iterator[str]:
        return iter((*self.spec.params, *self.spec.functions, *self.spec.blocks, *OPS))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Params:
    """Works out the params of a spec for one variant and some settings."""

    def __init__(self, spec: Spec, variant: str | None, settings: Settings, report: Report) -> None:
        self.spec, self.settings, self.report = spec, settings, report
        self.variant = self.find(variant)
        self.scope: dict[str, Any] = {}
        self.open: list[str] = []

    def find(self, name: str | None) -> Variant | None:
        """The variant of that name."""
        if name is None:
            return None
        if name not in self.spec.variants:
            self.report.add(
                "unknown-variant",
                f"`{self.spec.name}` has no variant `{name}`",
                help=suggest(name, self.spec.variants, "variants"),
            )
        return self.spec.variants.get(name)

    def values(self) -> dict[str, Any]:
        """Every param."""
        written = self.variant.settings if self.variant else {}
        for name in written:
            if name not in self.spec.params:
                at = (*self.variant.at, name) if self.variant else ()
                self.unknown(name, self.spec.span(at, key=True))
        for name in self.settings:
            if name not in self.spec.params and name != "input":
                self.unknown(name, None)
        return {name: self.value(name) for name in self.spec.params}

    def unknown(self, name: str, span: Span | None) -> None:
        """A setting of something that is no param."""
        help = suggest(name, self.spec.params, "params")
        self.report.add(
            "unknown-param", f"`{self.spec.name}` has no param `{name}`", span, help=help
        )

    def value(self, name: str) -> Any:
        """One param; those that it depends on are worked out first."""
        if name in self.scope:
            return self.scope[name]
        default = self.spec.params[name]
        if name in self.open:
            chain = " -> ".join([*self.open[self.open.index(name) :], name])
            self.report.add(
                "param-cycle", f"these params need each other: {chain}", self.span(default)
            )
            return 0
        self.open.append(name)
        if name in self.settings:
            value = self.given(name, self.settings[name])
        else:
            written = self.variant.settings if self.variant else {}
            value = self.evaluate(written.get(name, default))
        self.open.pop()
        self.scope[name] = value
        return value

    def given(self, name: str, value: Any) -> Any:
        """A value from `--set` or from Python; a text is an expression."""
        if not isinstance(value, str):
            return list(value) if isinstance(value, tuple) else value
        source = Source(f"--set {name}", value)
        try:
            return self.evaluate_tree(grammar.parse(value))
        except BadExpression as error:
            span = Span(source, 1, 1, 1, len(value) + 1).part(error.offset, error.length)
            self.report.add(error.rule, error.message, span, help=error.help)
            return 0

    def evaluate(self, argument: Argument) -> Any:
        """The value of a default or of a variant's setting."""
        if isinstance(argument, tuple):
            return [self.evaluate(part) for part in argument]
        try:
            return self.evaluate_tree(argument.tree)
        except BadExpression as error:
            span = inside(self.spec.document, argument, error)
            self.report.add(error.rule, error.message, span, help=error.help)
            return 0

    def evaluate_tree(self, tree: ast.expr) -> Any:
        """The value of an expression over the other params."""
        return expr.evaluate(tree, Scope(self))

    def input(self) -> tuple[int, ...]:
        """The shape of one sample."""
        if "input" in self.settings:
            sizes = self.given("input", self.settings["input"])
        else:
            written = self.variant.input if self.variant and self.variant.input else self.spec.input
            sizes = [self.evaluate(size) for size in written]
        whole = [int(s) for s in sizes if isinstance(s, int | float) and s == int(s) and s > 0]
        if not isinstance(sizes, list) or len(whole) < len(sizes) or not 1 <= len(whole) <= 3:
            self.report.add(
                "bad-value",
                f"the input is [channels, height, width], whole numbers above 0, not {sizes}",
                self.span(self.spec.input),
            )
            return (1, 1, 1)
        return tuple(whole)

    def constraints(self) -> None:
        """Report the constraints that do not hold."""
        for constraint in self.spec.constraints:
            if not self.evaluate(constraint):
                names = dict.fromkeys(node.id for node, _ in grammar.names(constraint.tree))
                values = [f"{n} = {self.scope[n]}" for n in names if n in self.scope]
                self.report.add(
                    "failed-constraint",
                    f"the constraint does not hold: {constraint.text}",
                    self.span(constraint),
                    notes=[", ".join(values)] if values else [],
                )

    def span(self, argument: Argument) -> Span:
        """Where an argument stands."""
        while isinstance(argument, tuple):
            argument = argument[0]
        assert isinstance(argument, Expr)
        return self.spec.span(argument.at)
