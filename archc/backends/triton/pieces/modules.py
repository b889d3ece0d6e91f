"""What the model calls: it gives its modules, which keep the weights, and gets their result.

While a gradient is wanted, or batch norm takes the batch's own statistics, only the depthwise
convolution is a kernel (with kernels of its own for the gradients), and the modules do the rest.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archc.backends.triton.pieces.depthwise import depthwise, depthwise_squeeze
from archc.backends.triton.pieces.pointwise import pointwise
from archc.backends.triton.pieces.shared import ACTIVATIONS, folded, name_of, wide
from archc.backends.triton.pieces.squeeze_excite import squeeze_excite_gate


def conv_norm_act(
    x: Tensor,
    conv: nn.Conv2d,
    norm: nn.BatchNorm2d | None = None,
    act: nn.Module | None = None,
    *,
    gate: Tensor | None = None,
) -> Tensor:
    """`act(norm(conv(x * gate)))`: by one kernel where there is one, else module by module."""
    learning = torch.is_grad_enabled()
    frozen = (norm is None or not norm.training) and (act is None or type(act) in ACTIVATIONS)
    if depthwise_fits(conv) and gate is None:
        if frozen:
            done: Tensor = depthwise(
                x, conv.weight, *folded(conv, norm), *place(conv), name_of(act)
            )
            return done
        y: Tensor = depthwise(x, conv.weight, None, conv.bias, *place(conv), "none")
    elif pointwise_fits(conv) and frozen and not learning:
        done = pointwise(x, conv.weight, gate, *folded(conv, norm), None, name_of(act))
        return done
    else:
        y = conv(x if gate is None else x * gate[..., None, None])
    if norm is not None:
        y = norm(y)
    if act is not None:
        y = act(y)
    return y


def conv_norm_act_squeeze(
    x: Tensor, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None, act: nn.Module | None = None
) -> tuple[Tensor, Tensor]:
    """As `conv_norm_act`, and the sums over the map's cells, in tiles, for `squeeze_excite`."""
    frozen = (norm is None or not norm.training) and (act is None or type(act) in ACTIVATIONS)
    if depthwise_fits(conv) and frozen and not torch.is_grad_enabled():
        both: tuple[Tensor, Tensor] = depthwise_squeeze(
            x, conv.weight, *folded(conv, norm), *place(conv), name_of(act)
        )
        return both
    y = conv_norm_act(x, conv, norm, act)
    return y, wide(y).sum((2, 3)).unsqueeze(1)


def squeeze_excite(y: Tensor, gate: nn.Sequential, *, sums: Tensor) -> Tensor:
    """The gate [N, C] of a map, from its sums: pool, conv, activation, conv, activation."""
    _, reduce, act, expand, last = gate
    assert isinstance(reduce, nn.Conv2d)
    assert isinstance(expand, nn.Conv2d)
    cells = y.shape[2] * y.shape[3]
    if torch.is_grad_enabled() or reduce.bias is None or expand.bias is None:
        mean = (sums.sum(1) / cells).to(y.dtype)[..., None, None]
        made: Tensor = last(expand(act(reduce(mean)))).flatten(1)
        return made
    weights = (reduce.weight, reduce.bias, expand.weight, expand.bias)
    made = squeeze_excite_gate(sums, *weights, cells, name_of(act), name_of(last))
    return made


def depthwise_fits(conv: nn.Conv2d) -> bool:
    """Whether the depthwise kernel does this convolution."""
    square = all(len({*pair}) == 1 for pair in (conv.kernel_size, conv.stride, conv.dilation))
    return (
        conv.groups == conv.in_channels == conv.out_channels
        and conv.groups > 1
        and square
        and conv.kernel_size[0] in (3, 5, 7)
        and conv.stride[0] in (1, 2)
        and isinstance(conv.padding, tuple)
        and conv.padding[0] == conv.padding[1]
        and conv.padding_mode == "zeros"
    )


def pointwise_fits(conv: nn.Conv2d) -> bool:
    """Whether the 1x1 kernel does this convolution."""
    ones = ((1, 1), (1, 1), 1)
    return (conv.kernel_size, conv.stride, conv.groups) == ones and conv.padding == (0, 0)


def place(conv: nn.Conv2d) -> tuple[int, int, int]:
    """Stride, padding and dilation of a square convolution."""
    assert isinstance(conv.padding, tuple)
    return conv.stride[0], conv.padding[0], conv.dilation[0]
