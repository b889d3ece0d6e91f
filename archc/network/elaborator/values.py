"""What a step is given: the values of its arguments, the fields of its op, its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archc import expr
from archc.diagnostics import Report
from archc.expr import Unknown
from archc.expr.grammar import GREATEST, BadExpression
from archc.expr.sizes import plain, python, traced
from archc.network.elaborator.call_sites import Abandoned, Flow, Frame, Teller
from archc.ops import OPS, BadShape, Op, Shape
from archc.ops.base import Disagree, size
from archc.spec import Argument, Block, Callee, CallStep, Expr, JoinStep, Spec, Step, inside
from archc.spec.kinds import shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "literal_error": "{expected}",
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than_equal": "at most {le}",
    "tuple_type": "a number, or two: [height, width]",
    "missing": "a number, or two: [height, width]",
    "too_long": "a number, or two: [height, width]",
}
"""What a field takes, by what pydantic calls the error."""
_LIMITS = ("greater_than_equal", "greater_than", "less_than_equal", "literal_error")
_LENGTHS = ("missing", "too_long")


class Values(Teller):
    """Works out what steps are given; mistakes go to `report`, and raise `Abandoned`."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        super().__init__(spec, report)
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
            span = inside(self.spec.tree, argument, error)
            self.tell(error.rule, error.message, span, frame, help=error.help)
            raise Abandoned from None

    def arguments(self, step: CallStep, frame: Frame, op: type[Op] | None = None) -> dict[str, Any]:
        """The arguments that a step gives, with every mistake among them reported."""
        given, failed = {}, False
        for name, argument in step.args.items():
            if op and name not in op.model_fields:
                continue  # reported by the name check, or where the op is found
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
        failed = False
        for name, arg in block.args.items():
            if name in given:
                value = given[name]
            elif failed:
                continue  # a default may use what failed
            elif arg.default is not None:
                value = self.value(arg.default, frame)
            else:
                raise Abandoned  # a missing argument, reported by the name check
            if arg.type is not None and not _fits(value, arg.type):
                message = (
                    f"`{name}` of `{block.name}` is {_article(arg.type)}, not {shown(plain(value))}"
                )
                outer = frame.reached.frame if frame.reached else frame
                self.tell("wrong-type", message, self.spec.span(step.place(name)), outer)
                failed = True
            args[name] = frame.scope[name] = value
        if failed:
            raise Abandoned
        return args

    def op(self, step: CallStep, kind: type[Op], given: dict[str, Any], frame: Frame) -> Op:
        """An op with these fields."""
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        try:
            op = kind.model_validate(plain_fields(fields))
        except ValidationError as errors:
            for name, error in _refused(fields, errors).items():
                self.refuse(step, kind, name, error, frame)
            raise Abandoned from None
        op.__dict__.update({k: v for k, v in fields.items() if traced(v)})
        return op

    def refuse(
        self, step: CallStep, kind: type[Op], name: str, error: ErrorDetails, frame: Frame
    ) -> None:
        """Report a field that is given what it does not take."""
        value, limits = error["input"], error.get("ctx", {})
        expected = _EXPECTED.get(error["type"], "something else").format(**limits)
        if (words := kind.words(name)) and error["type"] not in _LIMITS:
            expected += "".join(f" or `{word}`" for word in words)
        place = step.place(name)
        if isinstance(error["loc"][-1], int):
            place = (*place, error["loc"][-1])
        fraction = error["type"].startswith("int_") and isinstance(value, float)
        help = ""
        if fraction:
            help = "a whole number comes of `//`, `round`, `ceil`, `floor` or `round_to`"
        range_ = fraction or error["type"] in (*_LIMITS, *_LENGTHS)
        self.tell(
            "bad-value" if range_ and error["type"] != "literal_error" else "wrong-type",
            f"`{name}` of `{kind.name}` must be {expected}, not {shown(value)}",
            self.spec.span(place),
            frame,
            help=help,
        )

    def shape(
        self, step: Step, op: Op, inputs: Flow, frame: Frame, ways: Sequence[str] = ()
    ) -> Shape | None:
        """The shape that an op makes of its inputs; None if one of them is unknown.

        `ways` are the names of what a join joins.
        """
        shapes = [port.shape for port in inputs]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        try:
            made = op.shape(*known)
            if any(plain(n) > GREATEST for n in made):
                raise BadShape(f"{size(made)} is larger than any map can be")
        except BadShape as error:
            span = self.spec.span(step.at)
            names, rule, message = [f"input {size(shape)}" for shape in known], "bad-shape", ""
            if isinstance(step, CallStep):
                given = error.field in step.args
                span = self.spec.span(step.place(error.field)) if given else self.spec.called(step)
            elif isinstance(step, JoinStep):
                span = self.spec.span((*step.at, step.call), key=True)
                ends = [f"`{name}`" for name in ways]
                names = [f"{e} is {size(shape)}" for e, shape in zip(ends, known, strict=True)]
                if isinstance(error, Disagree):
                    rule = "join-mismatch"
                    message = error.between(ends[error.number - 1], ends[error.with_ - 1])
            ends_at = (self.origin(port, frame, span) for port in inputs)
            notes = [f"{name}, {end}" for name, end in zip(names, ends_at, strict=True)]
            self.tell(rule, message or error.message, span, frame, notes, error.help)
            return None
        return made


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


def _refused(fields: Mapping[str, Any], errors: ValidationError) -> dict[str, ErrorDetails]:
    """What is wrong with each field; one that takes a number or two is told what suits it."""
    found: dict[str, list[ErrorDetails]] = {}
    for error in errors.errors():
        named = len(error["loc"]) == 1 and error["type"] in ("missing", "extra_forbidden")
        if not named:  # a name that is wrong is reported by the name check
            found.setdefault(str(error["loc"][0]), []).append(error)
    chosen = {}
    for name, each in found.items():
        pairs = [error for error in each if any("tuple" in str(part) for part in error["loc"])]
        single = [error for error in each if error not in pairs]
        chosen[name] = ((pairs if isinstance(fields.get(name), tuple) else single) or each)[0]
    return chosen


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
