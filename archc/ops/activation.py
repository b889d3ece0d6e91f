"""Activations: functions of each element by itself, and softmax."""

from __future__ import annotations

from typing import ClassVar, Literal

from archc.ops.base import Family, Op, Saved, Shape, Window, numel
from archc.ops.fields import Real


class Activation(Op):
    """A function of each element by itself: any shape passes, at 1 operation an element.

    One operation whatever the function: there is no count of an exponential that holds for all
    hardware, and activations are never the bulk of a network.
    """

    family: ClassVar[Family] = "activation"

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def extra_flops(self, *inputs: Shape) -> int:
        """1 operation an element."""
        (x,) = inputs
        return numel(x)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, a copy of the input, as the output overwrites it."""
        (x,) = inputs
        return Saved(elements=numel(x)) if inplace else Saved(inputs=True)


class ReLU(Activation):
    """Rectified linear unit: max(x, 0)."""

    name: ClassVar[str] = "relu"
    inplace: ClassVar[bool] = True

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The output, whose sign is the derivative."""
        return Saved(output=True)


class ReLU6(Activation):
    """Rectified linear unit with a ceiling: min(max(x, 0), 6), as in MobileNet."""

    name: ClassVar[str] = "relu6"
    inplace: ClassVar[bool] = True


class SiLU(Activation):
    """Sigmoid linear unit, also called swish: x * sigmoid(x), as in EfficientNet."""

    name: ClassVar[str] = "silu"
    inplace: ClassVar[bool] = True


class Sigmoid(Activation):
    """Logistic function: 1 / (1 + exp(-x))."""

    name: ClassVar[str] = "sigmoid"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The output y: the derivative is y * (1 - y)."""
        return Saved(output=True)


class Tanh(Activation):
    """Hyperbolic tangent."""

    name: ClassVar[str] = "tanh"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The output y: the derivative is 1 - y**2."""
        return Saved(output=True)


class ScaledTanh(Activation):
    """Hyperbolic tangent with an amplitude: amplitude * tanh(slope * x), as in LeNet-5.

    With the defaults 1 goes to 1 and -1 to -1 (LeCun et al., 1998, appendix A).
    """

    name: ClassVar[str] = "scaled_tanh"

    amplitude: Real = 1.7159
    """What it goes to far above zero."""
    slope: Real = 2 / 3
    """What x is multiplied with."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The tangent before it is scaled, one element for each of the input."""
        (x,) = inputs
        return Saved(elements=numel(x))


class OneMinus(Activation):
    """What is left of a gate: 1 - x, as in highway networks."""

    name: ClassVar[str] = "one_minus"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: the derivative is -1 everywhere."""
        return Saved()


class GELU(Activation):
    """Gaussian error linear unit: x * Phi(x) (Hendrycks and Gimpel, 2016, arXiv:1606.08415)."""

    name: ClassVar[str] = "gelu"

    approximate: Literal["none", "tanh"] = "none"
    """`tanh` for the paper's approximation of Phi, `none` for the exact function."""


class Hardswish(Activation):
    """Swish of straight lines: x * relu6(x + 3) / 6 (MobileNetV3, arXiv:1905.02244)."""

    name: ClassVar[str] = "hardswish"
    inplace: ClassVar[bool] = True


class Hardsigmoid(Activation):
    """Sigmoid of straight lines: relu6(x + 3) / 6 (MobileNetV3, arXiv:1905.02244)."""

    name: ClassVar[str] = "hardsigmoid"
    inplace: ClassVar[bool] = True


class LeakyReLU(Activation):
    """Rectified linear unit with a slope below zero: max(x, 0) + negative_slope * min(x, 0)."""

    name: ClassVar[str] = "leaky_relu"
    inplace: ClassVar[bool] = True

    negative_slope: Real = 0.01
    """The slope below zero; darknet's is 0.1."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, the output, which has the same sign."""
        return Saved(inputs=not inplace, output=inplace)


class ELU(Activation):
    """Exponential linear unit: x, or alpha * (exp(x) - 1) below zero (arXiv:1511.07289)."""

    name: ClassVar[str] = "elu"
    inplace: ClassVar[bool] = True

    alpha: Real = 1.0
    """What it goes to far below zero, with the sign changed."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, the output, which has the same sign."""
        return Saved(inputs=not inplace, output=inplace)


class Softmax(Activation):
    """Softmax over the features of a vector, or over the channels at each cell of a map.

    5 operations an element: maximum, difference, exponential, sum, division.
    """

    name: ClassVar[str] = "softmax"

    def extra_flops(self, *inputs: Shape) -> int:
        """5 operations an element."""
        (x,) = inputs
        return 5 * numel(x)

    def window(self, *inputs: Shape) -> Window:
        """A cell of a map sees its own channels; a feature of a vector sees the whole vector."""
        (x,) = inputs
        return Window(everything=len(x) == 1)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The output, from which the derivative follows."""
        return Saved(output=True)
