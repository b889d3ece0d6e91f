"""ClassPlan -> the lines of a class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from archc.backends.torch.flow import Variables, entry
from archc.backends.torch.layout import BODY, INDENT, METHOD, Doc, Group, call, lines
from archc.backends.torch.plan import ClassPlan, Made, Planned, PlannedBranch, Under
from archc.backends.torch.text import Needs
from archc.backends.torch.trace import size_name
from archc.dims import expression_of, plain, python
from archc.network import INPUT, Value
from archc.spec import Expr

POSITIONAL = ("in_channels", "in_features", "out_channels", "out_features", "kernel_size")
"""Arguments that need no name in a call: everyone who knows PyTorch knows their order."""
_SAFE = ("nn.Conv2d", "nn.Linear", "nn.BatchNorm2d", "nn.BatchNorm1d", "Conv2dSame")
"""What an activation may overwrite: nothing needs these outputs for the gradient."""
_INFIX = {"+": " + ", "*": " * "}


@dataclass
class ClassText:
    """A class, ready for the template."""

    name: str
    base: str
    doc: str
    init: list[str]
    """The constructor, its signature included."""
    methods: list[list[str]] = field(default_factory=list)


class Writer:
    """Writes one class; those that it uses are written before it."""

    def __init__(self, plan: ClassPlan, needs: Needs, free: frozenset[str]) -> None:
        self.plan, self.needs, self.free = plan, needs, free
        self.variables = Variables(plan)
        self.made: dict[Value, Planned] = {}
        self.readers: dict[Value, int] = {}
        self._index(plan.steps)
        for _, steps, value in plan.asides:
            self._index(steps)
            self.readers[value] = self.readers.get(value, 0) + 1

    def _index(self, steps: tuple[Planned, ...]) -> None:
        for step in steps:
            for branch in step.branches.values():
                self._index(branch.steps)
            self.made.update(dict.fromkeys(step.outputs, step))
            for value in step.inputs:
                self.readers[value] = self.readers.get(value, 0) + 1

    # The constructor

    def write(self) -> ClassText:
        """The class of a block."""
        before = self.needs.names
        self.needs.names, self.needs.inline = Counter(), {}
        made = self.body()
        if once := [name for name in self.plan.local if self.needs.names[name] == 1]:
            self.needs.inline = {name: expression_of(self.plan.local[name]) for name in once}
            self.needs.names = Counter()
            made = self.body()
        if self.is_sequence():
            text = ClassText(self.plan.name, "nn.Sequential", self.doc(), self.locals() + made)
        else:
            init = [f"{BODY}super().__init__()", *self.locals(), *made]
            text = ClassText(self.plan.name, "nn.Module", self.doc(), init)
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
        return len(steps) == 1 and steps[0].name == "" and len(steps[0].outputs) == 1

    def sequence(self) -> list[str]:
        """The constructor of such a class."""
        step = self.plan.steps[0]
        return lines(call("super().__init__", [self.repeated(step)]), BODY)

    def doc(self) -> str:
        """What the block says of itself, or what it is made of."""
        if self.plan.block.doc:
            return self.plan.block.doc
        names = [step.name.split(".")[-1].replace("_", " ") for step in self.plan.steps]
        return f"{', '.join(names).capitalize()}."

    def locals(self) -> list[str]:
        """Sizes that follow from the arguments, on a line of their own where they are used twice."""
        found: list[str] = []
        for name, value in reversed(self.plan.local.items()):
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
        optional = []
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

    # Modules

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
        if branch.steps[0].name == name:
            return self.assign(name, branch.steps[0], indent)
        places = {int(step.name.rsplit(".", 1)[1]): step for step in branch.steps}
        parts: list[Doc] = []
        for place in range(max(places) + 1):
            step = places.get(place)
            if step is None:
                parts.append("nn.Identity()")
                continue
            part = self.doc_of(step)
            if step.when is not None:
                condition = self.needs.source(step.when)
                part = Group("", (part, f"if {condition}", "else nn.Identity()"), "", comma=False)
            parts.append(part)
        return lines(call("nn.Sequential", parts), indent, before=f"self.{name} = ")

    def doc_of(self, step: Planned) -> Doc:
        """The module of a step, repeated if it is."""
        assert step.module is not None
        if step.count is None:
            return self.module(step.module, step)
        return call("nn.Sequential", [self.repeated(step)])

    def repeated(self, step: Planned) -> Doc:
        """`*(module for i in range(count))`."""
        assert step.module is not None
        made = self.module(step.module, step)
        index = "i" if self.needs.names.pop("i", 0) else "_"
        loop = f"for {index} in range({self.needs.source(step.count)})"
        return Group("*(", (made, loop), comma=False)

    def module(self, made: Made, step: Planned) -> Doc:
        """The call that makes a module."""
        if isinstance(made.target, ClassPlan):
            return self.instance(made)
        if "." not in made.target:
            self.needs.pieces.add(made.target)
        parts: list[Doc] = [self.needs.source(value) for value in made.args]
        for name, (value, default) in made.options.items():
            text = self.needs.source(value)
            if text != self.needs.source(default):
                parts.append(f"{name}={text}")
        if made.inplace and self.overwrites(step):
            parts.append("inplace=True")
        return call(made.target, parts)

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

    # The forward pass

    def forward(self) -> list[str]:
        """`def forward`, a line a step."""
        inputs = [self.variables[Value(INPUT, i)] for i in range(len(self.plan.block.inputs))]
        ends = [self.variables[value] for value in self.plan.outputs]
        given = ", ".join(f"{name}: Tensor" for name in inputs)
        kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
        found = [f"{METHOD}def forward(self, {given}) -> {kind}:"]
        *_, last = self.plan.steps
        direct = (
            last.when is None
            and last.under is None
            and last.outputs == self.plan.outputs
            and len(ends) == 1
        )
        steps = self.plan.steps[:-1] if direct else self.plan.steps
        found += [line for line, _ in self.statements(steps)]
        if direct:
            found += [line for line, _ in self.statements((last,), "return ")]
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
        if step.join is None:
            given = ", ".join(self.variables[value] for value in step.inputs)
            if step.count is not None and len(step.outputs) > 1:
                one = step.name.rstrip("s") if step.name.endswith("s") else "module"
                loop = [f"{indent}for {one} in self.{step.name}:"]
                loop += [f"{indent}{INDENT}{out} = {one}({out})"]
                start = [] if out == given else [f"{indent}{out} = {given}"]
                return [(line, "") for line in (*start, *loop)]
            return [(f"{indent}{before}self.{step.name}({given})", shape)]
        if step.when is not None:
            condition = f"{indent}if self.{self.flag(Under(step.when, step.name))}:"
            under = lines(self.join(step), indent + INDENT, before=f"{out} = ")
            return [(line, "") for line in (condition, *under)]
        written = lines(self.join(step), indent, before=before)
        return [*((line, "") for line in written[:-1]), (written[-1], shape)]

    def join(self, step: Planned) -> Doc:
        """The expression of a join."""
        assert step.join is not None
        if step.branches:
            parts = [self.way(name, branch) for name, branch in step.branches.items()]
        else:
            parts = [self.variables[value] for value in step.inputs]
        if step.join.target in _INFIX:
            return _INFIX[step.join.target].join(parts)
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


def _safe(module: Made | None) -> bool:
    """Whether a module's last operation keeps nothing of its output for the gradient."""
    if module is None or not isinstance(module.target, ClassPlan):
        return module is not None and module.target in _SAFE
    last = module.target.steps[-1]
    taken = last.when is None and last.count is None and last.outputs == module.target.outputs
    return taken and (last.join is not None or _safe(last.module))
