"""What stays in memory: held against PyTorch's own saved tensors, and against its forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, dtype, fx, nn
from torch.autograd.graph import saved_tensors_hooks

from archc import catalogue
from archc.analyses import analyze
from archc.analyses.memory import Memory, overwriting
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, join
from archc.network.elaborator import elaborate
from archc.ops import OPS, BadShape, Shape
from archc.ops.base import Saved, numel
from archc.ops.conv import Conv
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.lowering import lower
from archc.targets.torch.runtime.instantiate import instantiate
from tests.ops.op_cases import examples, module, ops, shapes


class LogSigmoid(torch.autograd.Function):
    """As a GPU has it; a CPU keeps a buffer too."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        context.save_for_backward(x)
        output: Tensor = torch.ops.aten.log_sigmoid_forward(x)[0]
        return output


@pytest.fixture(autouse=True)
def _as_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropout as a GPU has it: the mask is a byte an element; logsigmoid keeps its input alone."""
    monkeypatch.setattr(torch.nn.functional, "logsigmoid", LogSigmoid.apply)
    monkeypatch.setattr(
        torch.nn.functional,
        "dropout",
        lambda x, p, training, inplace: torch.native_dropout(x, p, training)[0] if p else x,
    )


def kept(
    run: Any, inputs: list[Tensor], own: Sequence[Tensor] = ()
) -> tuple[dict[int, int], Tensor]:
    """Bytes of each different memory that autograd keeps while `run(*inputs)` runs, by memory."""
    saved: list[Tensor] = []

    def save(tensor: Tensor) -> Tensor:
        saved.append(tensor)
        return tensor

    with saved_tensors_hooks(save, lambda tensor: tensor):
        result = run(*inputs)
    memories = {t.untyped_storage()._cdata: t.untyped_storage().nbytes() for t in saved}
    for tensor in own:
        memories.pop(tensor.untyped_storage()._cdata, None)
    return memories, result


@pytest.mark.parametrize("name", OPS)
@given(data=st.data())
@examples(25)
def test_what_an_op_saves_is_what_autograd_keeps(name: str, data: st.DataObject) -> None:
    op, given_shapes = data.draw(ops(name)), data.draw(shapes(name))
    try:
        out = op.shape(*given_shapes)
    except BadShape:
        assume(False)
    batch = 3
    made = module(lower(op, *given_shapes))
    own = []
    if isinstance(made, nn.Module):
        made.train()
        own = [*made.parameters(), *made.buffers()]
    inplace = op.inplace and data.draw(st.booleans())
    if inplace:
        made.inplace = True
    # What arrives was made by something: a leaf cannot be overwritten.
    inputs = [(torch.rand(batch, *shape).requires_grad_() + 0) for shape in given_shapes]
    memories, result = kept(made, inputs, own)
    said = op.saved(*given_shapes, inplace=inplace)
    arrived = {x.untyped_storage()._cdata: x for x in inputs}
    left = result.untyped_storage()._cdata
    assert (left in arrived) == (said.view or inplace)
    if left not in arrived or inplace:
        assert (left in memories) == (said.output)
    if not inplace:
        assert {key for key in memories if key in arrived} == (
            set(arrived) if said.inputs else set()
        )
    more = {key: size for key, size in memories.items() if key not in arrived and key != left}
    assert sum(more.values()) == batch * (4 * said.elements + said.bytes) + said.fixed
    assert result.shape[1:] == out


# What training keeps of a network

SPECS = sorted(catalogue.known())
PADS_ITSELF = "nasnet"
"""Its one cell class serves maps of several sizes, so that its pools and convolutions pad in a step
of their own; the analysis takes each operation as PyTorch alone would do it."""


@cache
def network(name: str) -> Network:
    target = catalogue.find(name)
    return catalogue.network(target.path, target.variant)


def small(body: str, shape: Any = "[2, 8, 8]") -> Network:
    text = f"archc: 1\nname: small\ninput: {shape}\nnetwork:\n{body}"
    return elaborate(parse(load("net.yaml", text)))


@cache
def meta(net: Network) -> Any:
    """The generated module without its numbers: shapes and memories are there all the same."""
    with torch.device("meta"):
        return instantiate(net)


def autograd_keeps(net: Network, batch: int, dtype: dtype = torch.float32) -> int:
    made = meta(net).train()
    made = deepcopy(made).to(dtype) if dtype != torch.float32 else made
    # A gradient is wanted for the input too, as within a larger network.
    x = torch.empty(batch, *net.input, device="meta", dtype=dtype).requires_grad_()
    memories, _ = kept(made, [x], [*made.parameters(), *made.buffers()])
    return sum(memories.values())


@pytest.mark.parametrize("name", [name for name in SPECS if name != PADS_ITSELF])
def test_training_keeps_what_autograd_keeps(name: str) -> None:
    net = network(name)
    found = Memory(net, batch=2)
    assert found.kept == autograd_keeps(net, 2)
    for depth in (1, 2, None):
        rows = found.rows(depth)
        assert found.kept == sum(row.kept for row in rows if row.level < 2)
        assert [row.id for row in rows[1:]] == [part.id for part in analyze(net).rows(depth)]


def test_a_generated_class_that_pads_keeps_more() -> None:
    net = network(PADS_ITSELF)
    assert Memory(net).kept < autograd_keeps(net, 1)


def test_half_the_width_is_half_the_memory_but_for_statistics_and_indices() -> None:
    net = network("resnet:resnet18")
    for batch in (1, 3):
        half = Memory(net, batch, "float64").kept, autograd_keeps(net, batch, torch.float64)
        # On the meta device the statistics are float64 too; on a GPU in half they stay float32.
        statistics = sum(2 * operation.input_shapes[0][0] for operation in norms(net))
        assert half[1] - half[0] == statistics * 4
    assert Memory(net, 1, "float16").kept == Memory(net, 1, "bfloat16").kept


def norms(net: Network) -> list[Operation]:
    return [node.operation for node in net.nodes() if node.op.name == "batch_norm"]


def test_what_is_kept_is_counted_by_hand() -> None:
    """Batch norm needs its input; ReLU its output, which the next convolution needs too."""
    net = small(
        "  - conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - batch_norm\n  - relu\n"
        "  - max_pool: {kernel_size: 2}\n  - flatten\n  - linear: {out_features: 5}"
    )
    image, maps, pooled = 2 * 64, 4 * 64, 4 * 16
    floats = image + maps + maps + pooled
    assert Memory(net, 10).kept == 10 * (4 * floats + 8 * pooled) + 2 * 4 * 4
    without_norm = small("  - conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - relu")
    assert Memory(without_norm).kept == 4 * (image + maps)


@pytest.mark.parametrize("name", SPECS)
def test_what_overwrites_is_what_the_generated_code_overwrites(name: str) -> None:
    net = network(name)
    ours = {
        join(path, name) for path, body in places(net.root, "") for name in overwriting(body)
    }  # fmt: skip
    made = meta(net).named_modules()
    assert ours == {path for path, m in made if getattr(m, "inplace", False)}


TWO = """
archc: 1
name: two
input: [3, 4, 4]
blocks:
  both:
    outputs: [before, after]
    body:
      - {conv: {out_channels: 3, kernel_size: 1}, id: before}
      - {relu: , id: after}
  joined:
    inputs: [x, y]
    body: [{add: [x, y]}]
