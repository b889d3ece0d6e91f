"""The words that steps are made of, and the name of each step: its id, its call, its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.ops import OPS

JOINS = tuple(name for name, op in OPS.items() if op.inputs[1] is None)
FORMS = ("sequence", "table", "aside")
MODIFIERS = ("id", "from", "when", "repeat")


NEEDS = {
    "sequence": "its steps",
    "aside": "its steps",
    "table": "the name of a block",
} | dict.fromkeys(JOINS, "branches, or a list of ids")
"""The required keys of steps that are not calls."""


PYTHON = ("self", "torch", "nn", "F", "Tensor", "math", "range", "super", "int", "float", "bool")
"""Names that generated code uses."""
_MODULE = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward forward_features forward_head get_buffer
    get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook
    requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train
    training type xpu zero_grad
"""
MODULE = frozenset(_MODULE.split())
"""The attributes of every PyTorch module, which no step can have as its name."""


class StepNames:
    """Gives each step its place: the call's name, numbered from the second one on."""

    def __init__(self, reserved: set[str]) -> None:
        self.used = set(reserved)
        self.numbers: dict[str, int] = {}
        """The greatest number so far of each name."""

    def take(self, base: str) -> str:
        """A name that no other step of the body has."""
        name, number = base, self.numbers.get(base, 1)
        while name in self.used:
            number += 1
            name = f"{base}_{number}"
        self.numbers[base] = number
        self.used.add(name)
        return name


class ChainNames(StepNames):
    """Gives the steps of a chain their place in it: `branch2.0`, `branch2.1`."""

    def __init__(self, prefix: str, single: bool) -> None:
        super().__init__(set())
        self.prefix, self.single, self.count = prefix, single, -1

    def take(self, base: str) -> str:
        """The next place; a chain of one step has the chain's own name."""
        self.count += 1
        return self.prefix if self.single else f"{self.prefix}.{self.count}"


def links(steps: list[Any]) -> Iterator[Any]:
    """The steps of a chain, those of its sequences and tables included."""
    for step in steps:
        if (
            isinstance(step, dict)
            and "repeat" not in step
            and isinstance(step.get("sequence"), list)
        ):
            yield from links(step["sequence"])
        elif isinstance(step, dict) and "table" in step and isinstance(step.get("rows"), list):
            for row in step["rows"]:
                columns = step.get("columns")
                plain = not isinstance(columns, list) or "id" not in columns
                yield {} if isinstance(row, list) and plain else row
        else:
            yield step


def is_link(step: Any, first: bool = False) -> bool:
    """Whether a step of a branch is a link of a chain: one module, named by its place.

    Only the first one may say what it takes.
    """
    if isinstance(step, list):
        return False
    return isinstance(step, str) or not (
        isinstance(step, dict)
        and ({"id", "aside", *JOINS} | (set() if first else {"from"})) & step.keys()
    )


def ids(data: Any) -> Iterator[str]:
    """Every id and branch name written in a body."""
    if isinstance(data, list):
        for item in data:
            yield from ids(item)
    elif isinstance(data, dict):
        if isinstance(data.get("id"), str):
            yield data["id"]
        columns = data.get("columns")
        if isinstance(columns, list) and "id" in columns and isinstance(data.get("rows"), list):
            place = columns.index("id")
            for row in data["rows"]:
                if isinstance(row, list) and len(row) > place and isinstance(row[place], str):
                    yield row[place]
        for key, value in data.items():
            if key in JOINS and isinstance(value, dict):
                yield from value
                for branch in value.values():
                    yield from ids(branch)
            elif key in ("sequence", "aside", "rows"):
                yield from ids(value)
