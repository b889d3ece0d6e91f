"""What stays in memory: held against PyTorch's own saved tensors, and against its forward pass."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from op_cases import examples, module, ops, shapes
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from archc.ops import OPS, BadShape


@pytest.fixture(autouse=True)
def _as_on_a_gpu(monkeypatch):
    """Dropout as a GPU has it: the mask is a byte an element."""
    monkeypatch.setattr(
        torch.nn.functional,
        "dropout",
        lambda x, p, training, inplace: torch.native_dropout(x, p, training)[0] if p else x,
    )


def kept(run, inputs, own=()):
    """Bytes of each different memory that autograd keeps while `run(*inputs)` runs, by memory."""
    saved = []
    with saved_tensors_hooks(lambda t: saved.append(t) or t, lambda t: t):
        result = run(*inputs)
    memories = {t.untyped_storage()._cdata: t.untyped_storage().nbytes() for t in saved}
    for tensor in own:
        memories.pop(tensor.untyped_storage()._cdata, None)
    return memories, result, saved


@pytest.mark.parametrize("name", OPS)
@given(data=st.data())
@examples(40)
def test_what_an_op_saves_is_what_autograd_keeps(name, data):
    op, given_shapes = data.draw(ops(name)), data.draw(shapes(name))
    try:
        out = op.shape(*given_shapes)
    except BadShape:
        assume(False)
    batch = 3
    made = module(op.torch(*given_shapes))
    own = []
    if isinstance(made, nn.Module):
        made.train()
        own = [*made.parameters(), *made.buffers()]
    inplace = op.elementwise and data.draw(st.booleans())
    if inplace:
        made.inplace = True
    # What arrives was made by something: a leaf can not be overwritten.
    inputs = [(torch.rand(batch, *shape).requires_grad_() + 0) for shape in given_shapes]
    memories, result, _ = kept(made, inputs, own)
    said = op.saved(*given_shapes, inplace=inplace)
    arrived = {x.untyped_storage()._cdata: x for x in inputs}
    left = result.untyped_storage()._cdata
    assert (left in arrived) == (said.view or inplace)
    if left not in arrived or inplace:
        assert (left in memories) == (said.output)
    if not inplace:
        assert {key for key in memories if key in arrived} == (set(arrived) if said.inputs else set())
    more = {key: size for key, size in memories.items() if key not in arrived and key != left}
    assert sum(more.values()) == batch * (4 * said.elements + said.bytes) + said.fixed
    assert result.shape[1:] == out
