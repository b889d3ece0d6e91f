"""The class of the network itself: its params, its head, its outputs, shapes beside the lines."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from archc.network import Network, Output
from archc.targets.torch.flow import in_order, reads
from archc.targets.torch.layout import BODY, INDENT, METHOD, WIDTH, Group, lines
from archc.targets.torch.plan import ClassPlan, Planned
from archc.targets.torch.text import Needs
from archc.targets.torch.writer import ClassText, Writer


class NetworkWriter(Writer):
    """Writes the network's class."""

    def __init__(
        self,
        plan: ClassPlan,
        needs: Needs,
        free: frozenset[str],
        network: Network,
        last: Iterable[str],
    ) -> None:
        super().__init__(plan, needs, free)
        self.network = network
        self.last = tuple(last)
        """What the constructor does at its end."""
        self.head = self.split()

    def write(self) -> ClassText:
        """The network's class."""
        self.needs.names, self.needs.inline = Counter(), {}
        made = self.grouped()
        for number, (aside, steps, _) in enumerate(self.plan.asides):
            made += [""] if number == 0 else []
            made += self.aside_modules(aside.id or "aside", steps)
        if self.last:
            made += ["", *(f"{BODY}{line}" for line in self.last)]
        text = ClassText(self.plan.name, "nn.Module", self.doc(), [])
        text.methods = self.methods()
        text.init = [*self.signature(), f"{BODY}super().__init__()", *made]
        return text

    def doc(self) -> str:
        """What the spec says of the network."""
        return self.network.spec.header.doc.strip() or f"{self.network.spec.title}."

    def signature(self) -> list[str]:
        """`def __init__(...)`: the params that only end up as an argument."""
        names = [name for name in self.network.params if self.needs.names[name]]
        self.plan.signature = tuple(names)
        given = (
            f"{name}: {type(value).__name__} = {self.needs.source(value)}"
            for name, value in self.network.params.items()
            if name in names
        )
        return lines(Group("def __init__(", ("self", *given)), METHOD, after=" -> None:")

    def grouped(self) -> list[str]:
        """The modules of the main flow; a table's rows stand apart, under the columns' names."""
        found: list[str] = []
        table = None
        for step in self.plan.steps:
            if step.table is not table and found:
                found.append("")
            written = self.modules((step,))
            if step.table is not table and step.table is not None:
                found += self.columns(step, written)
            table = step.table
            found += written
        return found

    def columns(self, step: Planned, written: list[str]) -> list[str]:
        """A comment that names the columns of a table's calls, above the first of them."""
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

    def aside_modules(self, name: str, steps: tuple[Planned, ...]) -> list[str]:
        """The modules of an aside: one, or a chain."""
        if len(steps) == 1:
            return self.assign(name, steps[0])
        return lines(
            Group("nn.Sequential(", tuple(self.doc_of(step) for step in steps)),
            BODY,
            before=f"self.{name} = ",
        )

    # The forward pass

    def split(self) -> int:
        """The number of steps before the head: from where no map is left, if there is a map.

        0 where there is none, or where it would need more than the last map.
        """
        steps = self.plan.flow
        maps = [
            k
            for k, s in enumerate(steps)
            if s.shape and len(s.shape) == 3 and s.shape[1:] != (1, 1)
        ]
        if not maps or self.network.outputs[1:] or maps[-1] + 1 == len(steps):
            return 0
        head = tuple(in_order(steps[maps[-1] + 1 :]))
        needed = {value for step in head for value in (*reads(step), step.bypass) if value}
        made = {value for step in head for value in step.outputs}
        return maps[-1] + 1 if needed - made == {steps[maps[-1]].outputs[0]} else 0

    def methods(self) -> list[list[str]]:
        """`forward`, in two where there is a head."""
        if self.head:
            features, head = self.plan.flow[: self.head], self.plan.flow[self.head :]
            return [
                self.method("forward_features", features, "The feature map before the head."),
                self.method("forward_head", head, "From the feature map to the output."),
                [
                    f"{METHOD}def forward(self, x: Tensor) -> Tensor:",
                    f"{BODY}return self.forward_head(self.forward_features(x))",
                ],
            ]
        outputs = self.network.outputs
        if len(outputs) == 1:
            return [self.method("forward", self.plan.flow)]
        return [self.several(outputs)]

    def method(self, name: str, steps: tuple[Planned, ...], doc: str = "") -> list[str]:
        """A method over some of the steps."""
        body = beside(self.statements(steps))
        first = self.variables[reads(steps[0])[0]]
        last = self.variables[steps[-1].outputs[0]]
        head = [f"{METHOD}def {name}(self, {first}: Tensor) -> Tensor:"]
        if doc:
            head.append(f'{BODY}"""{doc}"""')
        return [*head, *body, f"{BODY}return {last}"]

    def several(self, outputs: tuple[Output, ...]) -> list[str]:
        """A forward with further outputs, in training only where they are for training."""
        always = not any(output.training_only for output in outputs)
        record = f"{self.plan.name}Outputs"
        kind = record if always else f"Tensor | {record}"
        body = beside(self.statements(self.plan.flow))
        main = self.variables[self.plan.outputs[0]]
        ends = [main]
        for aside, steps, _ in self.plan.asides:
            start = ", ".join(self.variables[value] for value in steps[0].inputs)
            ends.append(f"self.{aside.id}({start})")
        indent = BODY if always else BODY + INDENT
        result = lines(Group(f"{record}(", tuple(ends)), indent, before="return ")
        if not always:
            result = [f"{BODY}if self.training:", *result, f"{BODY}return {main}"]
        return [f"{METHOD}def forward(self, x: Tensor) -> {kind}:", *body, *result]


def beside(statements: list[tuple[str, str]]) -> list[str]:
    """Lines with their shapes beside them, all in one column."""
    column = max((len(line) for line, shape in statements if shape), default=0)
    return [
        f"{line}  # {' ' * (column - len(line))} {shape}".rstrip() if shape else line
        for line, shape in statements
    ]
