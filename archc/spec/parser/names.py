"""Checks that every name that a spec uses exists: ops, blocks, arguments, ids, params."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import get_args

from archc.diagnostics import LISTED, Report, Span, nearest, suggest
from archc.expr import Function, grammar
from archc.expr.functions import BUILTINS
from archc.expr.grammar import BadExpression
from archc.ops import OPS
from archc.ops import aliases as foreign
from archc.spec import (
    ArgType,
    Argument,
    AsideStep,
    Block,
    CallStep,
    Expr,
    JoinStep,
    LostStep,
    SequenceStep,
    Spec,
    Step,
    TableStep,
    inside,
    leaves,
    walk,
)
from archc.spec.header import BLOCK_FIELDS, TEMPLATE, TEMPLATE_FIELDS
from archc.spec.naming import FORMS, MODIFIERS, PYTHON
from archc.syntax.load import Path


def check(spec: Spec, report: Report) -> None:
    """Report every name that nothing has, in all blocks, used or not."""
    for block in (*spec.blocks.values(), spec.network):
        BlockNames(spec, block, report).check()
    scope = Scope({*spec.params})
    for argument in (*spec.params.values(), *spec.constraints, *spec.input):
        expressions(spec, argument, scope, report)
    for variant in spec.variants.values():
        for name, argument in variant.settings.items():
            if name not in spec.params:
                report.add(
                    "unknown-param",
                    f"`{spec.name}` has no param `{name}`",
                    spec.span((*variant.at, name), key=True),
                    help=foreign.help(name, (*spec.params, "input"), "params"),
                )
            expressions(spec, argument, scope, report)
        for size in variant.input or ():
            expressions(spec, size, scope, report)
    written = {key.split("(")[0].strip(): key for key in spec.tree.data.get("functions") or ()}
    for each in spec.functions.values():
        function(spec, each, written[each.name], report)
    _header(spec, report)
    _table_names(spec, report)
    cycles(spec, report)


class BlockNames:
    """Checks one block; steps in their order, so that an id is known after its step alone."""

    def __init__(self, spec: Spec, block: Block, report: Report) -> None:
        self.spec, self.block, self.report = spec, block, report
        self.lost = any(isinstance(step, LostStep) for step in walk(block.body))
        self.places = _ids(block)
        self.values = {*spec.params, *block.args}
        self.inputs = frozenset(block.inputs) - {"input"}
        self.arriving = self.inputs | {"input"}
        self.known = set(self.inputs)
        """The ids that a step may name here."""
        self.done: set[str] = set()
        """The ids of all steps above, also inside others."""
        self.outside: tuple[set[str], ...] = ()
        """The ids outside of each surrounding step with `repeat`, which its body cannot name."""

    def check(self) -> None:
        """Every step of the block, its defaults, and its outputs."""
        for arg in self.block.args.values():
            if arg.default is not None:
                scope = Scope(self.values, self.arriving, words=get_args(ArgType))
                expressions(self.spec, arg.default, scope, self.report)
        self.steps(self.block.body, repeated=False)
        for i, name in enumerate(self.block.outputs or ()):
            self.named(name, self.spec.span((*self.block.at, "outputs", i)), repeated=False)

    def steps(self, steps: Iterable[Step], repeated: bool) -> None:
        """Steps one after the other."""
        for step in steps:
            self.step(step, repeated)
            if step.id:
                self.define(step.id)

    def define(self, name: str) -> None:
        """Add an id to those in scope for the steps that follow."""
        self.known.add(name)
        self.done.add(name)

    def step(self, step: Step, repeated: bool) -> None:
        """Check a step's arguments and modifiers, and the steps inside it."""
        names = (*(step.sources or ()), *(step.ids if isinstance(step, JoinStep) else ()))
        for number, name in enumerate(names):
            self.named(name, self.spec.source(step, number), repeated)
        for modifier in (step.when, step.repeat):
            if modifier is not None:
                self.expressions(modifier, repeated)
        known, outside = self.known, self.outside
        if step.repeat is not None:
            repeated = True
            if not isinstance(step, CallStep):
                self.known, self.outside = set(), (known, *outside)  # a body of its own
        match step:
            case CallStep():
                self.call(step)
                op = OPS.get(step.call)
                for name, argument in step.args.items():
                    words = op.words(name) if op else ()
                    word = isinstance(argument, Expr) and argument.text in words
                    if not word and not (op and name not in op.model_fields):
                        self.expressions(argument, repeated, words)
            case JoinStep():
                for name, branch in step.branches.items():
                    if name in step.repeats:
                        self.expressions(step.repeats[name], repeated)
                    self.steps(branch, repeated or name in step.repeats)
                    self.define(name)
            case SequenceStep(steps=steps) | TableStep(rows=steps):
                self.steps(steps, repeated)
            case AsideStep():
                self.aside(step, repeated)
                self.steps(step.steps, repeated)
        if step.repeat is not None:
            self.known, self.outside = known, outside

    def expressions(self, argument: Argument, repeated: bool, words: tuple[str, ...] = ()) -> None:
        """Check the names in an argument's expressions; it may also be one of some words."""
        ids = self.places.keys() if self.lost else self.known
        scope = Scope(self.values, self.arriving, ids, repeated, self.places, words)
        expressions(self.spec, argument, scope, self.report)

    def named(self, name: str, span: Span, repeated: bool) -> None:
        """An id that a step names as its input."""
        if name in self.known or (self.lost and name not in self.places):
            return
        message, notes, help = f"no step has the id `{name}`", [], ""
        if name in self.places or name in self.inputs:
            line = self.spec.span(self.places.get(name, self.block.at)).line
            if any(name in ids for ids in self.outside):
                message = f"`{name}` is outside of a step with `repeat`, and not in scope inside it"
            elif name in self.done:
                message = f"`{name}` is inside a step with `repeat`, and not in scope outside of it"
            else:
                message = f"`{name}` is used before it is defined"
            notes = [f"it is in line {line}"]
        elif name == "input" and self.block is self.spec.network:
            help = "give the input an id, with a first step such as `- identity:` and `id: x` below"
        elif name == "input":
            help = f"name the input: `inputs: [x]` in the block, and `x` in place of `{name}` here"
        else:
            help = suggest(name, sorted(self.known), "ids so far")
            if not self.known:
                help = f"give the step that makes it `id: {name}`"
        self.report.add("unknown-id", message, span, notes=notes, help=help)

    def aside(self, step: AsideStep, repeated: bool) -> None:
        """Check that an aside is in a place from which the network can have an output."""
        where = None
        if self.block is not self.spec.network:
            where = f"not in the block `{self.block.name}`"
        elif repeated:
            where = "not in a step with `repeat`"
        if where:
            self.report.add(
                "bad-step",
                f"an `aside` is an output of the network, so it belongs in `network`, {where}",
                self.spec.span((*step.at, "aside"), key=True),
            )

    def call(self, step: CallStep) -> None:
        """Check that the op or block exists, and has these arguments."""
        call = step.call
        if call in self.block.args or call in self.spec.params:
            return  # which block that is, elaboration knows
        if call in self.spec.blocks or call in OPS:
            taken(self.spec, step, call, self.report)
        else:
            self.report.add(
                "unknown-op",
                f"there is no op or block `{call}`",
                self.spec.called(step),
                help=foreign.op(call, (*self.spec.blocks, *OPS, *FORMS)),
            )


