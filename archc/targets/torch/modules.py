"""The constructor's lines: a module for each step."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from archc.expr.sizes import python, traced
from archc.network import INPUT, Value
from archc.spec import Expr
from archc.targets.torch.flow import entry
from archc.targets.torch.layout import BODY, INDENT, Doc, Group, call, lines
from archc.targets.torch.plan import ClassPlan, Made, Planned, PlannedBranch, Under
from archc.targets.torch.text import Needs

POSITIONAL = ("in_channels", "in_features", "out_channels", "out_features", "kernel_size")
"""Arguments that need no name in a call: everyone who knows PyTorch knows their order."""


class Modules:
    """Makes the modules of one class; the classes that it uses are written before it."""

    def __init__(self, plan: ClassPlan, needs: Needs, free: frozenset[str]) -> None:
        self.plan, self.needs, self.free = plan, needs, free
        self.made: dict[Value, Planned] = {}
        self.readers: dict[Value, int] = {}
        self._index(plan.steps)
        for _, steps, _ in plan.asides:
            self._index(steps)
        for value in (*plan.outputs, *(end for _, _, end in plan.asides)):
            self.readers[value] = self.readers.get(value, 0) + 1

    def _index(self, steps: tuple[Planned, ...]) -> None:
        for step in steps:
            for branch in step.branches.values():
                self._index(branch.steps)
                if branch.count is not None:  # several begin there
                    self.readers[entry(branch)] = self.readers.get(entry(branch), 0) + 1
            self.made.update(dict.fromkeys(step.outputs, step))
            for value in step.inputs:
                self.readers[value] = self.readers.get(value, 0) + 1

    def modules(self, steps: tuple[Planned, ...], indent: str = BODY) -> list[str]:
        """The lines that make the modules of some steps."""
        found: list[str] = []
        for under, together in groupby(steps, key=lambda step: step.under):
            inner = indent
            if under is not None:
                inner += INDENT
                found.append(f"{indent}self.{self.flag(under)} = {self.needs.source(under.when)}")
                found.append(f"{indent}if self.{self.flag(under)}:")
            for step in together:
                found += self.made_by(step, inner)
        return found

    def made_by(self, step: Planned, indent: str) -> list[str]:
        """The lines that make the modules of one step."""
        found: list[str] = []
        for name, branch in step.branches.items():
            if branch.chain:
                found += self.chain(name, branch, indent)
            else:
                found += self.modules(branch.steps, indent)
        if step.module is not None:
            found += self.assign(step.name, step, indent)
        elif step.when is not None:
            condition = self.needs.source(step.when)
            found.append(f"{indent}self.{self.flag(Under(step.when, step.name))} = {condition}")
        return found

    def flag(self, under: Under) -> str:
        """What the forward calls a condition."""
        text = python(under.when)
        return text if text.isidentifier() else f"has_{under.first}"

    def assign(self, name: str, step: Planned, indent: str = BODY) -> list[str]:
        """`self.name = module`, under an `if` where uses differ."""
        if step.when is None:
            return lines(self.doc_of(step), indent, before=f"self.{name} = ")
        return [
            f"{indent}self.{name}: nn.Module = nn.Identity()",
            f"{indent}if {self.needs.source(step.when)}:",
            *lines(self.doc_of(step), indent + INDENT, before=f"self.{name} = "),
        ]

    def chain(self, name: str, branch: PlannedBranch, indent: str) -> list[str]:
        """A branch as one module."""
        if not branch.steps:
            return []
        if branch.count is not None:
            one = self.chained(f"{name}.0", branch)
            made = Group("nn.ModuleList(", (one, self.loop(branch.count)), comma=False)
            return lines(made, indent, before=f"self.{name} = ")
        if branch.steps[0].name == name:
            return self.assign(name, branch.steps[0], indent)
        return lines(self.chained(name, branch), indent, before=f"self.{name} = ")

    def chained(self, name: str, branch: PlannedBranch) -> Doc:
        """The module of a branch."""
        if branch.steps[0].name == name:
            return self.link(branch.steps[0])
        places = {int(step.name.rsplit(".", 1)[1]): step for step in branch.steps}
        parts: list[Doc] = []
        for place in range(max(places) + 1):
            step = places.get(place)
            if step is None:
                parts.append("nn.Identity()")
                continue
            parts.append(self.link(step))
        return call("nn.Sequential", parts)

    def link(self, step: Planned) -> Doc:
        """The module of a step of a chain, which some uses may not have."""
        part = self.doc_of(step)
        if step.when is None:
            return part
        condition = self.needs.source(step.when)
        return Group("", (part, f"if {condition}", "else nn.Identity()"), "", comma=False)

    def doc_of(self, step: Planned) -> Doc:
        """The module of a step, repeated if it is."""
        assert step.module is not None
        if step.count is None:
            return self.module(step.module, step)
        if len(step.outputs) > 1:  # nn.Sequential hands on one value
            return Group("nn.ModuleList(", self.repeated(step).parts, comma=False)
        return call("nn.Sequential", [self.repeated(step)])

    def repeated(self, step: Planned) -> Group:
        """`*(module for i in range(count))`."""
        assert step.module is not None
        made = self.module(step.module, step)
        return Group("*(", (made, self.loop(step.count)), comma=False)

    def loop(self, count: Any) -> str:
        """`for i in range(count)`, for what was just written."""
        index = "i" if self.needs.names.pop("i", 0) else "_"
        return f"for {index} in range({self.needs.source(count)})"

    def module(self, made: Made, step: Planned) -> Doc:
        """The call that makes a module."""
        if isinstance(made.target, ClassPlan):
            return self.instance(made)
        if "." not in made.target:
            self.needs.pieces.add(made.target)
        parts = [self.argument(value) for value in made.args]
        for name, (value, default) in made.options.items():
            text = self.needs.source(value)
            if text != self.needs.source(default):
                parts.append(f"{name}={text}")
        if made.inplace and self.overwrites(step):
            parts.append("inplace=True")
        return call(made.target, parts)

    def argument(self, value: Any) -> Doc:
        """A positional argument; a table opens to a row a line."""
        if isinstance(value, tuple) and not traced(value) and isinstance(value[0], tuple):
            return Group("[", tuple(self.needs.source(row) for row in value), "]")
        return self.needs.source(value)

    def instance(self, made: Made) -> Doc:
        """A call of a class with the arguments that it uses."""
        plan = made.target
        assert isinstance(plan, ClassPlan)
        parts: list[Doc] = []
        named = False
        for name in plan.signature:
            if name not in made.given and name in plan.block.args:
                continue
            if name not in made.given:  # a param that is handed through
                self.needs.names[name] += 1
                text = name
            else:
                text = self.needs.source(made.given[name])
            default = plan.block.args[name].default if name in plan.block.args else None
            if isinstance(default, Expr) and default.literal is not None:
                if text == self.needs.source(default.literal):
                    continue
                named = True
            named = named or not (made.row or name in POSITIONAL or name == text)
            parts.append(f"{name}={text}" if named else text)
        return call(plan.name, parts)

    def overwrites(self, step: Planned) -> bool:
        """Whether nobody but this activation needs its input."""
        value = step.inputs[0]
        while True:
            source = self.made.get(value)
            if value.node == INPUT or source is None or self.readers.get(value, 0) != 1:
                return False
            if source.count is not None or not (source.join or _safe(source.module)):
                return False
            if source.bypass is None:
                return True
            value = source.bypass


def _safe(module: Made | None) -> bool:
    """Whether a module's last operation keeps nothing of its output for the gradient."""
    if module is None or not isinstance(module.target, ClassPlan):
        return module is not None and module.overwritable
    last = module.target.steps[-1]
    taken = last.when is None and last.count is None and last.outputs == module.target.outputs
    return taken and (last.join is not None or _safe(last.module))
