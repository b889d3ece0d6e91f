"""Joins: ops that make one map or vector of several."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import Disagree, Family, Op, Saved, Shape, numel


class Join(Op):
    """One output from one or more inputs; a single one passes unchanged."""

    family: ClassVar[Family] = "join"
    inputs: ClassVar[tuple[int, int | None]] = (1, None)
    overwritable: ClassVar[bool] = True

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: the gradient passes unchanged. The sum of a single input is the input itself."""
        return Saved(view=len(inputs) == 1)


class Concat(Join):
    """Channels of all inputs, one after the other; heights and widths must be equal."""

    name: ClassVar[str] = "concat"

    def shape(self, *inputs: Shape) -> Shape:
        """`(sum of C, H, W)`; raises `Disagree` unless heights and widths are equal."""
        first = inputs[0]
        channels = first[0]
        for number, other in enumerate(inputs[1:], 2):
            if len(other) != len(first) or other[1:] != first[1:]:
                what = "height and width" if len(other) == len(first) == 3 else "number of axes"
                raise Disagree(inputs, number, f"concat needs the same {what}")
            channels = channels + other[0]
        return (channels, *first[1:])

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing; the output is a copy, even of a single input."""
        return Saved()


class Add(Join):
    """The sum of all inputs, element by element; their shapes must be equal.

    Nothing is broadcast: a shortcut of one channel on a residual of many is a mistake. One
    operation for each element and input after the first.
    """

    name: ClassVar[str] = "add"

    def shape(self, *inputs: Shape) -> Shape:
        """The inputs' shape; raises `Disagree` unless all are equal."""
        for number, other in enumerate(inputs[1:], 2):
            if other != inputs[0]:
                raise Disagree(inputs, number, "add needs equal shapes")
        return inputs[0]

    def extra_flops(self, *inputs: Shape) -> int:
        """1 addition for each element and input after the first."""
        return (len(inputs) - 1) * numel(inputs[0])


class Multiply(Join):
    """The product of all inputs, element by element; a size of 1 is stretched to the others'.

    So a gate of C x 1 x 1 weighs channels (squeeze and excitation), and one of 1 x H x W weighs
    cells. One operation for each output element and input after the first.
    """

    name: ClassVar[str] = "multiply"

    def shape(self, *inputs: Shape) -> Shape:
        """The largest size along each axis; `Disagree` unless the others equal it or are 1."""
        first = inputs[0]
        for number, other in enumerate(inputs[1:], 2):
            if len(other) != len(first):
                raise Disagree(inputs, number, "multiply needs the same number of axes")
        sizes: list[int] = []
        for axis in range(len(first)):
            widest = next((i for i, x in enumerate(inputs) if x[axis] != 1), 0)
            sizes.append(inputs[widest][axis])
            for number, other in enumerate(inputs, 1):
                if other[axis] not in (1, sizes[-1]):
                    why = "multiply needs equal sizes, or 1, along each axis"
                    raise Disagree(inputs, number, why, with_=widest + 1)
        return tuple(sizes)

    def extra_flops(self, *inputs: Shape) -> int:
        """1 multiplication for each output element and input after the first."""
        return (len(inputs) - 1) * numel(self.shape(*inputs))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """All inputs, and the products in between where there are more than two."""
        if len(inputs) == 1:
            return Saved(view=True)
        between = (numel(self.shape(*inputs[: k + 1])) for k in range(1, len(inputs) - 1))
        return Saved(inputs=True, elements=sum(between))