def taken(spec: Spec, step: CallStep, callee: str, report: Report) -> bool:
    """Whether a block or an op takes the arguments of a step; reports unknown and missing ones."""
    if callee in spec.blocks:
        args = spec.blocks[callee].args
        known, required = list(args), [arg.name for arg in args.values() if arg.default is None]
    else:
        fields = OPS[callee].model_fields
        known = list(fields)
        required = [name for name, field in fields.items() if field.is_required()]
    meant, wrong = set(), False
    for name in step.args:
        if name in known:
            continue
        wrong = True
        help = foreign.help(name, known, "arguments")
        meant |= {other for other in known if f"`{other}`" in help}
        if name in MODIFIERS:
            help = f"`{name}` belongs beside `{step.call}`, not inside it"
        report.add(
            "unknown-argument",
            f"`{step.call}` has no argument `{name}`",
            spec.named(step, name),
            help=help,
        )
    missing = [name for name in required if name not in step.args]
    if absent := [name for name in missing if name not in meant]:
        listed = ", ".join(f"`{name}`" for name in absent)
        cells = [step.places[name] for name in absent if name in step.places]
        report.add(
            "missing-argument",
            f"`{step.call}` needs {listed}",
            spec.span(cells[0]) if cells else spec.called(step),
            help=f"its arguments: {', '.join(known)}",
        )
    return not wrong and not missing


