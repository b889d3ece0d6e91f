"""Costs, depth and receptive fields, held against unrolled graphs and against gradients."""

import importlib
import json
import random
from typing import Any

import networkx as nx
import pytest
import torch
from torch import nn

from archc.analyses import UnknownId, analyze
from archc.analyses.cost import Cost
from archc.analyses.folds import PathFold
from archc.analyses.receptive_field import FOOTPRINTS, Span
from archc.network import INPUT, Network
from archc.network.elaborator import elaborate
from archc.ops import Shape
from archc.ops.conv import Conv
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.lowering import lower
from tests.values import some

NETWORKS = [
    ("googlenet", None),
    ("googlenet", "torchvision"),
    ("resnet", "resnet18"),
    ("resnet", "resnet50"),
    ("efficientnet", "b1"),
]

CELLS = """
archc: 1
name: cells
input: [3, 32, 32]
blocks:
  cell:
    inputs: [cur, prev]
    outputs: [y, cur]
    args: {channels: int}
    body:
      - conv: {out_channels: channels, kernel_size: 3, padding: 1}
        from: cur
        id: left
      - conv: {out_channels: channels, kernel_size: 5, padding: 2}
        from: prev
        id: right
      - add: [left, right]
        id: y
network:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
    id: stem
  - cell: {channels: 8}
    from: [stem, stem]
    id: first
  - cell: {channels: 8}
    repeat: 6
    id: cells
"""


def network(text: str, **settings: Any) -> Network:
    return elaborate(parse(load("net.yaml", text)), None, settings)


def small(body: str, shape: str = "[2, 33, 40]") -> Network:
    return network(f"archc: 1\nname: small\ninput: {shape}\nnetwork:\n{body}")


def known(name: str, variant: str | None = None) -> Network:
    return elaborate(parse(load(f"specs/{name}.yaml")), variant)


# Totals


@pytest.mark.parametrize(
    ("name", "variant", "params", "macs", "depth"),
    [
        ("googlenet", None, 6_998_552, 1_582_671_872, 22),
        ("resnet", "resnet18", 11_689_512, 1_814_073_344, 18),
        ("resnet", "resnet50", 25_557_032, 4_089_184_256, 50),
        ("resnet", "resnet152", 60_192_808, 11_513_626_624, 152),
        ("efficientnet", "b0", 5_288_548, 385_814_752, 82),
    ],
)
def test_totals_are_the_published_ones(
    name: str, variant: str | None, params: int, macs: int, depth: int
) -> None:
    found = analyze(known(name, variant)).inference
    assert (found.params, found.macs, found.depth) == (params, macs, depth)


def test_inference_leaves_out_what_acts_in_training_only() -> None:
    with_heads = analyze(known("googlenet"))
    assert with_heads.totals.params == 13_378_280
    without = elaborate(parse(load("specs/googlenet.yaml")), None, {"aux": False})
    assert with_heads.inference == analyze(without).totals == analyze(without).inference


def test_each_figure_is_counted_as_the_conventions_say() -> None:
    found = analyze(
        small("  - conv: {out_channels: 4, kernel_size: 3}\n  - batch_norm\n  - relu")
    ).totals
    elements = 4 * 31 * 38
    assert found.params == 4 * 2 * 9 + 4 + 2 * 4
    assert found.buffers == 2 * 4
    assert found.macs == elements * 2 * 9
    assert found.flops == 2 * found.macs + elements * (1 + 2 + 1)
    assert (found.activations, found.depth) == (elements, 1)


@pytest.mark.parametrize(("name", "variant"), NETWORKS)
def test_shared_bodies_cost_what_the_unrolled_nodes_do(name: str, variant: str | None) -> None:
    analysis = analyze(known(name, variant))
    for figure in ("params", "buffers", "macs", "flops", "activations"):
        total = getattr(analysis.totals, figure)
        assert total == sum(getattr(node, figure) for node in analysis.nodes)
        for depth in (1, 2, 3):
            rows = analysis.rows(depth)
            assert total == sum(getattr(row.cost, figure) for row in rows if row.level == 1)
    assert analysis.at("").cost.params == analysis.totals.params


