"""All uses of a block merged into the one class that serves them, or `Conflict`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from archc.expr.sizes import Size, expression_of, growth, plain, python, remember, traced
from archc.network import (
    Body,
    Branch,
    Group,
    Instance,
    Item,
    Operation,
    Port,
    Repeat,
    Skipped,
    Value,
    flow,
)
from archc.network.symbolic import Scope, Use
from archc.ops import Op, Shape
from archc.spec import AsideStep, CallStep, Expr, Step, TableStep
from archc.targets.torch.generalise import (
    Conflict,
    Sample,
    generalise,
    generalise_by,
    names_in,
    over_iterations,
)
from archc.targets.torch.lowering import Call, lower
from archc.targets.torch.plan import (
    ClassPlan,
    Condition,
    ModuleCall,
    PlannedAside,
    PlannedBranch,
    PlannedStep,
    UnnamedClass,
)

Place: TypeAlias = tuple[Body, Mapping[str, Any], Scope]
"""Where a block stands: its body, the arguments as the step gave them, and the names there."""
Lookup = Callable[[Body], ClassPlan]
"""Finds the class of a body that is used inside another one."""


class Merger:
    """Merges the uses of one block; raises `Conflict` where they are no one class."""

    def __init__(self, uses: Sequence[Use], lookup: Lookup) -> None:
        self.uses, self.lookup = tuple(uses), lookup
        self.order: dict[Value, int] = {}
        self.asides: list[PlannedAside] = []
        self.fixed: set[str] = set()
        """Names that decide the structure: params among them cannot be constructor arguments."""
        self.conditions: list[Any] = []
        """Conditions of steps: a size after such a step may depend on its condition."""

    def merge(self) -> ClassPlan:
        """The class that serves all uses."""
        block = self.uses[0].body.block
        steps = self.items([use.named.items for use in self.uses])
        outputs = tuple(
            self.source([use.named.outputs[k] for use in self.uses])
            for k in range(len(self.uses[0].named.outputs))
        )
        local = {
            name: generalise([Sample(use.local[name], use.scope) for use in self.uses])
            for name in self.uses[0].local
        }
        for value in local.values():
            self.fixed |= names_in(value)
        fixed = frozenset(self.fixed)
        return ClassPlan(block, self.uses, steps, tuple(self.asides), outputs, local, fixed=fixed)

    def items(
        self, by_use: Sequence[tuple[Item, ...]], table: TableStep | None = None
    ) -> tuple[PlannedStep, ...]:
        """Merge lists of the same steps, some of them skipped in some uses."""
        if len({len(items) for items in by_use}) > 1:
            raise Conflict
        planned: list[PlannedStep] = []
        for items in zip(*by_use, strict=True):
            planned += self.item(items, table)
        return tuple(planned)

    def item(self, items: Sequence[Item], table: TableStep | None) -> tuple[PlannedStep, ...]:
        """Merge one step."""
        taken = [k for k, item in enumerate(items) if not isinstance(item, Skipped)]
        if not taken:
            return ()
        when = self.condition(items) if len(taken) < len(items) else None
        first = items[taken[0]]
        some = [items[k] for k in taken]
        uses = [self.uses[k] for k in taken]
        if any(type(item) is not type(first) for item in some):
            raise Conflict
        if isinstance(first, Group):
            groups = [item for item in some if isinstance(item, Group)]
            return self.group(items, groups, uses, when)
        # A module is there in every use, as an identity where it is skipped: so it takes what
        # arrives in every use. That is one value; a join is under an `if` instead.
        joins = isinstance(first, Operation) and first.op.inputs[1] is None
        if when is not None and not joins and max(len(first.inputs), len(first.outputs)) > 1:
            raise Conflict
        inputs = tuple(
            self.source([item.inputs[k] for item in (some if joins else items)])
            for k in range(len(first.inputs))
        )
        outputs = tuple(Value(first.name, k) for k in range(len(first.outputs)))
        skipped = [item.inputs[0] for item in items if isinstance(item, Skipped) and item.inputs]
        bypass = self.source(skipped) if skipped else None
        common: dict[str, Any] = {
            "step": first.step,
            "name": first.name,
            "inputs": inputs,
            "outputs": outputs,
            "when": when,
            "table": table,
            "bypass": bypass,
            "shape": first.outputs[0].shape,
        }
        match first:
            case Operation() if joins:
                branches = self.branches([i for i in some if isinstance(i, Operation)], uses)
                call = lower(first.op, *first.input_shapes)
                common["inputs"] = tuple(
                    self.source([item.inputs[k] for item in some]) for k in range(len(first.inputs))
                )
                found = PlannedStep(**common, join=call, branches=branches)
            case Operation():
                scopes = [use.scope for use in uses]
                pairs = zip(some, scopes, strict=True)
                call = self.op([(i, scope) for i, scope in pairs if isinstance(i, Operation)], [])
                found = PlannedStep(**common, module=self.module(call, first, table is not None))
            case Instance():
                places = [
                    (item.body, item.args, use.scope)
                    for item, use in zip(some, uses, strict=True)
                    if isinstance(item, Instance)
                ]
                found = PlannedStep(**common, module=self.instance(places, [], table is not None))
            case Repeat() if not any(item.iterations for item in some if isinstance(item, Repeat)):
                return ()  # zero iterations
            case Repeat():
                found = self.repeat([i for i in some if isinstance(i, Repeat)], uses, common)
            case _:
                raise Conflict
        for value in found.outputs:
            self.order[value] = len(self.order)
        return (found,)

    def condition(self, items: Sequence[Item]) -> Any:
        """The condition of a step that only some uses take."""
        if any(item.when is None or not traced(item.when) for item in items):
            raise Conflict
        when = generalise(
            [Sample(item.when, use.scope) for item, use in zip(items, self.uses, strict=True)]
        )
        self.fixed |= names_in(when)
        self.conditions.append(when)
        return when

    def group(
        self, items: Sequence[Item], groups: Sequence[Group], uses: list[Use], when: Any
    ) -> tuple[PlannedStep, ...]:
        """The steps of a sequence, a table, or an aside, in their place."""
        step = groups[0].step
        table = step if isinstance(step, TableStep) else None
        outer, self.uses = self.uses, tuple(uses)
        steps = self.items([group.items for group in groups], table)
        self.uses = outer
        if isinstance(step, AsideStep):
            if when is not None:
                raise Conflict
            return self.aside(step, steps, groups)
        if when is None or not steps:
            return steps
        if any(inner.under or inner.when is not None for inner in steps):
            raise Conflict
        under = Condition(when, steps[0].name)
        steps = tuple(replace(inner, under=under) for inner in steps)
        skipped = self.source([i.inputs[0] for i in items if isinstance(i, Skipped)])
        return (*steps[:-1], replace(steps[-1], bypass=skipped))

    def aside(
        self, step: AsideStep, steps: tuple[PlannedStep, ...], groups: Sequence[Group]
    ) -> tuple[PlannedStep, ...]:
        """An aside; a step in its place unless it can be left to the end."""
        end = self.source([group.outputs[0] for group in groups])
        branch = PlannedBranch(steps, end, step.chain)
        line = PlannedStep(
            step=step,
            name=step.name,
            inputs=(branch.entry,),
            outputs=(end,) if step.chain and steps else (),
            branches={step.name: branch},
            shape=groups[0].outputs[0].shape,
        )
        inline = (step.chain or not steps) and not _read_outside(groups[0], self.uses[0].named)
        self.asides.append(PlannedAside(line, branch, step.training_only, inline))
        return () if self.asides[-1].late else (line,)

    def branches(self, leaves: Sequence[Operation], uses: list[Use]) -> dict[str, PlannedBranch]:
        """The branches of a join."""
        outer, self.uses = self.uses, tuple(uses)
        if any(operation.branches.keys() != leaves[0].branches.keys() for operation in leaves):
            raise Conflict
        found = {}
        for name, branch in leaves[0].branches.items():
            if branch.twin is None:
                found[name] = self.branch([operation.branches[name] for operation in leaves])
            elif branch.twin not in found:
                found[branch.twin] = self.side_by_side(branch.twin, leaves, uses)
        self.uses = outer
        return found

    def branch(self, ways: Sequence[Branch], count: Any = None) -> PlannedBranch:
        """One branch of a join."""
        steps = self.items([way.items for way in ways])
        output = self.source([way.output for way in ways])
        return PlannedBranch(steps, output, ways[0].chain, count)

    def side_by_side(
        self, name: str, leaves: Sequence[Operation], uses: list[Use]
    ) -> PlannedBranch:
        """A branch that is repeated side by side: its arguments are functions of its number `i`."""
        twins = [[b for b in operation.branches.values() if b.twin == name] for operation in leaves]
        pairs = list(zip(twins, uses, strict=True))
        count = generalise([Sample(ways[0].count, use.scope) for ways, use in pairs])
        self.fixed |= names_in(count)
        outer = self.uses
        self.uses = tuple(
            replace(use, scope=use.scope.numbered(i))
            for ways, use in pairs
            for i in range(len(ways))
        )
        found = self.branch([way for ways in twins for way in ways], count)
        self.uses = outer
        return found

    def op(self, iterations: Sequence[tuple[Operation, Scope]], named: Sequence[Operation]) -> Call:
        """The call of an op's module, with arguments that are right in all uses.

        Args:
            iterations: the op wherever it stands, with the names that are known there.
            named: the op in the first iterations of one use, for how its arguments develop.
        """
        leaves = [operation for operation, _ in iterations]
        call = one_call(leaves, [scope for _, scope in iterations], named, self.conditions)
        self.fixed |= deciding(call, leaves[0].op)
        return call

    def module(self, call: Call, operation: Operation, row: bool) -> ModuleCall:
        """The module that PyTorch's call makes."""
        return ModuleCall(
            target=call.target,
            args=call.args,
            options=call.options,
            inplace=operation.op.inplace,
            overwritable=operation.op.overwritable,
            row=row,
        )

    def instance(
        self,
        places: Sequence[Place],
        named: Sequence[Body],
        row: bool,
    ) -> ModuleCall:
        """The instance of a class: which class, and the arguments that are right in all uses.

        Args:
            places: each place where it stands: the body, the arguments as the step gave them, and
                the names that are known there.
            named: the bodies of the first iterations of one use.
            row: whether it stands in a table's row.
        """
        plans = {self.lookup(body) for body, _, _ in places}
        if len(plans) > 1:
            raise Conflict
        plan = plans.pop()
        given: dict[str, Any] = {}
        for k, name in enumerate(plan.uses[0].sizes):
            samples = [Sample(_channels(body, k), scope) for body, _, scope in places]
            more = over_iterations([_channels(b, k) for b in named[:3]])
            given[name] = generalise_by(self.conditions, samples, more)
            self.fixed |= names_in(given[name])
        for name, arg in plan.block.args.items():
            literal = isinstance(arg.default, Expr) and arg.default.literal is not None
            if name not in places[0][1] and (literal or name in plan.local):
                continue  # a default of the constructor, or what it works out itself
            values = [(body.args[name], scope) for body, _, scope in places]
            given[name] = generalise([Sample(value, scope) for value, scope in values])
            if name in plan.fixed or not passed_on(given[name]):
                self.fixed |= names_in(given[name])
        return ModuleCall(target=plan, given=given, row=row)

    def repeat(
        self, repeats: Sequence[Repeat], uses: list[Use], common: dict[str, Any]
    ) -> PlannedStep:
        """A module repeated in a row: its arguments are functions of the iteration's number `i`.

        Where they are not, each module is written out.
        """
        if not isinstance(common["step"], CallStep):
            raise UnnamedClass(common["step"])
        count = generalise([Sample(r.count, u.scope) for r, u in zip(repeats, uses, strict=True)])
        places = self.iterations(repeats, uses)
        longest = max(repeats, key=lambda repeated: sum(g.count for g in repeated.iterations))
        named = [group.body for group in longest.iterations for _ in range(min(group.count, 3))]
        if not all(steady(repeated, count) for repeated in repeats):
            return self.listed(uses, common)
        fixed, self.fixed = self.fixed, set()
        try:
            module = self.iteration(common["step"], places, named)
        except Conflict:
            self.fixed = fixed
            return self.listed(uses, common)
        self.fixed |= fixed | names_in(count)
        return PlannedStep(**common, module=module, count=count)

    def listed(self, uses: Sequence[Use], common: dict[str, Any]) -> PlannedStep:
        """Modules in a row, each written out; those that are the same once."""
        repeats = [_repeat(use.unrolled(), common["name"]) for use in uses]
        counts = [tuple(group.count for group in repeated.iterations) for repeated in repeats]
        if len(set(counts)) > 1:
            raise Conflict
        found = []
        for number, count in enumerate(counts[0]):
            groups = [repeated.iterations[number] for repeated in repeats]
            places = [(g.body, g.given, use.scope) for g, use in zip(groups, uses, strict=True)]
            found.append((self.iteration(common["step"], places, []), count))
        for repeated in repeats:
            self.fixed |= names_in(repeated.count)
        return PlannedStep(**common, module=found[0][0], count=sum(counts[0]), listed=tuple(found))

    def iterations(self, repeats: Sequence[Repeat], uses: Sequence[Use]) -> list[Place]:
        """The iterations of all uses that differ, each as the first and the last of its kind."""
        places: list[Place] = []
        for repeated, use in zip(repeats, uses, strict=True):
            number = 0
            for group in repeated.iterations:
                places.append((group.body, group.given, use.scope.numbered(number)))
                number += group.count
            number = 0
            for group in _repeat(use.body, repeated.name).iterations:
                last = number + group.count - 1
                places += [(group.body, group.given, use.scope.numbered(k)) for k in {number, last}]
                number += group.count
        return places

    def iteration(self, step: Step, places: Sequence[Place], named: Sequence[Body]) -> ModuleCall:
        """The module that is right in all of these iterations."""
        body = places[0][0]
        first = body.items[0] if body.items else None
        if isinstance(first, Operation) and body.block.body[0] is step:
            leaves = [(body.items[0], scope) for body, _, scope in places]
            operations = [(each, at) for each, at in leaves if isinstance(each, Operation)]
            ahead = [each for b in named for each in b.items if isinstance(each, Operation)]
            return self.module(self.op(operations, ahead), first, row=False)
        return self.instance(places, named, row=False)

    def source(self, ports: Sequence[Port]) -> Value:
        """The value that arrives: the latest of those in the uses, which skipped steps pass on."""
        return max((port.value for port in ports), key=lambda value: self.order.get(value, -1))


