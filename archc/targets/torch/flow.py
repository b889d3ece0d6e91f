"""The names of a forward's variables: `x` goes on as long as nobody needs the older one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archc.network import INPUT, Value
from archc.targets.torch.plan import ClassPlan, Planned, PlannedBranch

_POOL = ("x", "y", "z", "u", "v", "w")


def entry(branch: PlannedBranch) -> Value:
    """What a branch starts from."""
    return branch.steps[0].inputs[0] if branch.steps else branch.output


def reads(step: Planned) -> tuple[Value, ...]:
    """The values that a step's own line reads."""
    if not step.branches:
        return step.inputs
    return tuple(
        entry(branch) if branch.chain else branch.output for branch in step.branches.values()
    )


def in_order(steps: tuple[Planned, ...]) -> Iterator[Planned]:
    """The steps that have a line of their own: not those inside a branch that is one module."""
    for step in steps:
        for branch in step.branches.values():
            if not branch.chain:
                yield from in_order(branch.steps)
        yield step


class Variables:
    """Gives every value a variable."""

    def __init__(self, plan: ClassPlan) -> None:
        self.plan = plan
        self.last: dict[Value, int] = {}
        self.count: dict[Value, int] = {}
        self.asked: set[Value] = set()
        """Values that something else than the next line reads."""
        self.taken_as: dict[Value, str] = {}
        """What the class that reads a value calls it."""
        self.names: dict[Value, str] = {}
        lines = list(in_order(plan.flow))
        made: dict[Value, int] = {}
        for number, step in enumerate(lines):
            for place, value in enumerate(reads(step)):
                self.read(value, number, made)
                if step.module is not None and isinstance(step.module.target, ClassPlan):
                    self.taken_as.setdefault(value, step.module.target.block.inputs[place])
            if step.bypass is not None:
                first = self.first(lines, step)
                self.last[step.bypass] = max(first, self.last.get(step.bypass, -1))
            made.update(dict.fromkeys(step.outputs, number))
        end = len(lines)
        for value in plan.outputs:
            self.read(value, end, made)
        for _, steps, _ in plan.asides:
            for value in reads(steps[0]) if steps else ():
                self.read(value, end + 1, made)
        self.assign(lines)

    def read(self, value: Value, number: int, made: dict[Value, int]) -> None:
        """Note that a line reads a value."""
        self.last[value] = max(number, self.last.get(value, -1))
        self.count[value] = self.count.get(value, 0) + 1
        if made.get(value, -1) != number - 1:
            self.asked.add(value)

    def assign(self, lines: list[Planned]) -> None:
        """Go through the lines, and take the first variable that is free."""
        for i, name in enumerate(self.plan.block.inputs):
            self.names[Value(INPUT, i)] = "x" if name == "input" else name
        for number, step in enumerate(lines):
            for value in step.outputs:
                busy = self.busy(number, value, step)
                own = step.step.id if value.output == 0 and value in self.asked else None
                if step.count is not None and len(step.outputs) > 1:  # a loop: in the same ones
                    own = self.names[step.inputs[value.output]]
                elif value.output:
                    own = self.taken_as.get(value, own if value in self.last else "_")
                if step.fused is not None:
                    own = step.fused.called.get(value)
                if step.bypass is not None:
                    start = self.names[step.bypass]
                    if start not in busy:
                        self.names[value] = start
                        continue
                    first = self.first(lines, step)
                    inside = {v for s in lines[first:number] for v in s.outputs}
                    busy |= self.busy(first - 1, value, step, inside)
                if own and own not in busy:
                    self.names[value] = own
                else:
                    self.names[value] = next(n for n in (*_POOL, step.name) if n not in busy)

    def first(self, lines: list[Planned], step: Planned) -> int:
        """The first line that stands under the same condition."""
        under = step.under
        return next(k for k, s in enumerate(lines) if s is step or (under and s.under is under))

    def busy(
        self, number: int, value: Value, step: Planned, but: Collection[Value] = ()
    ) -> set[str]:
        """The variables that hold something that is read after a line."""
        return {
            name
            for other, name in self.names.items()
            if other != value
            and other not in but
            and (self.last.get(other, -1) > number or other in step.outputs)
        }

    def __getitem__(self, value: Value) -> str:
        return self.names[value]
