"""The forward pass of a class: one statement for each step."""

from __future__ import annotations

from itertools import groupby

from archc.expr.sizes import python
from archc.network import INPUT, Network, Value
from archc.targets.torch.constructor import flag
from archc.targets.torch.names import singular
from archc.targets.torch.plan import (
    ClassPlan,
    Condition,
    KernelCall,
    PlannedBranch,
    PlannedStep,
    statements,
)
from archc.targets.torch.source import BODY, INDENT, METHOD, Doc, Group, Symbols, call, lines
from archc.targets.torch.variables import Variables

_INFIX = {"+": " + ", "*": " * "}
_REDUCE = {"+": "sum", "*": "prod"}


def block_forward(plan: ClassPlan, symbols: Symbols) -> list[str]:
    """`def forward` of a block's class."""
    body = ForwardPass(plan, symbols)
    inputs = [body.variables[Value(INPUT, i)] for i in range(len(plan.block.inputs))]
    ends = [body.variables[value] for value in plan.outputs]
    given = ", ".join(f"{name}: Tensor" for name in inputs)
    kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
    head = f"{METHOD}def forward(self, {given}) -> {kind}:"
    last = plan.flow[-1] if plan.flow else None  # there is none where all steps are skipped
    if (
        last is not None
        and last.when is None
        and last.under is None
        and last.outputs == plan.outputs
        and len(ends) == 1
    ):
        written = body.steps(plan.flow[:-1]) + body.steps(plan.flow[-1:], "return ")
        return [head, *(line for line, _ in written)]
    return [
        head,
        *(line for line, _ in body.steps(plan.flow)),
        f"{BODY}return {', '.join(ends)}",
    ]


def network_forward(plan: ClassPlan, symbols: Symbols, network: Network) -> list[list[str]]:
    """The methods of the network's class: `forward`, split at the head where there is one."""
    body = ForwardPass(plan, symbols)
    if head := _head(plan, network):
        features = plan.flow[head - 1].outputs[0]
        doc = "The feature map before the head."
        return [
            body.method("forward_features", plan.flow[:head], Value(INPUT), features, doc),
            body.method(
                "forward_head",
                plan.flow[head:],
                features,
                plan.outputs[0],
                "From the feature map to the output.",
            ),
            [
                f"{METHOD}def forward(self, x: Tensor) -> Tensor:",
                f"{BODY}return self.forward_head(self.forward_features(x))",
            ],
        ]
    if len(network.outputs) == 1:
        return [body.method("forward", plan.flow, Value(INPUT), plan.outputs[0])]
    return [body.several_outputs()]


def _head(plan: ClassPlan, network: Network) -> int:
    """The number of steps before the head, which begins after the last feature map.

    0 where there is no map, or the head needs more than the last one.
    """
    steps = plan.flow
    maps = [
        k for k, s in enumerate(steps) if s.shape and len(s.shape) == 3 and s.shape[1:] != (1, 1)
    ]
    if not maps or network.outputs[1:] or maps[-1] + 1 == len(steps):
        return 0
    head = tuple(statements(steps[maps[-1] + 1 :]))
    needed = {value for step in head for value in (*step.reads(), step.bypass) if value}
    made = {value for step in head for value in step.outputs}
    return maps[-1] + 1 if needed - made == {steps[maps[-1]].outputs[0]} else 0


