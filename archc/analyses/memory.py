"""Memory of activations: what training keeps, and the most that inference needs at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from archc.analyses.autograd_memory import Bytes, keeps
from archc.analyses.cost import Cost, cost
from archc.analyses.devices import WIDTHS
from archc.analyses.liveness import Peak, greatest, moments
from archc.analyses.memory_timeline import opened
from archc.document.translation import N_
from archc.network import Network
from archc.ops.base import numel

CONVENTION = N_(
    {
        "kept": "what autograd keeps of one forward pass of the generated module in eager PyTorch "
        "on a GPU, asides and the input included: each tensor once, with masks and indices; no "
        "weights, gradients, optimiser states or workspace",
        "peak": "the most that is alive at once at inference, in the order of the generated "
        "forward pass: each tensor from the operation that makes it to the last one that reads "
        "it, the input included; no weights and no workspace",
        "in place": "an activation overwrites its input where the generated code says inplace=True",
    }
)
"""How memory is counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one step of the network takes, in bytes."""

    id: str
    """Empty for the input."""
    level: int
    """How deep it stands in the tree of blocks, 1 at the top."""
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
        return self._bytes(keeps(self.network))

    @cached_property
    def peak(self) -> int:
        """Bytes that are alive at once at inference, at the worst."""
        return self._size(self._peak.elements)

    @property
    def at(self) -> str:
        """The operation that is then at work."""
        return self._peak.at

    def rows(self, depth: int | None = 1) -> tuple[Row, ...]:
        """The input and each step of the main flow and of the asides, blocks opened to a depth.

        `kept` adds up over the rows of a level; equal iterations in a row share a row.
        """
        return tuple(
            Row(
                path,
                step.level,
                self._bytes(step.output),
                self._bytes(step.kept),
                self._size(step.alive),
            )
            for path, step in opened(self.network, depth).items()
        )

    def to_dict(self, depth: int | None = 1) -> dict[str, Any]:
        """Plain data, ready for JSON; all figures in bytes."""
        return {
            "batch": self.batch,
            "dtype": self.dtype,
            "weights": self.weights,
            "kept": self.kept,
            "peak": self.peak,
            "at": self.at,
            "conventions": CONVENTION,
            "steps": [asdict(row) for row in self.rows(depth)],
        }

    @cached_property
    def _peak(self) -> Peak:
        image = Peak(numel(self.network.input), "")
        return greatest([*(moment.peak for moment in moments(self.network)), image])

    def _size(self, elements: int) -> int:
        return self._bytes(Bytes(elements))

    def _bytes(self, of: Bytes) -> int:
        return of.of(self.batch, WIDTHS[self.dtype])
