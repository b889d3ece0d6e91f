"""Every table about ops answers for every op: with an entry, or with why there is none."""

from __future__ import annotations

import importlib
import pkgutil
import re
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given

import archc
from archc import passes
from archc.analyses import analyze
from archc.analyses.conventions import TOOLS, Convention
from archc.diagnostics import SpecError
from archc.document.formats import write
from archc.document.translation import Lang, _operation_words, language
from archc.lectures.studies import conventions
from archc.lectures.tables import names, summary
from archc.network import Network, operations
from archc.network.elaborator import elaborate
from archc.ops import INITIALISED, OPS, Op
from archc.ops.base import Family, Shape
from archc.ops.conv import Conv
from archc.ops.labels import label
from archc.ops.table import OpTable, Unsupported, UnsupportedOp, unsupported
from archc.passes.patterns import ROLES, Role
from archc.profiling.roofline import layers
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch import emit
from archc.targets.torch.initialise import MODULES
from archc.targets.torch.lowering import lower
from tests.ops.op_cases import examples, ops

NOT_IMPORTED = ("archc.__main__", "archc.sphinx", "archc.targets.triton.pieces")
"""What needs more than is installed everywhere, and what runs when it is imported."""


SAME_IN_FRENCH = {
    *("conv", "dilation", "dw", "concat", "dropout", "drop", "path", "RBF", "LRN", "softmax"),
    *("relu", "leaky", "elu", "silu", "gelu", "hardswish", "sigmoid", "hardsigmoid"),
    *("tanh", "scaled", "prelu", "celu", "selu", "mish", "softplus", "logsigmoid", "hardtanh"),
    *("softsign", "log"),
}
"""Words of labels that lectures in French use as they are."""


class Squareplus(Op):
    """An op that no table has heard of: (x + sqrt(x**2 + 4)) / 2."""

    name: ClassVar[str] = "squareplus"
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
    return [
        f"{op.name} has no {table.name} in {table.module}"
        for table in tables()
        for op in table.missing(ops.values())
    ]


def test_every_table_answers_for_every_op() -> None:
    found = complaints(OPS)
    assert not found, "\n".join(found)


def test_an_op_without_entries_fails_each_table_by_name() -> None:
    found = complaints({**OPS, "squareplus": Squareplus})
    assert found == [f"squareplus has no {each.name} in {each.module}" for each in tables()]
    assert "squareplus has no lowering to PyTorch in archc.targets.torch.lowering" in found
    assert len({each.name for each in tables()}) == len(found) >= 12


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
    assert table[Conv(out_channels=1, kernel_size=1)] == "a convolution"
    with pytest.raises(UnsupportedOp, match="`linear` has no test entry: for a test"):
        table[OPS["linear"]]
    with pytest.raises(UnsupportedOp, match="has no test entry: the table does not list it"):
        table[Squareplus()]
    assert table.get(OPS["conv"]) == "a convolution"
    assert table.get(OPS["linear"]) is None
    assert table.get(Squareplus) is None
    assert table.missing([OPS["linear"], Squareplus]) == [Squareplus]


def test_no_table_answers_for_ops_that_nobody_thought_of() -> None:
    with pytest.raises(ValueError, match="would answer for unknown ones"):
        OpTable("test entry", {Op: "anything"})


SPEC = """\
archc: 1
name: tiny
input: [4, 8, 8]
network:
  - conv: {out_channels: 4, kernel_size: 3, padding: same}
  - squareplus
  - conv: {out_channels: 2, kernel_size: 1}
"""


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network with an op that archc's tables do not list."""
    monkeypatch.setitem(OPS, "squareplus", Squareplus)
    return elaborate(parse(load(Path("tiny.yaml"), SPEC)))


def test_code_says_which_step_it_has_no_lowering_for(network: Network) -> None:
    with pytest.raises(SpecError) as caught:
        emit(network, analyze(network))
    (told,) = caught.value.diagnostics
    assert told.rule == "no-backend"
    assert told.message == "`squareplus` has no lowering to PyTorch"
    assert told.help == "the table does not list it"
    assert told.span is not None
    assert told.span.line == 6


@pytest.mark.parametrize("tool", TOOLS[1:])
def test_counts_say_which_op_they_leave_out(network: Network, tool: Convention) -> None:
    counted = analyze(network).counted(tool)
    assert counted.unknown == {"squareplus": "the table does not list it"}
    assert counted.to_dict()["unknown"] == counted.unknown
    line = f"squareplus: left out, its count is not known for {tool}"
    assert line in write(conventions.page(counted), "text")


def test_passes_say_which_op_they_leave(network: Network) -> None:
    told = passes.explain(passes.run(network))
    assert "left as it is: `squareplus` has no part in a kernel: the table does not list it" in told


def test_prices_are_not_made_up(network: Network) -> None:
    with pytest.raises(SpecError, match="`squareplus` has no price as a kernel"):
        layers(network)


def test_keras_has_no_layer_and_says_so(network: Network) -> None:
    """Where 0.1 listed a `Lambda`."""
    note = "squareplus has no layer of Keras: the table does not list it"
    text = summary.text(network)
    assert "squareplus (none in Keras)" in text
    assert "Lambda" not in text
    assert note in text
    assert note in summary.summary(network).about


def test_tables_call_an_op_by_its_name_in_any_language(network: Network) -> None:
    (squareplus,) = (each for each in operations(network.root) if isinstance(each.op, Squareplus))
    for lang in Lang:
        with language(lang):
            for wording in (names.TYPES, names.LINES):
                assert names.Names({}, wording).op(squareplus) == "squareplus"
    assert label(squareplus.op) == "squareplus"


def test_init_and_its_modules_agree() -> None:
    assert {name for name, op in OPS.items() if MODULES.get(op)} == set(INITIALISED)


def test_kernels_compute_the_activations_that_fusions_take() -> None:
    """What a fusion takes as an activation is one of the functions in the kernels file."""
    source = (resources.files("archc.targets.triton.pieces") / "shared.py").read_text("utf-8")
    taken = {op for op in OPS.values() if ROLES.get(op) is Role.ACTIVATION}
    computed = set(re.findall(r"^    (nn\.\w+): \"", source, re.MULTILINE))
    assert {lower(op(), (1, 2, 2)).target for op in taken} == computed


@pytest.mark.parametrize("name", OPS)
def test_labels_are_translated(name: str) -> None:
    """Each word of a label has its French, or is one that is the same in French."""

    @examples(20)
    @given(ops(name))
    def check(op: Op) -> None:
        english = label(op)
        with language("fr"):
            rest = _operation_words(Lang.fr).sub("", english)
        assert not {*re.findall(r"[A-Za-z]{2,}", rest)} - SAME_IN_FRENCH

    check()
