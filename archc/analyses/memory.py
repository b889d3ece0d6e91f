"""Memory of activations: what training keeps, and the most that inference needs at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from archc.analyses.cost import Cost, cost
from archc.analyses.kept import TRAINING, Bytes, Made
from archc.analyses.live import Peak, greatest, peaks
from archc.analyses.price import WIDTHS
from archc.network import INPUT, Network, Value

CONVENTION = {
    "kept": "what autograd keeps of one forward pass of the generated module in eager PyTorch on a "
    "GPU, asides and the input included: each tensor once, with masks and indices; no weights, "
    "gradients, optimiser states or workspace",
    "peak": "the most that is alive at once at inference, in the order of the generated forward "
    "pass: each tensor from the operation that makes it to the last one that reads it, the input "
    "included; no weights and no workspace",
    "in place": "an activation overwrites its input where the generated code says inplace=True",
}
"""How memory is counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one step of the network takes, in bytes."""

    id: str
    output: int
    """What leaves it."""
    kept: int
    """What it makes and training keeps."""
    alive: int
    """The most that is alive while it runs, at inference; 0 for what acts in training only."""


@dataclass(frozen=True)
class Memory:
    """A network's memory for a batch in a type; `CONVENTION` says how it is counted."""

    network: Network
    batch: int = 1
    dtype: str = "float32"

    @property
    def weights(self) -> int:
        """Bytes of parameters and buffers, which the other figures leave out."""
        of: Cost = cost(self.network.root.flow())
        return (of.params + of.buffers) * WIDTHS[self.dtype]

    @cached_property
    def kept(self) -> int:
        """Bytes that training keeps from the forward to the backward pass."""
        root, made = self.network.root, Made()
        entering = TRAINING.entering(root.inputs)
        made.tensors += entering
        TRAINING.fold(root, root.flow(), entering, made)
        return self._bytes(made.kept)

    @cached_property
    def peak(self) -> int:
        """Bytes that are alive at once at inference, at the worst."""
        return self._alive(self._peak)

    @property
    def at(self) -> str:
        """The operation that is then at work."""
        return self._peak.at

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The input and each step of the main flow and of the asides; `kept` adds up."""
        return tuple(self._rows())

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON; all figures in bytes."""
        return {
            "batch": self.batch,
            "dtype": self.dtype,
            "weights": self.weights,
            "kept": self.kept,
            "peak": self.peak,
            "at": self.at,
            "conventions": CONVENTION,
            "steps": [asdict(row) for row in self.rows],
        }

    def _rows(self) -> Iterator[Row]:
        root = self.network.root
        entering = TRAINING.entering(root.inputs)
        made: dict[str, Made] = {INPUT: Made(tensors=list(entering))}
        values = {Value(INPUT, i): tensor for i, tensor in enumerate(entering)}
        for item in root.flow():
            made[item.name] = Made()
            arriving = [values[port.value] for port in item.inputs]
            leaving = TRAINING.leave(root, item, arriving, made[item.name])
            values.update((port.value, t) for port, t in zip(item.outputs, leaving, strict=True))
        alive = dict(zip((i.name for i in root.flow(asides=False)), self._peaks, strict=True))
        yield Row("", self._size(entering[0].elements), self._bytes(made[INPUT].kept), 0)
        for item in root.flow():
            output = sum(values[port.value].elements for port in item.outputs)
            there = self._alive(alive[item.name]) if item.name in alive else 0
            yield Row(item.name, self._size(output), self._bytes(made[item.name].kept), there)

    @cached_property
    def _peaks(self) -> tuple[Peak, ...]:
        return peaks(self.network)

    @cached_property
    def _peak(self) -> Peak:
        return greatest(self._peaks)

    def _alive(self, peak: Peak) -> int:
        return self._size(peak.elements)

    def _size(self, elements: int) -> int:
        return self._bytes(Bytes(elements))

    def _bytes(self, of: Bytes) -> int:
        return of.of(self.batch, WIDTHS[self.dtype])
