"""Activations: functions of each element by itself, and softmax."""

from __future__ import annotations

from typing import ClassVar, Literal

from archc.ops.base import BadShape, Family, Op, Saved, Shape, Window, numel
from archc.ops.fields import Positive, Real, Small


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


class PReLU(Activation):
    """Rectified linear unit with a learned slope below zero (He et al., 2015, arXiv:1502.01852)."""

    name: ClassVar[str] = "prelu"

    num_parameters: Positive = 1
    """Slopes: 1 for all channels, or one for each channel."""
    init: Real = 0.25
    """The slope before training."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape; raises `BadShape` unless there are 1 or as many slopes as channels."""
        (x,) = inputs
        if self.num_parameters != 1 and self.num_parameters != x[0]:
            raise BadShape(
                f"num_parameters: {self.num_parameters} is neither 1 nor the {x[0]} channels",
                "num_parameters",
                f"num_parameters: {x[0]} is one for each channel",
            )
        return x

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """The slopes, `(num_parameters,)`."""
        return {"weight": (self.num_parameters,)}


class ELU(Activation):
    """Exponential linear unit: x, or alpha * (exp(x) - 1) below zero (arXiv:1511.07289)."""

    name: ClassVar[str] = "elu"
    inplace: ClassVar[bool] = True

    alpha: Real = 1.0
    """What it goes to far below zero, with the sign changed."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, the output, which has the same sign."""
        return Saved(inputs=not inplace, output=inplace)


class CELU(Activation):
    """Exponential linear unit that is smooth for every alpha (Barron, 2017, arXiv:1704.07483).

    x, or alpha * (exp(x / alpha) - 1) below zero.
    """

    name: ClassVar[str] = "celu"
    inplace: ClassVar[bool] = True

    alpha: Small = 1.0
    """What it goes to far below zero, with the sign changed."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, the output, which has the same sign."""
        return Saved(inputs=not inplace, output=inplace)


class SELU(Activation):
    """Exponential linear unit that keeps mean 0 and variance 1 from layer to layer.

    1.0507 * x, or 1.0507 * 1.6733 * (exp(x) - 1) below zero (Klambauer et al., 2017,
    arXiv:1706.02515).
    """

    name: ClassVar[str] = "selu"
    inplace: ClassVar[bool] = True

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; in place, the output, which has the same sign."""
        return Saved(inputs=not inplace, output=inplace)


class Softplus(Activation):
    """A smooth rectified linear unit: log(1 + exp(beta * x)) / beta."""

    name: ClassVar[str] = "softplus"

    beta: Small = 1.0
    """How sharp the bend is."""
    threshold: Real = 20.0
    """Where beta * x is above it, the function is x: beyond that the exponential may overflow."""


class Mish(Activation):
    """x * tanh(softplus(x)) (Misra, 2019, arXiv:1908.08681), as in YOLOv4."""

    name: ClassVar[str] = "mish"
    inplace: ClassVar[bool] = True


class Hardtanh(Activation):
    """Hyperbolic tangent of straight lines: x, cut off at min_val and max_val."""

    name: ClassVar[str] = "hardtanh"
    inplace: ClassVar[bool] = True

    min_val: Real = -1.0
    """The least value."""
    max_val: Real = 1.0
    """The greatest value; must be above min_val."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape; raises `BadShape` unless max_val is above min_val."""
        if self.max_val <= self.min_val:
            raise BadShape(
                f"max_val: {self.max_val} is not above min_val: {self.min_val}", "max_val"
            )
        return super().shape(*inputs)


class Softsign(Activation):
    """x / (1 + |x|): a hyperbolic tangent that goes to its ends more slowly."""

    name: ClassVar[str] = "softsign"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and what it is divided by."""
        (x,) = inputs
        return Saved(inputs=True, elements=numel(x))


class LogSigmoid(Activation):
    """Logarithm of the logistic function: log(1 / (1 + exp(-x)))."""

    name: ClassVar[str] = "logsigmoid"


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


class LogSoftmax(Softmax):
    """Logarithm of the softmax, over the features of a vector or the channels of each cell."""

    name: ClassVar[str] = "log_softmax"
