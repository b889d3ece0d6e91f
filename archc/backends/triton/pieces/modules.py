"""What the model calls: modules in, kernels or the modules themselves inside."""

from __future__ import annotations

from torch import Tensor, nn

from archc.backends.triton.pieces.depthwise import depthwise
from archc.backends.triton.pieces.shared import ACTIVATIONS, folded, name_of


def depthwise_fits(conv: nn.Conv2d) -> bool:
    """Whether the depthwise kernel does this convolution."""
    square = all(len({*pair}) == 1 for pair in (conv.kernel_size, conv.stride, conv.dilation))
    return (
        conv.groups == conv.in_channels == conv.out_channels
        and square
        and conv.kernel_size[0] in (3, 5, 7)
        and conv.stride[0] in (1, 2)
        and conv.padding in ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (6, 6), (9, 9))
        and conv.padding_mode == "zeros"
    )


def conv_norm_act(
    x: Tensor,
    conv: nn.Conv2d,
    norm: nn.BatchNorm2d | None = None,
    act: nn.Module | None = None,
) -> Tensor:
    """`act(norm(conv(x)))`: by one kernel where there is one, else module by module."""
    if not depthwise_fits(conv) or not (act is None or type(act) in ACTIVATIONS):
        y = conv(x)
    elif norm is not None and norm.training:  # its statistics need the whole map first
        y = depthwise(x, conv.weight, None, conv.bias, *place(conv), "none")
    else:
        return depthwise(x, conv.weight, *folded(conv, norm), *place(conv), name_of(act))
    y = y if norm is None else norm(y)
    return y if act is None else act(y)


def place(conv: nn.Conv2d) -> tuple[int, int, int]:
    """Stride, padding and dilation of a square convolution."""
    assert isinstance(conv.padding, tuple)
    return conv.stride[0], conv.padding[0], conv.dilation[0]
