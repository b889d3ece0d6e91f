"""What a step is given: the values of its arguments, the fields of its op, its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from archc import expr
from archc.diagnostics import Report, suggest
from archc.dims import plain, python, traced
from archc.expr import Unknown
from archc.grammar import BadExpression
from archc.network import (
    INPUT,
    Output,
    Port,
)
from archc.ops import OPS, BadShape, Op, Shape
from archc.ops.base import size
from archc.spec import (
    Argument,
    Block,
    Callee,
    CallStep,
    Expr,
    Spec,
    Step,
    inside,
)


class Abandoned(Exception):
    """A step that has no meaning; why was reported where it was found."""


Flow = tuple[Port, ...]
"""What the main flow carries: mostly one map, two for a chain of NASNet's cells."""


@dataclass
class Frame:
    """A body while it is placed."""

    block: Block
    scope: dict[str, Any]
    ports: dict[str, Port] = field(default_factory=dict)
    """What each id names so far."""
    notes: tuple[str, ...] = ()
    """How this body was reached, the nearest call first."""
    outputs: list[Output] | None = None
    """Where asides go; None inside a block."""


class Values:
    """Works out what steps are given; mistakes go to `report`, and raise `Abandoned`."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        self.spec = spec
        self.report = report
        self.base: dict[str, Any] = {name: Callee(name) for name in (*OPS, *spec.blocks)}
        functions = spec.functions.items()
        self.base |= {name: replace(function, scope=self.base) for name, function in functions}
        self.base |= params

    def value(self, argument: Argument, frame: Frame) -> Any:
        """The value of an argument."""
        if isinstance(argument, tuple):
            return [self.value(part, frame) for part in argument]
        try:
            return expr.evaluate(argument.tree, frame.scope)
        except Unknown:
            raise Abandoned from None
        except BadExpression as error:
            span = inside(self.spec.document, argument, error)
            self.report.add(error.rule, error.message, span, notes=frame.notes, help=error.help)
            raise Abandoned from None

    def arguments(self, step: CallStep, frame: Frame, op: type[Op] | None = None) -> dict[str, Any]:
        """The arguments that a step gives, with every mistake among them reported."""
        given, failed = {}, False
        for name, argument in step.args.items():
            if op and isinstance(argument, Expr) and argument.text in op.words(name):
                given[name] = argument.text
                continue
            try:
                given[name] = self.value(argument, frame)
            except Abandoned:
                failed = True
        if failed:
            raise Abandoned
        return given

    def bind(
        self, step: CallStep, block: Block, given: dict[str, Any], frame: Frame
    ) -> dict[str, Any]:
        """Every argument of a block: what was given, or a default, which may use the others."""
        args: dict[str, Any] = {}
        for name, arg in block.args.items():
            if name in given:
                value = given[name]
            elif arg.default is not None:
                value = self.value(arg.default, frame)
            else:
                raise Abandoned  # a missing argument, reported by the name check
            if arg.type is not None and not _fits(value, arg.type):
                at = self.argument_at(step, name)
                self.report.add(
                    "wrong-type",
                    f"`{name}` of `{block.name}` is {_article(arg.type)}, "
                    f"not {python(plain(value))}",
                    self.spec.span(at),
                )
                raise Abandoned
            args[name] = frame.scope[name] = value
        return args

    def op(self, step: CallStep, kind: type[Op], given: dict[str, Any]) -> Op:
        """An op with these fields."""
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        try:
            op = kind.model_validate(plain_fields(fields))
        except ValidationError as errors:
            for error in errors.errors():
                name = str(error["loc"][0]) if error["loc"] else ""
                if error["type"] in ("missing", "extra_forbidden"):
                    continue  # reported by the name check
                at = self.argument_at(step, name)
                text = f"`{name}` of `{step.call}`: {_lower(error['msg'])}"
                self.report.add("bad-value", text, self.spec.span(at))
            raise Abandoned from None
        op.__dict__.update({k: v for k, v in fields.items() if traced(v)})
        return op

    def shape(self, step: Step, op: Op, inputs: Flow, frame: Frame) -> Shape | None:
        """The shape that an op makes of its inputs; None if one of them is unknown."""
        shapes = [port.shape for port in inputs]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        try:
            return op.shape(*known)
        except BadShape as error:
            arriving = [
                f"input {k}: {size(shape)} from {self.origin(port, frame)}"
                for k, (port, shape) in enumerate(zip(inputs, known, strict=True), 1)
            ]
            at = step.at
            if isinstance(step, CallStep) and error.field in step.args:
                at = self.argument_at(step, error.field)
            rule = "join-mismatch" if op.inputs[1] is None else "bad-shape"
            notes = (*arriving, *frame.notes)
            self.report.add(rule, error.message, self.spec.span(at), notes=notes, help=error.help)
            return None

    def origin(self, port: Port, frame: Frame) -> str:
        """What a value comes from, for a message."""
        if port.value.node == INPUT:
            return (
                "the network's input"
                if frame.outputs is not None
                else f"`{frame.block.name}`'s input"
            )
        return f"`{port.value.node}`"

    def named(self, name: str, at: Any, frame: Frame, step_at: Any = None) -> Port | None:
        """What an id names; an unknown one is reported."""
        if name in frame.ports:
            return frame.ports[name]
        help = suggest(name, frame.ports, "ids so far")
        if name == "input":
            help = "give the block's input a name: `inputs: [x]`"
        self.report.add(
            "unknown-id",
            f"no step before this one has the id `{name}`",
            self.spec.span(at),
            help=help,
        )
        raise Abandoned

    def argument_at(self, step: CallStep, name: str | None) -> Any:
        """Where an argument stands: in the call, or in the cell of a table's row."""
        argument = step.args.get(name or "")
        if isinstance(argument, Expr):
            return argument.at
        if isinstance(argument, tuple) and argument and isinstance(argument[0], Expr):
            return argument[0].at[:-1]
        return step.at

    def complain(self, rule: str, message: str, step: Step, frame: Frame, help: str = "") -> None:
        """Report a step."""
        self.report.add(rule, message, self.spec.span(step.at), notes=frame.notes, help=help)


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields without their memory, as the op's model validates them."""
    return {name: plain(value) for name, value in fields.items()}


def key_of(value: Any) -> Any:
    """What makes two values the same: for a traced one, its expression too."""
    if isinstance(value, dict):
        return tuple((name, key_of(part)) for name, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(key_of(part) for part in value)
    return (value, python(value)) if traced(value) else (value, type(value))


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _fits(value: Any, kind: str) -> bool:
    value = plain(value)
    match kind:
        case "int":
            return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool) or value in (0, 1)
        case "list":
            return isinstance(value, list | tuple)
    return isinstance(value, Callee)


def _article(kind: str) -> str:
    return {"int": "an int", "float": "a number", "bool": "a flag", "list": "a list"}.get(
        kind, "a block"
    )
