"""The constructor of a class: its signature, local sizes, and a module for each step."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from archc.expr.sizes import expression_of, plain, python, traced
from archc.network import INPUT, Network, Value
from archc.spec import Expr
from archc.targets.torch.plan import (
    ClassPlan,
    Condition,
    ModuleCall,
    PlannedBranch,
    PlannedStep,
)
from archc.targets.torch.source import (
    BODY,
    INDENT,
    METHOD,
    WIDTH,
    Doc,
    Group,
    Symbols,
    call,
    lines,
)

POSITIONAL = ("in_channels", "in_features", "out_channels", "out_features", "kernel_size")
"""Arguments that are passed by position: everyone who knows PyTorch knows their order."""


def block_constructor(plan: ClassPlan, symbols: Symbols, free: frozenset[str]) -> list[str]:
    """`def __init__` of a block's class; `free` are the network's params that may be arguments.

    Sets `plan.signature`.
    """
    before = symbols.names
    symbols.names, symbols.inline = Counter(), {}
    modules = Modules(plan, symbols)
    made = modules.constructed()
    if once := [name for name in plan.local if symbols.names[name] == 1]:
        symbols.inline = {name: expression_of(plan.local[name]) for name in once}
        symbols.names = Counter()
        made = modules.constructed()
    sizes = _local_sizes(plan, symbols)
    if not plan.repeats_one_module:
        sizes = [f"{BODY}super().__init__()", *sizes]
    signature = _signature(plan, symbols, free)
    symbols.names = before
    return [*signature, *sizes, *made]


def network_constructor(
    plan: ClassPlan, symbols: Symbols, network: Network, last: Iterable[str]
) -> list[str]:
    """`def __init__` of the network's class, with the statements `last` at its end.

    Sets `plan.signature`: the params that are only passed on to modules.
    """
    symbols.names, symbols.inline = Counter(), {}
    modules = Modules(plan, symbols)
    made = _main_flow(plan, modules)
    for number, aside in enumerate(plan.late):
        made += [""] if number == 0 else []
        made += modules.statement(aside.line, BODY)
    if ends := [f"{BODY}{line}" for line in last]:
        made += ["", *ends]
    plan.signature = tuple(name for name in network.params if symbols.names[name])
    given = (
        f"{name}: {type(value).__name__} = {symbols.source(value)}"
        for name, value in network.params.items()
        if name in plan.signature
    )
    signature = lines(Group("def __init__(", ("self", *given)), METHOD, after=" -> None:")
    return [*signature, f"{BODY}super().__init__()", *made]


def flag(condition: Condition) -> str:
    """The attribute that holds a condition for the forward pass: its name, or `has_<step>`."""
    text = python(condition.when)
    return text if text.isidentifier() else f"has_{condition.first}"


class Modules:
    """Writes the statements that make a class's modules; the classes it uses are written before."""

    def __init__(self, plan: ClassPlan, symbols: Symbols) -> None:
        self.plan, self.symbols = plan, symbols
        self.makers: dict[Value, PlannedStep] = {}
        self.readers: Counter[Value] = Counter(plan.outputs)
        self._index(plan.steps)
        for aside in plan.asides:
            self.readers[aside.branch.output] += 1
        for aside in plan.late:
            self._index(aside.branch.steps)

    def _index(self, steps: tuple[PlannedStep, ...]) -> None:
        for step in steps:
            for branch in step.branches.values():
                self._index(branch.steps)
                if branch.count is not None:  # several begin there
                    self.readers[branch.entry] += 1
            self.makers.update(dict.fromkeys(step.outputs, step))
            self.readers.update(step.inputs)

    # Statements

    def constructed(self) -> list[str]:
        """The statements for all steps of a block's class."""
        if not self.plan.repeats_one_module:
            return self.statements(self.plan.steps)
        step = self.plan.steps[0]
        if step.listed and len(step.outputs) > 1:
            return lines(Group("super().__init__([", tuple(self.listed(step)), "])"), BODY)
        if step.listed:
            return lines(call("super().__init__", self.listed(step)), BODY)
        made = self.comprehension(step)
        if len(step.outputs) > 1:
            return lines(Group("super().__init__(", made.parts, comma=False), BODY)
        return lines(call("super().__init__", [made]), BODY)

    def statements(self, steps: tuple[PlannedStep, ...], indent: str = BODY) -> list[str]:
        """The statements that make the modules of some steps."""
        found: list[str] = []
        for condition, together in groupby(steps, key=lambda step: step.under):
            inner = indent
            if condition is not None:
                inner += INDENT
                name = flag(condition)
                found.append(f"{indent}self.{name} = {self.symbols.source(condition.when)}")
                found.append(f"{indent}if self.{name}:")
            for step in together:
                found += self.statement(step, inner)
        return found

    def statement(self, step: PlannedStep, indent: str) -> list[str]:
        """The statements of one step, those of its branches first."""
        if step.module is not None:
            return self.assignment(step.name, step, indent)
        conditional = step.when is not None
        found: list[str] = []
        if conditional:
            name = flag(Condition(step.when, step.name))
            found.append(f"{indent}self.{name} = {self.symbols.source(step.when)}")
            indent += INDENT
        made: list[str] = []
        for way, branch in step.branches.items():
            if branch.chain:
                made += self.branch(way, branch, indent)
            else:
                made += self.statements(branch.steps, indent)
        if conditional and made:
            found.append(f"{indent.removesuffix(INDENT)}if self.{name}:")
        return found + made

    def assignment(self, name: str, step: PlannedStep, indent: str = BODY) -> list[str]:
        """`self.name = module`; an identity where the step's condition does not hold."""
        if step.when is None:
            return lines(self.module(step), indent, before=f"self.{name} = ")
        return [
            f"{indent}self.{name}: nn.Module = nn.Identity()",
            f"{indent}if {self.symbols.source(step.when)}:",
            *lines(self.module(step), indent + INDENT, before=f"self.{name} = "),
        ]

    def branch(self, name: str, branch: PlannedBranch, indent: str) -> list[str]:
        """The statement that makes a branch as one module."""
        if not branch.steps and branch.count is None:
            return []
        if branch.count is not None:
            one = self.chain(f"{name}.0", branch)
            made = Group("nn.ModuleList(", (one, self.loop(branch.count)), comma=False)
            return lines(made, indent, before=f"self.{name} = ")
        if branch.steps[0].name == name:
            return self.assignment(name, branch.steps[0], indent)
        return lines(self.chain(name, branch), indent, before=f"self.{name} = ")

    # Expressions

    def chain(self, name: str, branch: PlannedBranch) -> Doc:
        """The module of a branch: `nn.Sequential`, with identities for steps that no use takes."""
        if not branch.steps:
            return "nn.Identity()"
        if branch.steps[0].name == name:
            return self.link(branch.steps[0])
        places = {int(step.name.rsplit(".", 1)[1]): step for step in branch.steps}
        return call(
            "nn.Sequential",
            [
                self.link(places[place]) if place in places else "nn.Identity()"
                for place in range(max(places) + 1)
            ],
        )

    def link(self, step: PlannedStep) -> Doc:
        """The module of a step of a chain, or an identity where its condition does not hold."""
        module = self.module(step)
        if step.when is None:
            return module
        condition = self.symbols.source(step.when)
        return Group("", (module, f"if {condition}", "else nn.Identity()"), "", comma=False)

    def module(self, step: PlannedStep) -> Doc:
        """The module of a step, repeated if the step is."""
        if step.count is None:
            return self.one_module(step)
        if step.listed and len(step.outputs) > 1:
            return Group("nn.ModuleList([", tuple(self.listed(step)), "])")
        if step.listed:
            return call("nn.Sequential", self.listed(step))
        if len(step.outputs) > 1:  # nn.Sequential hands on one value
            return Group("nn.ModuleList(", self.comprehension(step).parts, comma=False)
        return call("nn.Sequential", [self.comprehension(step)])

    def comprehension(self, step: PlannedStep) -> Group:
        """`*(module for i in range(count))`."""
        return self.repeated(self.one_module(step), step.count)

    def repeated(self, made: Doc, count: Any) -> Group:
        """A module `count` times."""
        return Group("*(", (made, self.loop(count)), comma=False)

    def listed(self, step: PlannedStep) -> list[Doc]:
        """The modules of a repeat, each written out; those that are the same in a comprehension."""
        found: list[Doc] = []
        for module, count in step.listed:
            made = self.one_module(replace(step, module=module))
            found.append(self.repeated(made, count) if count > 1 else made)
        return found

    def loop(self, count: Any) -> str:
        """`for i in range(count)` around the expression written last; `_` where it has no `i`."""
        index = "i" if self.symbols.names.pop("i", 0) else "_"
        return f"for {index} in range({self.symbols.source(count)})"

    def one_module(self, step: PlannedStep) -> Doc:
        """The call that makes one module."""
        made = step.module
        assert made is not None, "a join has no module"
        if isinstance(made.target, ClassPlan):
            return self.instance(made, made.target)
        if "." not in made.target:
            self.symbols.pieces.add(made.target)
        parts = [self.argument(value) for value in made.args]
        for name, (value, default) in made.options.items():
            text = self.symbols.source(value)
            if text != self.symbols.source(default):
                parts.append(f"{name}={text}")
        if made.inplace and self.overwrites(step):
            parts.append("inplace=True")
        return call(made.target, parts)

    def argument(self, value: Any) -> Doc:
        """A positional argument; a table has a row a line."""
        if isinstance(value, tuple) and not traced(value) and isinstance(value[0], tuple):
            return Group("[", tuple(self.symbols.source(row) for row in value), "]")
        return self.symbols.source(value)

    def instance(self, made: ModuleCall, plan: ClassPlan) -> Doc:
        """The call of a class with the arguments that its constructor has."""
        parts: list[Doc] = []
        named = False
        for name in plan.signature:
            if name not in made.given and name in plan.block.args:
                continue
            if name not in made.given:  # a param of the network, passed on
                self.symbols.names[name] += 1
                text = name
            else:
                text = self.symbols.source(made.given[name])
            default = plan.block.args[name].default if name in plan.block.args else None
            if isinstance(default, Expr) and default.literal is not None:
                if text == self.symbols.source(default.literal):
                    continue
                named = True
            named = named or not (made.row or name in POSITIONAL or name == text)
            parts.append(f"{name}={text}" if named else text)
        return call(plan.name, parts)

    def overwrites(self, step: PlannedStep) -> bool:
        """Whether an activation may write over its input: nothing else, no gradient needs it."""
        value = step.inputs[0]
        while True:
            source = self.makers.get(value)
            if value.node == INPUT or source is None or self.readers[value] != 1:
                return False
            if source.count is not None or not (source.join or _overwritable(source.module)):
                return False
            if source.bypass is None:
                return True
            value = source.bypass


