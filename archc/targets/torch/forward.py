"""The forward pass: a line for each step."""

from __future__ import annotations

import re
from itertools import groupby

from archc.expr.sizes import python
from archc.network import INPUT, Value
from archc.targets.torch.flow import Variables, entry
from archc.targets.torch.layout import BODY, INDENT, METHOD, Doc, Group, call, lines
from archc.targets.torch.modules import Modules
from archc.targets.torch.plan import ClassPlan, Fused, Planned, PlannedBranch, Under
from archc.targets.torch.text import Needs

_PLURAL = re.compile(r"(?P<one>[a-z_]+?)s?_?\d*")
_INFIX = {"+": " + ", "*": " * "}
_REDUCE = {"+": "sum", "*": "prod"}


class Forward(Modules):
    """Writes the forward pass of one class."""

    def __init__(self, plan: ClassPlan, needs: Needs, free: frozenset[str]) -> None:
        super().__init__(plan, needs, free)
        self.variables = Variables(plan)

    def forward(self) -> list[str]:
        """`def forward`, a line a step."""
        inputs = [self.variables[Value(INPUT, i)] for i in range(len(self.plan.block.inputs))]
        ends = [self.variables[value] for value in self.plan.outputs]
        given = ", ".join(f"{name}: Tensor" for name in inputs)
        kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
        found = [f"{METHOD}def forward(self, {given}) -> {kind}:"]
        last = self.plan.flow[-1] if self.plan.flow else None  # all of its steps may be skipped
        direct = (
            last is not None
            and last.when is None
            and last.under is None
            and last.outputs == self.plan.outputs
            and len(ends) == 1
        )
        steps = self.plan.flow[:-1] if direct else self.plan.flow
        found += [line for line, _ in self.statements(steps)]
        if direct:
            found += [line for line, _ in self.statements(self.plan.flow[-1:], "return ")]
        return found if direct else [*found, f"{BODY}return {', '.join(ends)}"]

    def statements(
        self, steps: tuple[Planned, ...], before: str | None = None
    ) -> list[tuple[str, str]]:
        """The lines of some steps, each with the shape that it leaves (where it leaves one).

        `before` stands in the place of the last line's `x = `.
        """
        found: list[tuple[str, str]] = []
        for under, together in groupby(steps, key=lambda step: step.under):
            indent = BODY
            steps_here = tuple(together)
            end = steps_here[-1]
            if end.bypass is not None and (end.under or end.join):
                out, start = self.variables[end.outputs[0]], self.variables[end.bypass]
                found += [(f"{BODY}{out} = {start}", "")] if out != start else []
            if under is not None:
                found.append((f"{BODY}if self.{self.flag(under)}:", ""))
                indent += INDENT
            for step in steps_here:
                for branch in step.branches.values():
                    if not branch.chain:
                        found += self.statements(branch.steps)
                found += self.statement(step, indent, before)
        return found

    def statement(
        self, step: Planned, indent: str, before: str | None = None
    ) -> list[tuple[str, str]]:
        """The line of one step."""
        out = ", ".join(self.variables[value] for value in step.outputs)
        before = before or f"{out} = "
        shape = " x ".join(python(size) for size in step.shape) if step.shape else ""
        if step.fused is not None:
            written = lines(self.kernel(step, step.fused), indent, before=before)
            return [(line, "") for line in written]  # too long for a shape beside it
        if step.join is None:
            given = ", ".join(self.variables[value] for value in step.inputs)
            if step.count is not None and len(step.outputs) > 1:
                one = singular(step.name)
                several = f"self.{step.name}" if step.name else "self"
                loop = (f"{indent}for {one} in {several}:", "")
                line = (f"{indent}{INDENT}{out} = {one}({out})", shape)
                start = [] if out == given else [(f"{indent}{out} = {given}", "")]
                return [*start, loop, line]
            return [(f"{indent}{before}self.{step.name}({given})", shape)]
        if step.when is not None:
            condition = f"{indent}if self.{self.flag(Under(step.when, step.name))}:"
            under = lines(self.join(step), indent + INDENT, before=f"{out} = ")
            return [(line, "") for line in (condition, *under)]
        written = lines(self.join(step), indent, before=before)
        return [*((line, "") for line in written[:-1]), (written[-1], shape)]

    def kernel(self, step: Planned, fused: Fused) -> Doc:
        """The call of a function of the kernels file."""
        self.needs.kernels.add(fused.function)
        modules: list[Doc] = []
        for one in fused.modules:
            if isinstance(one, str):
                modules.append(f"self.{one}")
            else:
                names = (f"self.{name}" if name else "None" for name in one)
                modules.append(Group("(", tuple(names), ")"))
        options = []
        for name, given in fused.options.items():
            text = f"self.{given}" if isinstance(given, str) else self.variables[given]
            if fused.under is not None and name in ("drop", "residual"):
                text += f" if self.{self.flag(fused.under)} else None"
            options.append(f"{name}={text}")
        return call(fused.function, [self.variables[step.inputs[0]], *modules, *options])

    def join(self, step: Planned) -> Doc:
        """The expression of a join."""
        assert step.join is not None
        if step.branches:
            parts = [
                self.way(name, branch)
                if branch.count is None
                else self.ways(name, branch, step.join.target)
                for name, branch in step.branches.items()
            ]
        else:
            parts = [self.variables[value] for value in step.inputs]
        if step.join.target in _INFIX:
            return _INFIX[step.join.target].join(parts)
        if len(parts) == 1:
            parts = [parts[0].removeprefix("*(").removesuffix(")")]
        self.needs.torch = True
        options = [
            f"{name}={self.needs.source(value)}"
            for name, (value, default) in step.join.options.items()
            if value != default
        ]
        return call(step.join.target, [Group("[", tuple(parts), "]"), *options])

    def way(self, name: str, branch: PlannedBranch) -> str:
        """What comes out of a branch."""
        if not branch.chain:
            return self.variables[branch.output]
        start = self.variables[entry(branch)]
        return f"self.{name}({start})" if branch.steps else start

    def ways(self, name: str, branch: PlannedBranch, target: str) -> str:
        """What comes out of a branch that is there several times."""
        start, one = self.variables[entry(branch)], singular(name)
        one = "module" if one == start else one
        each = f"{one}({start}) for {one} in self.{name}"
        if target not in _REDUCE:
            return f"*({each})"
        self.needs.torch = True
        return f"torch.stack([{each}]).{_REDUCE[target]}(dim=0)"


def singular(name: str) -> str:
    """What a loop calls one of several: `cell` of `cells2`."""
    match = _PLURAL.fullmatch(name)
    return match["one"] if match and match["one"] != name else "module"