@pytest.mark.parametrize(("name", "variant"), NETWORKS)
def test_depth_is_the_longest_path_of_the_whole_graph(name: str, variant: str | None) -> None:
    net = known(name, variant)
    graph = net.graph
    for _, target, data in graph.edges(data=True):
        data["weight"] = int(graph.nodes[target]["node"].op.weighted)
    assert analyze(net).totals.depth == nx.dag_longest_path_length(graph)


def test_a_thousand_equal_blocks_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Conv] = []
    macs = Conv.macs

    def counted(op: Conv, *shapes: Shape) -> int:
        calls.append(op)
        return macs(op, *shapes)

    monkeypatch.setattr(Conv, "macs", counted)
    costs = {}
    for count in (12, 1200):
        calls.clear()
        net = small(
            "  - conv: {out_channels: 8, kernel_size: 1}\n  - add:\n      a: []\n      b:\n"
            "        - conv: {out_channels: 8, kernel_size: 3, padding: 1}\n        - relu\n"
            f"    repeat: {count}"
        )
        totals = analyze(net).totals
        assert (totals.depth, len(calls)) == (count + 1, 2)
        costs[count] = totals.macs
    assert costs[1200] - costs[12] == 1188 * 8 * 8 * 9 * 33 * 40


# Parts


def test_parts_are_found_by_their_paths() -> None:
    analysis = analyze(known("googlenet"))
    module, branch = analysis.at("inception_3a"), analysis.at("inception_3a.branch2")
    assert (module.op, module.cost.params, module.depth) == ("inception", 163_696, 2)
    assert (branch.op, branch.output_shape) == ("branch", (128, 28, 28))
    links = [analysis.at(f"inception_3a.branch2.{i}").cost for i in range(2)]
    assert branch.cost == Cost(*map(sum, zip(*links, strict=True)))
    assert some(branch.receptive_field).size == (43, 43)
    head = analysis.at("aux1")
    assert head.training_only
    assert not module.training_only
    assert analysis.at("aux1.fc1").training_only


def test_iterations_are_parts() -> None:
    analysis = analyze(known("resnet", "resnet152"))
    first, later = analysis.at("conv4_x.0"), analysis.at("conv4_x.35")
    assert first.cost.params - later.cost.params == 395_264
    assert some(later.receptive_field).size == (1291, 1291)
    assert analysis.at("conv4_x.3.residual").depth == 3
    assert analysis.at("conv4_x.3.shortcut").op == "skip"
    folded = {row.id: row for row in analysis.rows(2)}["conv4_x.1-35"]
    assert (folded.count, folded.cost.params) == (35, 35 * later.cost.params)
    assert folded.receptive_field == later.receptive_field


@pytest.mark.parametrize(("name", "variant"), NETWORKS)
def test_every_node_is_a_part_with_the_same_figures(name: str, variant: str | None) -> None:
    analysis = analyze(known(name, variant))
    for node in analysis.nodes[:: max(1, len(analysis.nodes) // 40)]:
        part = analysis.at(node.id)
        assert (part.op, part.output_shape, part.training_only) == (
            node.op, node.output_shape, node.training_only
        )  # fmt: skip
        assert (part.cost.params, part.cost.macs) == (node.params, node.macs)
        assert part.receptive_field == node.receptive_field


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("conv9_x", "conv2_x"),
        ("conv2_x.7", "conv2_x.1"),
        ("conv2_x.x", "conv2_x.0"),
        ("conv2_x.0.residul", "conv2_x.0.residual"),
        ("fc.weight", "fc"),
    ],
)
def test_an_unknown_path_knows_its_neighbours(path: str, near: str) -> None:
    with pytest.raises(UnknownId) as caught:
        analyze(known("resnet", "resnet18")).at(path)
    assert caught.value.path == path
    assert near in caught.value.known


def test_rows_open_blocks_down_to_a_depth() -> None:
    analysis = analyze(known("resnet", "resnet18"))
    ids = {depth: [row.id for row in analysis.rows(depth)] for depth in (1, 2, 3, None)}
    assert "conv2_x" in ids[1]
    assert "conv2_x.0-1" not in ids[1]
    assert "conv2_x.0-1" in ids[2]
    assert "conv2_x.0-1.add" in ids[3]
    assert all(row.level <= 2 for row in analysis.rows(2))
    leaves = [row for row in analysis.rows(None) if row.id.endswith(".conv")]
    assert sum(row.count for row in leaves) == 20