def _ids(block: Block) -> dict[str, Path]:
    """The ids of a block's steps and branches, and where they are written."""
    found: dict[str, Path] = {}
    for step in walk(block.body):
        if isinstance(step, JoinStep):
            found |= {name: (*step.at, step.call, name) for name in step.branches}
        if step.id:
            found[step.id] = step.at
    return found


def _header(spec: Spec, report: Report) -> None:
    """Check that `init` names ops with weights, and `weights` variants."""
    ids = {name for block in (*spec.blocks.values(), spec.network) for name in _ids(block)}
    for op, rule in spec.header.init.items():
        for name in rule.biases:
            if name not in ids:
                report.add(
                    "unknown-id",
                    f"no step of `{spec.name}` is called `{name}`",
                    spec.span(("init", op, "biases", name), key=True),
                    help=suggest(name, sorted(ids), "ids"),
                )
    for library, names in spec.header.weights.items():
        for variant in names.models:
            if variant != "default" and variant not in spec.variants:
                report.add(
                    "unknown-variant",
                    f"`{spec.name}` has no variant `{variant}`",
                    spec.span(("weights", library, "models", variant), key=True),
                    help=suggest(variant, spec.variants, "variants"),
                )
        for name in names.set:
            if name not in spec.params:
                report.add(
                    "unknown-param",
                    f"`{spec.name}` has no param `{name}`",
                    spec.span(("weights", library, "set", name), key=True),
                    help=suggest(name, spec.params, "params"),
                )


@dataclass(frozen=True, slots=True)
class Scope:
    """The names in reach of an expression, beside functions, blocks and ops."""

    values: Collection[str]
    inputs: Collection[str] = frozenset()
    """The inputs of a step or block, whose sizes expressions can use."""
    ids: Collection[str] = frozenset()
    """The steps above, whose sizes expressions can use."""
    repeated: bool = False
    """Whether `i` counts repetitions here."""
    body: Collection[str] = frozenset()
    """Every id of the body, in reach or not."""
    words: tuple[str, ...] = ()
    """The words that are allowed in place of an expression."""


def expressions(spec: Spec, argument: Argument, scope: Scope, report: Report) -> None:
    """Report the names in an argument's expressions that are not in reach."""
    for expression in leaves(argument):
        for error in _variables(spec, expression, scope):
            report.add(error.rule, error.message, inside(spec.tree, expression, error))
        for node, role in grammar.names(expression.tree):
            if not _known(spec, node.id, role, scope):
                error = _unknown(spec, node, role, scope)
                span = inside(spec.tree, expression, error)
                report.add(error.rule, error.message, span, help=error.help)


def _variables(spec: Spec, expression: Expr, scope: Scope) -> Iterator[BadExpression]:
    """The variables of comprehensions that are called as something in reach, or in Python."""
    reserved = {*BUILTINS, *PYTHON, *spec.functions, *spec.blocks, *OPS}
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.ListComp):
            (loop,) = node.generators
            name = grammar.variable(node)
            reason = ""
            if name in scope.values or name in scope.inputs or name in scope.body:
                reason = "has a meaning here already"
            elif name == "i" and scope.repeated:
                reason = "counts repetitions here"
            elif name in reserved or name == "input":
                reason = "means something already"
            if reason:
                message = f"the variable of `for` needs another name: `{name}` {reason}"
                yield grammar.at_node(loop.target, "bad-name", message)


def function(spec: Spec, each: Function, at: str, report: Report) -> None:
    """Report what a function uses beyond its own arguments, params and other functions."""
    text = spec.tree.data["functions"][at]
    text = text if isinstance(text, str) else None
    body = Expr(each.body, ("functions", at), text)
    expressions(spec, body, Scope({*spec.params, *each.parameters}), report)


