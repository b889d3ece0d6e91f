"""What one output cell sees, by changing one input cell at a time."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from archc.ops import OPS, BadShape, Op, Shape
from archc.targets.torch.lowering import lower
from tests.ops.op_cases import SLIDING, examples, module, ops


@pytest.mark.parametrize("name", [n for n in OPS if n not in ("linear", "rbf", "flatten")])
def test_window_is_what_a_cell_sees(name: str) -> None:
    """Change one input cell at a time: exactly the cells whose window holds it answer."""

    @examples(150 if name in SLIDING else 30)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        height, width = data.draw(st.tuples(*[st.integers(4, 11)] * 2))
        x = (4, height, width)
        try:
            op.shape(x)
        except BadShape:
            assume(False)
        seen, window = seeing(op, x), op.window(x)
        if window.everything:
            assert seen.all()
            return
        extents = window.extent
        for axis, cells in enumerate((height, width)):
            pairs = seen.any(dim=(1, 3) if axis == 0 else (0, 2))  # input cell, output cell
            lengths = []
            for place in range(pairs.shape[1]):
                moved, zoom = place * window.stride[axis], window.zoom[axis]
                first = (moved + window.first[axis]) // zoom
                last = (moved + window.last[axis]) // zoom
                assert last - first < extents[axis]
                if first < 0 or last >= cells:
                    continue
                found = pairs[:, place].nonzero().flatten().tolist()
                if getattr(op, "mode", "") == "bicubic" and len(found) == 1:
                    assert first < found[0] < last  # it falls on that cell exactly
                    continue
                assert found == [] or (found[0], found[-1]) == (first, last)
                lengths.append(len(found) and found[-1] - found[0] + 1)
            assert window.zoom[axis] > 1 or not lengths or max(lengths) == extents[axis]

    check()


def seeing(op: Op, shape: Shape) -> Tensor:
    """Whether output cell (h', w') changes with input cell (h, w): `[h, w, h', w']`."""
    channels, height, width = shape
    made = module(lower(op, shape))
    if isinstance(made, nn.Module):
        made = made.double()
        for name, parameter in made.named_parameters():
            nn.init.constant_(parameter, 0.0 if name == "bias" else 1.0)
    cells = height * width
    changed = torch.zeros(cells, channels, cells, dtype=torch.double)
    # Most in the first channel, which is in every first group; the others by different numbers.
    changed[range(cells), :, range(cells)] = torch.linspace(1, 2, channels, dtype=torch.double)
    still = made(torch.zeros(1, *shape, dtype=torch.double))
    moved = made(changed.view(cells, *shape))
    seen: Tensor = ((moved - still).abs() > 1e-12).any(dim=1)
    return seen.view(height, width, *moved.shape[2:])
