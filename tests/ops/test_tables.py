"""Every table about ops answers for every op: with an entry, or with why there is none."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, ClassVar

import pytest

import archc
from archc.ops import OPS, Op
from archc.ops.base import Family, Shape
from archc.ops.table import OpTable, Unsupported, UnsupportedOp, unsupported

NOT_IMPORTED = ("archc.__main__", "archc.sphinx", "archc.targets.triton.pieces")
"""What needs more than is installed everywhere, and what runs when it is imported."""


class Softplus(Op):
    """An op that no table has heard of: log(1 + exp(x))."""

    name: ClassVar[str] = "softplus"
    family: ClassVar[Family] = "activation"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


def tables() -> list[OpTable[Any]]:
    """Every table of archc, found by importing every module."""
    for module in pkgutil.walk_packages(archc.__path__, "archc."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    return [table for table in OpTable.every if not table.name.startswith("test")]


def complaints(ops: dict[str, type[Op]]) -> list[str]:
    """What is missing in which table."""
    return [f"{table.name}: {op.name}" for table in tables() for op in table.missing(ops.values())]


def test_every_table_answers_for_every_op() -> None:
    assert not complaints(OPS)


def test_an_op_without_entries_fails_each_table_by_name() -> None:
    found = complaints({**OPS, "softplus": Softplus})
    assert found == [f"{table.name}: softplus" for table in tables()]
    assert len(found) >= 6  # PyTorch, labels, four counting tools


def test_every_entry_is_of_an_op() -> None:
    unused = {table.name: table.unused(OPS.values()) for table in tables()}
    assert not {name: kinds for name, kinds in unused.items() if kinds}


def test_reasons_are_sentences() -> None:
    for table in tables():
        for kind, entry in table.entries.items():
            if isinstance(entry, Unsupported):
                assert len(entry.why.split()) > 2, (table.name, kind)


def test_tables_look_up_by_class() -> None:
    table: OpTable[str] = OpTable(
        "test entry", {OPS["conv"]: "a convolution", OPS["linear"]: unsupported("for a test")}
    )
    assert table[OPS["conv"](out_channels=1, kernel_size=1)] == "a convolution"
    with pytest.raises(UnsupportedOp, match="`linear` has no test entry: for a test"):
        table[OPS["linear"]]
    with pytest.raises(
        UnsupportedOp, match="`softplus` has no test entry: the table does not list it"
    ):
        table[Softplus()]
    assert table.get(OPS["conv"]) == "a convolution"
    assert table.get(OPS["linear"]) is None
    assert table.get(Softplus) is None
    assert table.missing([OPS["linear"], Softplus]) == [Softplus]


def test_no_table_answers_for_ops_that_nobody_thought_of() -> None:
    with pytest.raises(ValueError, match="would answer for unknown ones"):
        OpTable("test entry", {Op: "anything"})
