"""The variables of a forward pass, by a linear scan: `x` is reused as soon as nothing reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from archc.network import INPUT, Value
from archc.targets.torch.plan import ClassPlan, Condition, PlannedStep, statements

_POOL = ("x", "y", "z", "u", "v", "w")


class Variables:
    """Assigns a variable to every value of a class's forward pass; `variables[value]` is its name.

    One pass notes where each value is read last, a second one goes through the statements with the
    set of values that are still live, which stays small: the cost is linear in the statements.
    """

    def __init__(self, plan: ClassPlan) -> None:
        self.plan = plan
        late = [aside for aside in plan.late if not aside.inline]
        steps = (*plan.flow, *(step for aside in late for step in aside.lines))
        self.lines = tuple(statements(steps))
        self.last_read: dict[Value, int] = {}
        self.read_later: set[Value] = set()
        """Values that something other than the next statement reads."""
        self.parameter: dict[Value, str] = {}
        """The parameter's name in the class that reads a value."""
        self.names: dict[Value, str] = {}
        self.starts = _starts(steps, {}, [])
        """For each statement, the first one under the same condition: itself where it has none."""
        self._read_all()
        self._assign_all()

    def __getitem__(self, value: Value) -> str:
        return self.names[value]

    # Where values are read

    def _read_all(self) -> None:
        made: dict[Value, int] = {}
        for number, step in enumerate(self.lines):
            for place, value in enumerate(step.reads()):
                self._read(value, number, made)
                if step.module is not None and isinstance(step.module.target, ClassPlan):
                    self.parameter.setdefault(value, step.module.target.block.inputs[place])
            if step.bypass is not None:
                start = self.starts[number]
                self.last_read[step.bypass] = max(start, self.last_read.get(step.bypass, -1))
            made.update(dict.fromkeys(step.outputs, number))
        end = len(self.lines)
        for value in self.plan.outputs:
            self._read(value, end, made)
        for aside in self.plan.asides:
            value = aside.branch.entry if aside.inline else aside.branch.output
            self._read(value, end + 1, made)

    def _read(self, value: Value, number: int, made: dict[Value, int]) -> None:
        self.last_read[value] = max(number, self.last_read.get(value, -1))
        if made.get(value, -1) != number - 1:
            self.read_later.add(value)

    # Linear scan

    def _assign_all(self) -> None:
        for i, name in enumerate(self.plan.block.inputs):
            self.names[Value(INPUT, i)] = "x" if name == "input" else name
        self.live = dict(self.names)
        expiring: defaultdict[int, list[Value]] = defaultdict(list)
        for value in self.live:
            expiring[self.last_read.get(value, -1)].append(value)
        # A value can be forgotten when no statement from here on asks about a place before it.
        horizon = [*self.starts]
        for k in range(len(horizon) - 2, -1, -1):
            horizon[k] = min(horizon[k], horizon[k + 1])
        forgotten = -2
        for number, step in enumerate(self.lines):
            while forgotten < horizon[number] - 1:
                forgotten += 1
                for value in expiring.pop(forgotten, ()):
                    self.live.pop(value, None)
            for value in step.outputs:
                name = self._assign(number, value, step)
                self.names[value] = self.live[value] = name
                expiring[max(self.last_read.get(value, -1), number)].append(value)

    def _assign(self, number: int, value: Value, step: PlannedStep) -> str:
        """The variable of one output: the first suitable name that is free."""
        busy = self._busy(number, value, step)
        own = step.step.id if value.output == 0 and value in self.read_later else None
        if step.count is not None and len(step.outputs) > 1:  # a loop over the same variables
            own = self.names[step.inputs[value.output]]
        elif value.output:
            own = self.parameter.get(value, own if value in self.last_read else "_")
        if step.kernel is not None:
            own = step.kernel.called.get(value)
        if step.bypass is not None:
            start = self.names[step.bypass]
            if start not in busy:
                return start
            first = self.starts[number]
            inside = {made for each in self.lines[first:number] for made in each.outputs}
            busy |= self._busy(first - 1, value, step, inside)
        if own and own not in busy:
            return own
        return next(name for name in (*_POOL, step.name) if name not in busy)

    def _busy(
        self, number: int, value: Value, step: PlannedStep, but: Collection[Value] = ()
    ) -> set[str]:
        """The variables of values other than `value` and `but` that are read after a statement."""
        return {
            name
            for other, name in self.live.items()
            if other != value
            and other not in but
            and (self.last_read.get(other, -1) > number or other in step.outputs)
        }


def _starts(
    steps: Iterable[PlannedStep], first: dict[Condition, int], found: list[int]
) -> list[int]:
    """For each statement, the first one under the same condition: itself where it has none.

    A join under a condition has the statements of its branches there, too.
    """
    for step in steps:
        begin = len(found)
        for branch in step.branches.values():
            if not branch.chain:
                _starts(branch.steps, first, found)
        if step.under is not None:
            begin = first.setdefault(step.under, begin)
        elif step.join is None or step.when is None:
            begin = len(found)
        found.append(begin)
    return found