def _overwritable(module: ModuleCall | None) -> bool:
    """Whether the gradient of a module's last operation does not need its output."""
    if module is None or not isinstance(module.target, ClassPlan):
        return module is not None and module.overwritable
    if not module.target.steps:
        return False
    last = module.target.steps[-1]
    taken = last.when is None and last.count is None and last.outputs == module.target.outputs
    return taken and (last.join is not None or _overwritable(last.module))


# A block's signature


def _local_sizes(plan: ClassPlan, symbols: Symbols) -> list[str]:
    """Assignments of the sizes that follow from the arguments and are used more than once."""
    found: list[str] = []
    for name, value in reversed(list(plan.local.items())):
        if symbols.names[name]:
            found = [f"{BODY}{name} = {symbols.source(value)}", *found]
    return found


def _signature(plan: ClassPlan, symbols: Symbols, free: frozenset[str]) -> list[str]:
    """`def __init__(...)` with the arguments that the constructor uses."""
    block, used = plan.block, set(symbols.names)
    required = [name for name in plan.uses[0].sizes if name in used]
    optional: list[str] = []
    for name in block.args:
        if name in used and name not in plan.local:
            (required if _default(plan, name) is None else optional).append(name)
    passed = sorted(used & free - set(block.args))
    plan.signature = (*required, *passed, *optional)
    parts: list[Doc] = ["self"]
    for name in plan.signature:
        default = _default(plan, name)
        text = f"{name}: {_annotation(plan, name)}"
        parts.append(text if default is None else f"{text} = {symbols.source(default)}")
    return lines(Group("def __init__(", tuple(parts)), METHOD, after=" -> None:")