def _repeat(body: Body, name: str) -> Repeat:
    """The repeat of that name in a body."""
    found = next(item for item in body.flow() if item.name == name)
    assert isinstance(found, Repeat)
    return found


def steady(repeated: Repeat, count: Any) -> bool:
    """Whether the channels that enter an iteration are clear for any number of iterations.

    They are where the number is no name, or from the second iteration on they stay as they are, or
    grow by the same each time.
    """
    if not traced(count) or len(repeated.iterations) < 2:
        return True
    bodies = [group.body for group in repeated.iterations[1:]]
    for index in range(len(repeated.outputs)):
        shape = repeated.outputs[index].shape
        sizes = [_channels(body, index) for body in bodies]
        if shape is not None and plain(repeated.count) <= 3:  # else it is worked out from these
            sizes.append(shape[0])
        if len({python(size) for size in sizes}) > 1 and growth(sizes) is None:
            return False
    return True


def _read_outside(aside: Group, body: Body) -> bool:
    """Whether anything but an aside itself reads a value that it makes."""
    inside = list(flow(aside.items))
    others = [item for item in body.flow() if item not in inside]
    read = {port.value for item in others for port in item.inputs}
    read |= {port.value for port in body.outputs}
    read |= {
        end.value for other in _asides(body.items) if other is not aside for end in other.outputs
    }
    return any(port.value in read for item in inside for port in item.outputs)