network:
  - {both: {}, id: both}
  - {joined: {}, id: sum}
"""


def test_what_a_block_gives_out_is_not_overwritten_in_it() -> None:
    """Neither in the analysis nor in the generated code, whose sum would be of twice the same."""
    net = elaborate(parse(load("net.yaml", TWO)))
    assert not any(overwriting(body) for _, body in places(net.root, ""))
    made: Any = instantiate(net)
    x = torch.randn(1, 3, 4, 4)
    before = made.both.before(x)
    assert (before < 0).any()
    assert torch.equal(made(x), before + before.relu())
    assert Memory(net, 1).kept == autograd_keeps(net, 1)


def places(body: Body, path: str) -> Iterator[tuple[str, Body]]:
    yield path, body
    for item in body.flow():
        inner = join(path, item.name)
        if isinstance(item, Instance):
            yield from places(item.body, inner)
        elif isinstance(item, Repeat):
            every = [group.body for group in item.iterations for _ in range(group.count)]
            for number, each in enumerate(every):
                yield from places(each, join(inner, str(number)))


# What inference needs at once


def unrolled_peak(net: Network) -> int:
    """The same by brute force: all operations in a row, every tensor looked at after each."""
    asides = {o.name for o in net.outputs if o.training_only}
    nodes = [n for n in net.nodes() if not n.training_only]
    assert asides or len(nodes) == len(list(net.nodes()))
    inplace = {
        join(path, name) for path, body in places(net.root, "") for name in overwriting(body)
    }  # fmt: skip
    memory, size = {INPUT: INPUT}, {INPUT: numel(net.input)}
    for node in nodes:
        single = node.op.name in ("add", "multiply") and len(node.inputs) == 1
        idle = node.op.name in ("flatten", "identity", "dropout", "drop_path")
        if single or idle or node.id in inplace:
            memory[node.id] = memory[node.inputs[0]]
        else:
            memory[node.id] = node.id
            size[node.id] = numel(node.operation.output_shape)
    last = {memory[source]: k for k, node in enumerate(nodes) for source in node.inputs}
    born: dict[Any, int] = {}
    for k, node in enumerate(nodes):
        born.setdefault(memory[node.id], k)
    born[INPUT] = 0
    ends = {memory[o] for o in main_outputs(net)}
    totals = []
    for k in range(len(nodes)):
        there = [m for m in size if born[m] <= k and (m in ends or last.get(m, born[m]) >= k)]
        totals.append(sum(size[m] for m in there))
    return max(totals)


def main_outputs(net: Network) -> list[str]:
    """The nodes that nobody reads, asides for training left out."""
    nodes = [n for n in net.nodes() if not n.training_only]
    read = {source for node in nodes for source in node.inputs}
    return [node.id for node in nodes if node.id not in read]


@pytest.mark.parametrize("name", [*SPECS, "resnet_cifar:resnet_cifar1202"])
def test_the_peak_is_that_of_the_unrolled_graph(name: str) -> None:
    net = network(name)
    found = Memory(net)
    assert found.peak == 4 * unrolled_peak(net)
    for depth in (1, 2):
        assert found.peak == max(row.alive for row in found.rows(depth))
    assert found.at in {node.id for node in net.nodes()}


class Watched(fx.Interpreter):
    """Runs a traced module and drops each value after its last use, as fx does by itself."""

    def __init__(self, module: Any, input: Any) -> None:
        super().__init__(module)
        self.peak, self.input = 0, input

    def run_node(self, node: Any) -> Any:
        result = super().run_node(node)
        tensors = [v for v in (*self.env.values(), result) if isinstance(v, torch.Tensor)]
        memories = {t.untyped_storage()._cdata: t.untyped_storage().nbytes() for t in tensors}
        self.peak = max(self.peak, sum(memories.values()))
        return result


@pytest.mark.parametrize(
    "name",
    ["alexnet", "densenet", "efficientnet", "mobilenet_v2", "resnet:resnet50", "resnet_cifar",
     "se_resnet", "vgg", "mnist_mlp", "inception_v3", "preact_resnet"],
)  # fmt: skip
def test_the_peak_is_that_of_the_traced_forward_pass(name: str) -> None:
    net = network(name)
    made = fx.symbolic_trace(meta(net).eval())
    x = torch.empty(3, *net.input, device="meta")
    with torch.no_grad():
        watched = Watched(made, x)
        watched.run(x)
    assert Memory(net, 3).peak == watched.peak


def test_the_peak_is_counted_by_hand() -> None:
    """The shortcut waits while the residual is made: three maps are alive in its second half."""
    net = small(
        "  - conv: {out_channels: 2, kernel_size: 3, padding: 1}\n    id: stem\n"
        "  - add:\n      residual:\n"
        "        - conv: {out_channels: 6, kernel_size: 1}\n"
        "        - conv: {out_channels: 2, kernel_size: 1}\n      shortcut: []"
    )
    found = Memory(net, 1, "float16")
    assert (found.peak, found.at) == (2 * 64 * (2 + 6 + 2), "residual.1")


@pytest.mark.parametrize("count", [12, 1200])
def test_iterations_are_looked_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    calls: list[Conv] = []
    saved = Conv.saved

    def counted(op: Conv, *shapes: Shape, inplace: bool = False) -> Saved:
        calls.append(op)
        return saved(op, *shapes, inplace=inplace)

    monkeypatch.setattr(Conv, "saved", counted)
    net = small(
        "  - add:\n      a: []\n      b:\n"
        "        - conv: {out_channels: 2, kernel_size: 3, padding: 1}\n        - relu\n"
        f"    repeat: {count}"
    )
    found = Memory(net)
    # Each iteration's input (for the convolution) and the ReLU's output.
    assert found.kept == 2 * count * 4 * 128
    assert found.peak == 4 * 3 * 128
    assert len(calls) <= 3