def _known(spec: Spec, name: str, role: str, scope: Scope) -> bool:
    if role == "function":
        return name in BUILTINS or name in spec.functions
    if name in scope.inputs or name in scope.ids:
        return True
    if role != "value":
        return False
    counted = scope.repeated and name == "i"
    return counted or name in scope.values or name in spec.blocks or name in OPS


def _unknown(spec: Spec, node: ast.Name, role: str, scope: Scope) -> BadExpression:
    """The error for a name that is not in scope."""
    name, message, help = node.id, "", ""
    maps = {*scope.inputs, *scope.ids}
    values = {*scope.values, *maps} | ({"i"} if scope.repeated else set())
    functions = {**BUILTINS, **spec.functions}
    if role != "function" and name in functions:
        message, help = f"`{name}` is a function", f"call it: `{name}(...)`"
    elif role == "function" and name in values:
        message = f"`{name}` is not a function"
    elif role == "map" and name in values:
        message = f"`{name}` is not a map, so it has no sizes"
    elif name == "i":
        message = "`i` counts repetitions, and nothing is repeated here"
    elif name == "input":
        message = "`input` is the input of a step, and this is outside of all steps"
    elif name in scope.body:
        message = f"`{name}` is the id of a step that is not in scope here"
    elif role == "value" and (help := foreign.flag(name)):
        message = f"unknown name `{name}`"
    if message:
        return grammar.at_node(node, "unknown-name", message, help)
    if role == "value" and (match := nearest(name, scope.words)):
        return grammar.unknown_name(node, role, [match])
    if role == "value" and scope.words:
        names = ", ".join(sorted({*values, *spec.blocks})[:LISTED])
        listed = ", ".join(f"`{word}`" for word in scope.words)
        help = f"allowed here: {listed}, or an expression of {names}"
        return grammar.at_node(node, "unknown-name", f"unknown name `{name}`", help)
    reach = {"function": functions, "map": maps}.get(role, {*values, *spec.blocks})
    return grammar.unknown_name(node, role, sorted(reach))


def cycles(spec: Spec, report: Report) -> None:
    """Report blocks that use themselves."""
    uses: dict[str, set[str]] = {name: set() for name in spec.blocks}
    for user, used in _uses(spec):
        uses[user].add(used)
    while True:
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:
            users = list(reversed(error.args[1]))  # it lists what is used before its user
            _cycle(spec, users, report)
            for name in set(users):
                del uses[name]
            uses = {user: used & uses.keys() for user, used in uses.items()}
        else:
            return


def _cycle(spec: Spec, users: list[str], report: Report) -> None:
    """Report one cycle: the blocks in turn, the first once more at the end."""
    least = users.index(min(users[:-1]))  # the same message, wherever the search began
    users = [*users[least:-1], *users[:least], users[least]]
    report.add(
        "block-cycle",
        f"these blocks use each other without an end: {' -> '.join(users)}",
        spec.span(spec.blocks[users[0]].at, key=True),
        notes=[
            f"`{used}` is used at {spec.span(_place(spec, user, used))}"
            for user, used in pairwise(users)
        ],
    )


def _uses(spec: Spec) -> Iterator[tuple[str, str]]:
    for block in spec.blocks.values():
        for step in walk(block.body):
            if isinstance(step, CallStep) and step.call in spec.blocks:
                yield block.name, step.call


def _place(spec: Spec, user: str, used: str) -> tuple[str | int, ...]:
    return next(
        step.at
        for step in walk(spec.blocks[user].body)
        if isinstance(step, CallStep) and step.call == used
    )


def _table_names(spec: Spec, report: Report) -> None:
    """Report names in braces in `table.names` that are not fields or arguments."""
    table = spec.header.table
    fields = {name for op in OPS.values() for name in op.model_fields} | set(TEMPLATE_FIELDS)
    for key, template in (table.names if table else {}).items():
        block = spec.blocks.get(key)
        known = fields | ({*block.args, *BLOCK_FIELDS} if block else set())
        for written in TEMPLATE.findall(template):
            name = written.strip("{}")
            if written in ("{", "}") or name not in known:
                report.add(
                    "unknown-name",
                    f"`{written}` is not the name of a field in braces",
                    spec.span(("table", "names", key)),
                    help=suggest(name, sorted(known), "fields"),
                )