# Output


def test_the_json_has_every_figure() -> None:
    found = json.loads(json.dumps(analyze(known("googlenet")).to_dict()))
    assert list(found)[:5] == ["format_version", "name", "variant", "input", "totals"]
    assert found["format_version"] == 1
    assert set(found["totals"]) == {"params", "buffers", "macs", "flops", "activations", "depth"}
    assert set(found["totals"]) <= set(found["conventions"])
    assert [output["name"] for output in found["outputs"]] == ["fc", "aux1", "aux2"]
    conv = found["nodes"][0]
    assert conv["id"] == "conv1.conv"
    assert conv["input_shapes"] == [[3, 224, 224]]
    assert conv["receptive_field"] == {"size": 7, "stride": 2, "start": -3, "center": 0.0}
    whole = {"size": 224, "stride": 0, "start": 0, "center": 111.5}
    assert found["nodes"][-1]["receptive_field"] == whole
    assert found["memory"]["kept"] == sum(step["kept"] for step in found["memory"]["steps"])
    assert found["paths"]["total"] == sum(found["paths"]["lengths"].values()) == 4**9


def test_height_and_width_are_told_apart() -> None:
    net = small("  - conv: {out_channels: 2, kernel_size: [1, 7], stride: [1, 2]}")
    (node,) = analyze(net).nodes
    expected = {"size": [1, 7], "stride": [1, 2], "start": 0, "center": [0.0, 3.0]}
    assert node.to_dict()["receptive_field"] == expected


def test_a_vector_has_no_receptive_field() -> None:
    net = small("  - linear: {out_features: 3}", "[784]")
    assert analyze(net).nodes[0].to_dict()["receptive_field"] is None


# Paths


class Count:
    """The number of paths."""

    one = 1

    def step(self, operation: Any, index: Any) -> Any:
        return 1

    def then(self, first: Any, second: Any) -> Any:
        return first * second

    def join(self, left: Any, right: Any) -> Any:
        return left + right


def test_paths_are_counted_through_repeats_of_several_flows() -> None:
    net = network(CELLS)
    ways = {INPUT: 1}
    for node in net.nodes():
        ways[node.id] = sum(ways[source] for source in node.inputs)
    made = PathFold(Count()).fold(net.root.flow(), ((1,),))
    assert made[net.root.outputs[0].value] == (ways["cells.5.y"],)


def test_receptive_fields_pass_through_repeats_of_several_flows() -> None:
    analysis = analyze(network(CELLS))
    folded = analysis.rows(1)[-1]
    assert folded.receptive_field == analysis.nodes[-1].receptive_field
    assert folded.receptive_field == analysis.at("cells.5").receptive_field
    assert folded.depth == 6
    assert analysis.totals.depth == 8


# Receptive fields, against gradients