class ForwardPass:
    """Writes the statements of one class's forward pass."""

    def __init__(self, plan: ClassPlan, symbols: Symbols) -> None:
        self.plan, self.symbols = plan, symbols
        self.variables = Variables(plan)

    # Methods

    def method(
        self, name: str, steps: tuple[PlannedStep, ...], start: Value, end: Value, doc: str = ""
    ) -> list[str]:
        """A method over some of the network's steps, shapes in trailing comments."""
        body = _commented(self.steps(steps))
        head = [f"{METHOD}def {name}(self, {self.variables[start]}: Tensor) -> Tensor:"]
        if doc:
            head.append(f'{BODY}"""{doc}"""')
        return [*head, *body, f"{BODY}return {self.variables[end]}"]

    def several_outputs(self) -> list[str]:
        """`forward` with further outputs, in training only where they are for training."""
        asides = self.plan.asides
        record = f"{self.plan.name}Outputs"
        main = self.variables[self.plan.outputs[0]]
        ends = [
            self.branch(aside.line.name, aside.branch)
            if aside.inline
            else self.variables[aside.branch.output]
            for aside in asides
        ]
        body = self.steps(self.plan.flow)
        kind, after = record, []
        indent = BODY
        if any(aside.training_only for aside in asides):
            body.append((f"{BODY}if self.training:", ""))
            indent += INDENT
            for aside in self.plan.late:
                if not aside.inline:
                    body += self.steps(aside.lines, indent=indent)
            if all(aside.training_only for aside in asides):
                kind, after = f"Tensor | {record}", [f"{BODY}return {main}"]
            else:
                pairs = zip(asides, ends, strict=True)
                kept = ["None" if aside.training_only else end for aside, end in pairs]
                after = lines(Group(f"{record}(", (main, *kept)), BODY, before="return ")
        result = lines(Group(f"{record}(", (main, *ends)), indent, before="return ")
        head = f"{METHOD}def forward(self, x: Tensor) -> {kind}:"
        return [head, *_commented(body), *result, *after]

    # Statements

    def steps(
        self, steps: tuple[PlannedStep, ...], before: str | None = None, indent: str = BODY
    ) -> list[tuple[str, str]]:
        """The statements of some steps, each with its output shape, or "".

        `before` replaces the assignment `x = ` of the last statement.
        """
        found: list[tuple[str, str]] = []
        for condition, together in groupby(steps, key=lambda step: step.under):
            inner = indent
            steps_here = tuple(together)
            if condition is not None:
                found += self.bypass(steps_here[-1], indent)
                found.append((f"{indent}if self.{flag(condition)}:", ""))
                inner += INDENT
            for step in steps_here:
                found += self.one(step, before, inner)
        return found

    def one(self, step: PlannedStep, before: str | None, indent: str) -> list[tuple[str, str]]:
        """The statements of one step, those of its branches first."""
        found: list[tuple[str, str]] = []
        if step.join is not None and step.when is not None:
            found += self.bypass(step, indent)
            found.append((f"{indent}if self.{flag(Condition(step.when, step.name))}:", ""))
            indent += INDENT
        for branch in step.branches.values():
            if not branch.chain:
                found += self.steps(branch.steps, indent=indent)
        return found + self.step(step, indent, before)

    def bypass(self, step: PlannedStep, indent: str) -> list[tuple[str, str]]:
        """The output of a step where its condition does not hold, if it has its own variable."""
        if step.bypass is None:
            return []
        out, start = self.variables[step.outputs[0]], self.variables[step.bypass]
        return [(f"{indent}{out} = {start}", "")] if out != start else []

    def step(
        self, step: PlannedStep, indent: str, before: str | None = None
    ) -> list[tuple[str, str]]:
        """The statement of one step; there is none for an aside whose steps have their own."""
        if not step.outputs:
            return []
        out = ", ".join(self.variables[value] for value in step.outputs)
        before = before or f"{out} = "
        shape = " x ".join(python(size) for size in step.shape) if step.shape else ""
        if step.kernel is not None:
            written = lines(self.kernel(step, step.kernel), indent, before=before)
            return [(line, "") for line in written]  # too long for a shape beside it
        if step.join is None and step.module is None:  # an aside
            ((name, aside),) = step.branches.items()
            return [(f"{indent}{before}{self.branch(name, aside)}", shape)]
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
        written = lines(self.join(step), indent, before=before)
        if step.when is not None:
            return [(line, "") for line in written]
        return [*((line, "") for line in written[:-1]), (written[-1], shape)]

    # Expressions

    def kernel(self, step: PlannedStep, kernel: KernelCall) -> Doc:
        """The call of a function of the kernels file."""
        self.symbols.kernels.add(kernel.function)
        modules: list[Doc] = []
        for one in kernel.modules:
            if isinstance(one, str):
                modules.append(f"self.{one}")
            else:
                names = (f"self.{name}" if name else "None" for name in one)
                modules.append(Group("(", tuple(names), ")"))
        options = []
        condition = kernel.residual_condition
        for name, given in kernel.options.items():
            text = f"self.{given}" if isinstance(given, str) else self.variables[given]
            if condition is not None and name in ("drop", "residual"):
                text += f" if self.{flag(condition)} else None"
            options.append(f"{name}={text}")
        return call(kernel.function, [self.variables[step.inputs[0]], *modules, *options])

    def join(self, step: PlannedStep) -> Doc:
        """The expression of a join."""
        assert step.join is not None
        target = step.join.target
        if step.branches:
            parts = [
                self.branch(name, branch)
                if branch.count is None
                else self.copies(name, branch, target)
                for name, branch in step.branches.items()
            ]
        else:
            parts = [self.variables[value] for value in step.inputs]
        if target in _INFIX:
            return _INFIX[target].join(parts)
        if len(parts) == 1 and not parts[0].startswith("*("):
            return parts[0]
        if len(parts) == 1:
            parts = [parts[0].removeprefix("*(").removesuffix(")")]
        self.symbols.torch = True
        options = [
            f"{name}={self.symbols.source(value)}"
            for name, (value, default) in step.join.options.items()
            if value != default
        ]
        return call(target, [Group("[", tuple(parts), "]"), *options])

    def branch(self, name: str, branch: PlannedBranch) -> str:
        """The output of a branch."""
        if not branch.chain:
            return self.variables[branch.output]
        start = self.variables[branch.entry]
        return f"self.{name}({start})" if branch.steps else start

    def copies(self, name: str, branch: PlannedBranch, target: str) -> str:
        """The outputs of a branch that is repeated side by side, joined by `target`."""
        start, one = self.variables[branch.entry], singular(name)
        one = "module" if one == start else one
        each = f"{one}({start}) for {one} in self.{name}"
        if target not in _REDUCE:
            return f"*({each})"
        self.symbols.torch = True
        return f"torch.stack([{each}]).{_REDUCE[target]}(dim=0)"


def _commented(statements: list[tuple[str, str]]) -> list[str]:
    """Statements with their shapes in trailing comments, all in one column."""
    column = max((len(line) for line, shape in statements if shape), default=0)
    return [
        f"{line}  # {' ' * (column - len(line))} {shape}".rstrip() if shape else line
        for line, shape in statements
    ]
