"""`Analysis`: all analyses of one network as one object, each computed when it is first read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

from archc.analyses import paths
from archc.analyses.channels import Channels, channels
from archc.analyses.conventions import Convention, Counted
from archc.analyses.cost import CONVENTIONS, Cost, cost, operation_cost
from archc.analyses.depth import depth
from archc.analyses.devices import devices
from archc.analyses.hierarchy import Part, Place, find, rows, top
from archc.analyses.memory import Memory
from archc.analyses.paths import Distribution
from archc.analyses.receptive_field import FOOTPRINTS, Footprint, ReceptiveField, field
from archc.analyses.roofline import Roofline
from archc.network import INPUT, Network, Operation
from archc.ops import Shape

FORMAT_VERSION = 1
"""The version of the format of `to_dict`: a change that breaks its readers raises it."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The costs of a network or a part of it for one sample, counted as `CONVENTIONS` says."""

    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    depth: int


class NodeReport(NamedTuple):
    """One operation of the unrolled network."""

    id: str
    op: str
    block: str
    """The block that contains it; `network` at the top."""
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    receptive_field: ReceptiveField | None
    """None where the network's input is not a map."""
    training_only: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "id": self.id,
            "op": self.op,
            "block": self.block,
            "input_shapes": [list(shape) for shape in self.input_shapes],
            "output_shape": list(self.output_shape),
            "params": self.params,
            "buffers": self.buffers,
            "macs": self.macs,
            "flops": self.flops,
            "activations": self.activations,
            "receptive_field": self.receptive_field and self.receptive_field.to_dict(),
            "training_only": self.training_only,
        }


@dataclass(frozen=True)
class Analysis:
    """Every analysis of one network, each computed when it is first read."""

    network: Network

    @cached_property
    def totals(self) -> Totals:
        """The costs of the whole network, asides included."""
        items = tuple(self.network.root.flow())
        return totals(cost(items), depth(items))

    @cached_property
    def inference(self) -> Totals:
        """The costs at inference: those of the network without its training-only asides."""
        if not any(output.training_only for output in self.network.outputs):
            return self.totals
        items = tuple(self.network.root.flow(asides=False))
        return totals(cost(items), depth(items))

    @cached_property
    def conventions(self) -> Mapping[str, str]:
        """The rule by which each figure is counted, by its name."""
        return CONVENTIONS

    @cached_property
    def nodes(self) -> tuple[NodeReport, ...]:
        """Every operation in the order of the data, repeats unrolled."""
        steps: dict[Operation, tuple[Footprint, ...]] = {}
        seen: dict[str, Footprint | None] = {INPUT: FOOTPRINTS.algebra.one}
        # By the identity of the footprint: an activation has its input's footprint object.
        fields: dict[int, ReceptiveField | None] = {}
        reports = []
        for node in self.network.nodes():
            operation = node.operation
            if operation not in steps:
                steps[operation] = tuple(
                    FOOTPRINTS.algebra.step(operation, k) for k in range(len(operation.inputs))
                )
            sight = FOOTPRINTS.meet(
                zip((seen[source] for source in node.inputs), steps[operation], strict=True)
            )
            seen[node.id] = sight
            if id(sight) not in fields:
                fields[id(sight)] = field(sight, self.network.input)
            one = operation_cost(operation)
            reports.append(
                NodeReport(
                    node.id,
                    node.op.name,
                    node.block,
                    operation.input_shapes,
                    operation.output_shape,
                    one.params,
                    one.buffers,
                    one.macs,
                    one.flops,
                    one.activations,
                    fields[id(sight)],
                    node.training_only,
                )
            )
        return tuple(reports)

    def at(self, path: str) -> Part:
        """The part at a path: an op, a use of a block, a branch, an iteration (`conv2_x.0`).

        The empty path is the whole network, asides included.

        Raises:
            UnknownId: no part has that path; the error lists the paths that exist.
        """
        return find(self.top, path) if path else self.top.whole({})

    def rows(self, depth: int | None = 1) -> tuple[Part, ...]:
        """The network as a table, blocks opened down to a depth; None opens all of them.

        A row of an opened block is followed by the rows of what is in it, one level deeper. Equal
        iterations in a row share one, with the cost of all.
        """
        return tuple(rows(self.top, depth))

    def memory(self, batch: int = 1, dtype: str = "float32") -> Memory:
        """The memory of activations in bytes: kept for training, and the peak at inference."""
        return Memory(self.network, batch, dtype)

    def roofline(self, device: str, batch: int = 1, dtype: str = "float32") -> Roofline:
        """Bytes, intensity and a modelled time on a device of `archc.analyses.devices`.

        Raises:
            KeyError: no device, or no type, has that name.
        """
        return Roofline(self.network, devices()[device], batch, dtype)

    def counted(self, convention: Convention) -> Counted:
        """Multiply-adds as another tool counts them, term by term beside the paper's."""
        return Counted(self.network, convention)

    @cached_property
    def paths(self) -> Distribution:
        """The number of paths from the input to the main output, by their lengths."""
        return paths.distribution(self.network)

    def without(self, path: str) -> Distribution:
        """The paths that remain when a part is deleted.

        Raises:
            UnknownId: the network has no such part.
            CannotDelete: the shapes of the remaining parts do not fit.
        """
        return paths.without(self.network, path)

    def channels(self, depth: int | None = 1) -> tuple[Channels, ...]:
        """The steps that change the channels, with the formula of each block."""
        return channels(self.network, depth)

    @cached_property
    def top(self) -> Place:
        """The network's own body, from which every part can be reached."""
        return top(self.network)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON: the format of `archc analyze --format json`."""
        network = self.network
        return {
            "format_version": FORMAT_VERSION,
            "name": network.spec.name,
            "variant": network.variant,
            "input": list(network.input),
            "totals": asdict(self.totals),
            "inference": asdict(self.inference),
            "memory": self.memory().to_dict(),
            "paths": self.paths.to_dict(),
            "conventions": dict(CONVENTIONS),
            "outputs": [
                {
                    "name": output.name,
                    "shape": list(output.port.shape or ()),
                    "training_only": output.training_only,
                }
                for output in network.outputs
            ],
            "nodes": [node.to_dict() for node in self.nodes],
        }


def analyze(network: Network) -> Analysis:
    """Analyse a network; equal blocks are analysed once, however many there are."""
    return Analysis(network)


def totals(one: Cost, layers: int) -> Totals:
    """A cost and a depth as `Totals`."""
    return Totals(one.params, one.buffers, one.macs, one.flops, one.activations, layers)