class Interpreter(nn.Module):
    """Runs the flat graph with PyTorch's own modules, all weights positive."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.steps = [(node, *self.made(node)) for node in net.nodes()]
        self.modules_ = nn.ModuleList(m for _, m, _ in self.steps if isinstance(m, nn.Module))
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.1)
        self.double().eval()

    @staticmethod
    def made(node: Any) -> Any:
        call = lower(node.op, *node.operation.input_shapes)
        options = {name: value for name, (value, _) in call.options.items()}
        if call.target.startswith("nn."):
            return getattr(nn, call.target[3:])(*call.args, **options), None
        if call.target[0].isupper():
            piece = importlib.import_module(f"archc.targets.torch.pieces.{call.target}")
            return getattr(piece, call.target)(*call.args, **options), None
        return call.target, options

    def forward(self, x: Any) -> Any:
        values = {INPUT: x}
        for node, made, options in self.steps:
            inputs = [values[source] for source in node.inputs]
            if made == "torch.cat":
                result = torch.cat(inputs, **options)
            elif made in ("+", "*"):
                result = inputs[0]
                for other in inputs[1:]:
                    result = result + other if made == "+" else result * other
            else:
                result = made(*inputs)
            values[node.id] = result
        return result


def holds(net: Network) -> None:
    """Every output cell sees at most what the analysis says, and just that away from the edges.

    So does the receptive field as it is told: from `start + cell * stride` on, for `size` cells.
    """
    told = some(analyze(net).at("").receptive_field)
    sight = FOOTPRINTS.fold(net.root.flow(), FOOTPRINTS.sources(1))[net.root.outputs[0].value][0]
    x = torch.rand(1, *net.input, dtype=torch.float64).requires_grad_()
    y = Interpreter(net)(x)
    inner = 0
    for o in range(0, y.shape[2], 1 + y.shape[2] // 12):
        place = (o, min(o, y.shape[3] - 1))
        (gradient,) = torch.autograd.grad(y[0, :, place[0], place[1]].sum(), x, retain_graph=True)
        used = gradient[0].abs().sum(0) > 0
        for k, (axis, o) in enumerate(zip(some(sight), place, strict=True)):
            spans = [axis.sliding.see(Span(o, o))] if axis.sliding else []
            spans += [axis.whole] if axis.whole else []
            first, last = min(s.first for s in spans), max(s.last for s in spans)
            seen = used.any(1 - k).nonzero().flatten().tolist()
            assert first <= seen[0] <= seen[-1] <= last
            if first >= 0 and last < net.input[1 + k]:
                inner += 1
                assert (seen[0], seen[-1]) == (first, last)
                if axis.whole is None and o % some(axis.sliding).period == 0:
                    assert seen[0] == told.start[k] + o * told.stride[k]
                    middle = told.center[k] + o * told.stride[k]
                    assert (seen[0] + seen[-1]) / 2 == middle
                    if some(axis.sliding).period == 1:
                        assert seen[-1] - seen[0] + 1 == told.size[k]
    assert inner


CONV = "conv: {{out_channels: 2, kernel_size: {}, stride: {}, dilation: {}, padding: {}}}"


@pytest.mark.parametrize(
    "body",
    [
        "  - conv: {out_channels: 2, kernel_size: 7, stride: 2, padding: 3}\n"
        "  - avg_pool: {kernel_size: 3, stride: 2, ceil_mode: true}",
        "  - conv: {out_channels: 2, kernel_size: [3, 5], dilation: [3, 1], stride: [1, 2]}\n"
        "  - batch_norm\n  - relu",
        "  - conv: {out_channels: 2, kernel_size: 4, stride: 2, padding: same}\n"
        "  - conv: {out_channels: 2, kernel_size: 2, padding: same}",
        "  - zero_pad: {padding: [0, 1, 2, 0]}\n  - avg_pool: {kernel_size: 3, stride: 2}",
        "  - concat:\n      a:\n        - conv: {out_channels: 2, kernel_size: 1}\n      b:\n"
        "        - conv: {out_channels: 2, kernel_size: 5, padding: 2}\n      c:\n"
        "        - zero_pad: {padding: [4, 0, 0, 4]}\n"
        "        - conv: {out_channels: 2, kernel_size: 5}\n"
        "  - conv: {out_channels: 2, kernel_size: 3, stride: 3}",
        "  - conv: {out_channels: 4, kernel_size: 3, stride: 2}\n  - multiply:\n      x: []\n"
        "      gate:\n        - adaptive_avg_pool: {output_size: 1}\n"
        "        - conv: {out_channels: 4, kernel_size: 1}\n        - sigmoid\n"
        "  - conv: {out_channels: 2, kernel_size: 3}",
        "  - conv: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}\n"
        "  - upsample: {scale_factor: 2}\n  - conv: {out_channels: 2, kernel_size: 3, padding: 1}",
        "  - conv: {out_channels: 2, kernel_size: 3, stride: 3}\n  - upsample: {scale_factor: 4}\n"
        "  - conv: {out_channels: 2, kernel_size: 3, stride: 2}\n  - upsample: {scale_factor: 3}",
        "  - group_norm: {num_groups: 1}\n  - conv: {out_channels: 2, kernel_size: 3}",
        "  - adaptive_avg_pool: {output_size: 7}\n  - adaptive_avg_pool: {output_size: 5}",
        "  - adaptive_avg_pool: {output_size: [9, 8]}\n  - upsample: {scale_factor: 2}\n"
        "  - conv: {out_channels: 2, kernel_size: 3, stride: 2}\n"
        "  - adaptive_avg_pool: {output_size: 3}",
    ],
)  # fmt: skip
def test_the_gradient_of_an_output_cell_is_what_it_sees(body: str) -> None:
    torch.manual_seed(0)
    holds(small(body))


def chain(draw: Any, indent: int, steps: int) -> list[str]:
    """Random steps; within a branch they keep the size."""
    pad, lines = " " * indent, []
    for _ in range(steps):
        kernel, dilation = draw.choice([1, 2, 3, 5]), draw.choice([1, 1, 2])
        kind = draw.choice(["conv", "conv", "pool", "up", "join"] if indent == 2 else ["conv"])
        if kind == "conv" and indent == 2:
            given = CONV.format(kernel, draw.choice([1, 1, 2, 3]), dilation, kernel // 2)
            lines.append(f"{pad}- {given}")
        elif kind == "conv":
            lines.append(f"{pad}- {CONV.format(kernel, 1, dilation, 'same')}")
        elif kind == "pool":
            lines.append(f"{pad}- avg_pool: {{kernel_size: 2, stride: {draw.choice([1, 2])}}}")
        elif kind == "up":
            lines.append(f"{pad}- upsample: {{scale_factor: 2}}")
        else:
            lines.append(f"{pad}- {draw.choice(['concat', 'add'])}:")
            for name in ("a", "b"):
                inner = chain(draw, indent + 8, draw.choice([1, 2]))
                lines += [f"{pad}    {name}{len(lines)}:", *inner]
    return lines


@pytest.mark.parametrize("seed", range(25))
def test_random_networks_see_what_their_gradients_say(seed: int) -> None:
    draw = random.Random(seed)
    torch.manual_seed(seed)
    holds(small("\n".join(chain(draw, 2, draw.choice([2, 3, 4]))), "[1, 40, 37]"))


def test_stacked_adaptive_pools_have_the_field_of_their_largest_cell() -> None:
    net = small(
        "  - adaptive_avg_pool: {output_size: 7}\n  - adaptive_avg_pool: {output_size: 5}",
        "[1, 12, 12]",
    )
    assert some(analyze(net).at("").receptive_field).size == (6, 6)


def test_a_map_of_a_million_cells_is_not_walked_over() -> None:
    """2^20 cells see one input cell each; the contraction before it and the skip around it too."""
    up = "  - upsample: {scale_factor: 2}\n    repeat: 20\n"
    assert some(analyze(small(up + "  - relu")).nodes[-1].receptive_field).to_dict() == {
        "size": 1, "stride": 2.0**-20, "start": 0, "center": 0.0
    }  # fmt: skip
    down = "  - conv: {out_channels: 1, kernel_size: 3, padding: 1, stride: 2}\n"
    conv = "  - conv: {out_channels: 1, kernel_size: 3, padding: 1}\n"
    found = some(analyze(small(down + up + conv, "[1, 8, 8]")).at("").receptive_field)
    assert (found.size, found.stride) == ((5, 5), (2.0**-19, 2.0**-19))
    ways = f"  - add:\n      near: []\n      far:\n      {conv}"
    found = some(analyze(small(down + up + ways, "[1, 8, 8]")).at("").receptive_field)
    assert (found.size, found.start) == ((5, 5), (-3, -3))


def test_the_first_field_starts_in_the_padding() -> None:
    """conv1 and pool1 of ResNet: 3 cells of padding, then 1 of a map of stride 2."""
    found = analyze(known("resnet", "resnet50"))
    conv, pool = (some(found.at(name).receptive_field) for name in ("conv1", "pool1"))
    assert (conv.start, conv.center) == ((-3, -3), (0, 0))
    assert (pool.start, pool.center) == ((-5, -5), (0, 0))
    assert some(found.at("fc").receptive_field).start == (0, 0)


def test_a_field_behind_several_ways_starts_where_the_first_of_them_does() -> None:
    net = small(
        "  - concat:\n      near: [{conv: {out_channels: 1, kernel_size: 3, padding: 1}}]\n"
        "      far: [{conv: {out_channels: 1, kernel_size: 7, padding: 3}}]\n"
        "  - zero_pad: {padding: [2, 0, 1, 0]}"
    )
    assert some(analyze(net).at("").receptive_field).start == (-4, -5)