def _default(plan: ClassPlan, name: str) -> Any:
    """The default of an argument that is a plain value; None for any other."""
    arg = plan.block.args.get(name)
    if arg is None or not isinstance(arg.default, Expr):
        return None
    return arg.default.literal


def _annotation(plan: ClassPlan, name: str) -> str:
    """The type of an argument, from its values in the uses."""
    found: dict[str, None] = {}
    for use in plan.uses:
        value = use.scope[name]
        if isinstance(value, list | tuple):
            found[f"tuple[{', '.join(type(part).__name__ for part in value)}]"] = None
        else:
            found[type(plain(value)).__name__] = None
    if "float" in found:
        found.pop("int", None)
    return " | ".join(found)


# The network's main flow


def _main_flow(plan: ClassPlan, modules: Modules) -> list[str]:
    """The modules of the main flow; the rows of a table follow a comment with its columns."""
    found: list[str] = []
    table = None
    for step in plan.steps:
        if step.table is not table and found:
            found.append("")
        written = modules.statements((step,))
        if step.table is not table and step.table is not None:
            found += _columns(step, written)
        table = step.table
        found += written
    return found


def _columns(step: PlannedStep, written: list[str]) -> list[str]:
    """A comment that names the arguments of a table's calls, above the first of them."""
    made = step.module
    if made is None or not isinstance(made.target, ClassPlan) or len(written) != 1:
        return []
    names = ["in" if name == "in_channels" else name for name in made.target.signature]
    call, _, given = written[0].partition("(")
    shown = names[: given.partition("=")[0].count(",") + ("=" not in given)]
    if len(shown) < 3:
        return []
    lead = f"{BODY}#{' ' * (len(call) - len(BODY))}"
    return textwrap.wrap(", ".join(shown), WIDTH, initial_indent=lead, subsequent_indent=lead)
