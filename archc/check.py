"""Names: every op, block, argument and name in an expression that a spec uses exists."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from archc import grammar
from archc.diagnostics import Report, suggest
from archc.expr import Function
from archc.functions import BUILTINS
from archc.ops import OPS
from archc.spec import (
    Argument,
    AsideStep,
    Block,
    CallStep,
    Expr,
    JoinStep,
    Spec,
    Step,
    inside,
    leaves,
    walk,
)
from archc.steps import JOINS, MODIFIERS

FOREIGN = {
    "filters": "out_channels",
    "num_output": "out_channels",
    "nout": "out_channels",
    "units": "out_features",
    "size": "kernel_size",
    "ksize": "kernel_size",
    "kernel": "kernel_size",
    "strides": "stride",
    "pad": "padding",
    "dilation_rate": "dilation",
    "group": "groups",
    "rate": "p",
    "epsilon": "eps",
    "use_bias": "bias",
    "nc": "num_classes",
}
"""What other frameworks call an argument; named in the help, never taken."""


def check(spec: Spec, report: Report) -> None:
    """Report every name that nothing has, in all blocks, used or not."""
    for block in (*spec.blocks.values(), spec.network):
        Names(spec, block, report).check()
    for name, argument in spec.params.items():
        _expressions(spec, argument, {*spec.params} - {name}, report)
    for constraint in spec.constraints:
        _expressions(spec, constraint, {*spec.params}, report)
    for function in spec.functions.values():
        _function(spec, function, report)
    _cycles(spec, report)


class Names:
    """Checks one block."""

    def __init__(self, spec: Spec, block: Block, report: Report) -> None:
        self.spec, self.block, self.report = spec, block, report
        ids = {step.id for step in walk(block.body) if step.id}
        branches = {
            name for s in walk(block.body) if isinstance(s, JoinStep) for name in s.branches
        }
        self.names = {*spec.params, *block.args, *block.inputs, *ids, *branches, "input"}

    def check(self) -> None:
        """Every step of the block, and its defaults."""
        for arg in self.block.args.values():
            if arg.default is not None:
                _expressions(self.spec, arg.default, self.names, self.report)
        for step in walk(self.block.body):
            self.step(step, self.names)

    def step(self, step: Step, names: set[str]) -> None:
        """The call, its arguments, and the names in its expressions."""
        inside = {*names, "i"}
        for modifier in (step.when, step.repeat):
            if modifier is not None:
                _expressions(self.spec, modifier, inside, self.report)
        if isinstance(step, CallStep):
            self.call(step)
            op = OPS.get(step.call)
            for name, argument in step.args.items():
                word = isinstance(argument, Expr) and op and argument.text in op.words(name)
                if not word:
                    _expressions(self.spec, argument, inside, self.report)
        if isinstance(step, AsideStep) and step.repeat is not None:
            self.report.add(
                "bad-step", "an `aside` can not be repeated", self.spec.span(step.repeat.at)
            )

    def call(self, step: CallStep) -> None:
        """That the op or block exists, and has these arguments."""
        call = step.call
        held = call in self.block.args or call in self.spec.params
        if call in self.spec.blocks:
            block = self.spec.blocks[call]
            required = [a.name for a in block.args.values() if a.default is None]
            self.arguments(step, list(block.args), required)
        elif call in OPS:
            if call in JOINS:
                self.report.add(
                    "bad-step",
                    f"`{call}` joins branches: give it `name: [steps]` or a list of ids",
                    self.spec.span(step.at),
                )
                return
            fields = OPS[call].model_fields
            required = [name for name, field in fields.items() if field.is_required()]
            self.arguments(step, list(fields), required)
        elif not held:
            known = [*self.spec.blocks, *OPS, "table", "sequence", "aside"]
            self.report.add(
                "unknown-op",
                f"there is no op or block `{call}`",
                self.spec.span((*step.at, call), key=True),
                help=suggest(call, known, "ops and blocks"),
            )

    def arguments(self, step: CallStep, known: list[str], required: list[str]) -> None:
        """That a call's arguments are the ones that it takes."""
        for name, argument in step.args.items():
            if name in known:
                continue
            place = argument
            while isinstance(place, tuple):
                place = place[0]
            own_key = place.at[: len(step.at) + 2] == (*step.at, step.call, name)
            at = (*step.at, step.call, name) if own_key else place.at
            foreign = FOREIGN.get(name)
            help = (
                f"`{foreign}` is the name here"
                if foreign in known
                else suggest(name, [*known, *MODIFIERS], "arguments")
            )
            self.report.add(
                "unknown-argument",
                f"`{step.call}` has no argument `{name}`",
                self.spec.span(at, key=own_key),
                help=help,
            )
        missing = [name for name in required if name not in step.args]
        if missing:
            listed = ", ".join(f"`{name}`" for name in missing)
            self.report.add(
                "missing-argument",
                f"`{step.call}` needs {listed}",
                self.spec.span(step.at),
                help="its arguments: " + ", ".join(known),
            )


def _expressions(spec: Spec, argument: Argument, names: set[str], report: Report) -> None:
    """That every name in an argument's expressions is in reach."""
    for expression in leaves(argument):
        for node, role in grammar.names(expression.tree):
            if role == "function":
                known: set[str] = {*BUILTINS, *spec.functions}
            elif role == "map":
                known = names
            else:
                known = {*names, *spec.blocks, *OPS}
            if node.id not in known:
                ranked = sorted(names) if role != "function" else sorted(known)
                error = grammar.unknown_name(node, role, ranked)
                span = inside(spec.document, expression, error)
                report.add(error.rule, error.message, span, help=error.help)


def _function(spec: Spec, function: Function, report: Report) -> None:
    """That a function uses its own arguments, params and other functions only."""
    at = next(
        key for key in spec.document.data["functions"] if key.split("(")[0].strip() == function.name
    )
    body = Expr(function.body, ("functions", at), str(spec.document.data["functions"][at]))
    _expressions(spec, body, {*spec.params, *function.parameters}, report)


def _cycles(spec: Spec, report: Report) -> None:
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