def _asides(items: Sequence[Item]) -> Iterator[Group]:
    """The asides among some items, those in branches and sequences too."""
    for item in items:
        if isinstance(item, Group):
            if isinstance(item.step, AsideStep):
                yield item
            yield from _asides(item.items)
        elif isinstance(item, Operation):
            for branch in item.branches.values():
                yield from _asides(branch.items)


def _channels(body: Body, index: int) -> Any:
    shape = body.inputs[index]
    assert shape is not None
    return shape[0]


def one_call(
    leaves: Sequence[Operation],
    scopes: Sequence[Scope],
    named: Sequence[Operation],
    conditions: Sequence[Any],
) -> Call:
    """The call that is right for all of these operations; raises `Conflict` if there is none.

    Args:
        leaves: the operation in each use.
        scopes: the values of the names in each.
        named: the op in the first iterations of one use, for how its arguments develop.
        conditions: what decides, in the block, whether steps before it are taken.
    """
    try:
        return _call(leaves, scopes, named, (), exact_size)
    except Conflict:
        # Padding that fits each size by itself: the call that works it out from the input.
        return _call(leaves, scopes, named, conditions, any_size)


def _call(
    leaves: Sequence[Operation],
    scopes: Sequence[Scope],
    named: Sequence[Operation],
    conditions: Sequence[Any],
    arriving: Callable[[Operation], tuple[Shape, ...]],
) -> Call:
    """The call for input shapes as `arriving` gives them."""
    calls = [lower(operation.op, *arriving(operation)) for operation in leaves]
    ahead = [lower(operation.op, *arriving(operation)) for operation in named[:3]]
    if len({(call.target, len(call.args), tuple(call.options)) for call in calls}) > 1:
        raise Conflict

    def one(pick: Callable[[Call], Any]) -> Any:
        samples = [Sample(pick(c), scope) for c, scope in zip(calls, scopes, strict=True)]
        more = over_iterations([pick(call) for call in ahead])
        return generalise_by(conditions, samples, more)

    args = tuple(one(argument(k)) for k in range(len(calls[0].args)))
    options = {
        name: (one(option(name)), default) for name, (_, default) in calls[0].options.items()
    }
    return Call(calls[0].target, args, options)


