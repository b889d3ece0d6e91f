"""ClassPlan -> the lines of a class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from archc.expr.sizes import expression_of, plain
from archc.network.symbolic import size_name
from archc.spec import Expr
from archc.targets.torch.forward import Forward
from archc.targets.torch.layout import BODY, METHOD, Doc, Group, call, lines


@dataclass
class ClassText:
    """A class, ready for the template."""

    name: str
    base: str
    doc: str
    init: list[str]
    """The constructor, its signature included."""
    methods: list[list[str]] = field(default_factory=list)


class Writer(Forward):
    """Writes one class: signature, sizes, modules, forward pass."""

    def write(self) -> ClassText:
        """The class of a block."""
        before = self.needs.names
        self.needs.names, self.needs.inline = Counter(), {}
        made = self.body()
        if once := [name for name in self.plan.local if self.needs.names[name] == 1]:
            self.needs.inline = {name: expression_of(self.plan.local[name]) for name in once}
            self.needs.names = Counter()
            made = self.body()
        single = len(self.plan.outputs) == 1
        if self.is_sequence():
            base = "nn.Sequential" if single else "nn.ModuleList"
            text = ClassText(self.plan.name, base, self.doc(), self.locals() + made)
        else:
            init = [f"{BODY}super().__init__()", *self.locals(), *made]
            text = ClassText(self.plan.name, "nn.Module", self.doc(), init)
        if not (self.is_sequence() and single):
            text.methods.append(self.forward())
        text.init = [*self.signature(), *text.init]
        self.needs.names = before
        return text

    def body(self) -> list[str]:
        """The lines that make the modules."""
        return self.sequence() if self.is_sequence() else self.modules(self.plan.steps)

    def is_sequence(self) -> bool:
        """Whether the class is just one module repeated."""
        steps = self.plan.steps
        return len(steps) == 1 and steps[0].name == ""

    def sequence(self) -> list[str]:
        """The constructor of such a class."""
        step = self.plan.steps[0]
        made = self.repeated(step)
        if len(step.outputs) > 1:
            return lines(Group("super().__init__(", made.parts, comma=False), BODY)
        return lines(call("super().__init__", [made]), BODY)

    def doc(self) -> str:
        """What the block says of itself, or what it is made of."""
        if self.plan.block.doc:
            return self.plan.block.doc
        names = [step.name.split(".")[-1].replace("_", " ") for step in self.plan.steps]
        return f"{', '.join(names or ['nothing at all']).capitalize()}."

    def locals(self) -> list[str]:
        """Sizes that follow from the arguments and are used more than once."""
        found: list[str] = []
        for name, value in reversed(list(self.plan.local.items())):
            if self.needs.names[name]:
                found = [f"{BODY}{name} = {self.needs.source(value)}", *found]
        return found

    def signature(self) -> list[str]:
        """`def __init__(...)`, with the arguments that the class uses."""
        block, used = self.plan.block, set(self.needs.names)
        sizes = [
            size_name(block, i, shape)
            for i, shape in enumerate(self.plan.uses[0].body.inputs)
            if shape
        ]
        required = [n for n in sizes if n in used]
        optional: list[str] = []
        for name in block.args:
            if name in used and name not in self.plan.local:
                (required if self.default(name) is None else optional).append(name)
        passed = sorted(used & self.free - set(block.args))
        self.plan.signature = (*required, *passed, *optional)
        parts: list[Doc] = ["self"]
        for name in self.plan.signature:
            default = self.default(name)
            text = f"{name}: {self.hint(name)}"
            parts.append(text if default is None else f"{text} = {self.needs.source(default)}")
        return lines(Group("def __init__(", tuple(parts)), METHOD, after=" -> None:")

    def default(self, name: str) -> Any:
        """The default of an argument that is a plain value; None for any other."""
        arg = self.plan.block.args.get(name)
        if arg is None or not isinstance(arg.default, Expr):
            return None
        return arg.default.literal

    def hint(self, name: str) -> str:
        """The type of an argument, from the values that it has."""
        values = [use.scope[name] for use in self.plan.uses]
        found = []
        for value in values:
            if isinstance(value, list | tuple):
                kind = f"tuple[{', '.join(type(part).__name__ for part in value)}]"
            else:
                kind = type(plain(value)).__name__
            if kind not in found:
                found.append(kind)
        if "float" in found and "int" in found:
            found.remove("int")
        return " | ".join(found)