def exact_size(operation: Operation) -> tuple[Shape, ...]:
    """The input shapes."""
    return operation.input_shapes


def any_size(operation: Operation) -> tuple[Shape, ...]:
    """The input shapes, with heights and widths that may differ in another use."""
    return tuple(
        (shape[0], *(remember(n, "size") for n in shape[1:])) for shape in operation.input_shapes
    )


def argument(place: int) -> Callable[[Call], Any]:
    """Picks a positional argument of a call."""
    return lambda call: call.args[place]


def option(name: str) -> Callable[[Call], Any]:
    """Picks an option of a call."""
    return lambda call: call.options[name][0]


def deciding(call: Call, op: Op) -> set[str]:
    """The names in a call that decide a structure: all but those whose number is only passed on."""
    free = _free(op)
    found: set[str] = set()
    for value in (*call.args, *(value for value, _ in call.options.values())):
        names = names_in(value)
        found |= names - free if passed_on(value) else names
    return found


def _free(op: Op) -> set[str]:
    """The names in an op's fields that do not decide a structure: a width, a drop rate."""
    fields = dict(op)
    values = (
        list(fields.values())
        if op.random
        else [fields[name] for name in ("out_channels", "out_features") if name in fields]
    )
    return set().union(*(names_in(value) for value in values if passed_on(value)))


def passed_on(value: Any) -> bool:
    """Whether a value is passed on as it is: a bare name, or a rate (no size depends on one)."""
    rate = isinstance(value, Size) and isinstance(value.value, float)
    return rate or isinstance(expression_of(value), ast.Name)
