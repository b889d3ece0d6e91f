"""Joins: ops that make one map (or vector) of several."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import Disagree, Family, Op, Saved, Shape, numel


class Join(Op):
    """One output from one or more inputs; a single one passes unchanged."""

    family: ClassVar[Family] = "join"
    inputs: ClassVar[tuple[int, int | None]] = (1, None)
    overwritable: ClassVar[bool] = True

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: a gradient passes as it is, or a part of it."""
        return Saved(view=len(inputs) == 1)


class Concat(Join):
    """Channels of all inputs, one after the other; heights and widths must be equal."""

    name: ClassVar[str] = "concat"

    def shape(self, *inputs: Shape) -> Shape:
        """The sum of the channels, and height and width of each."""
        first = inputs[0]
        channels = first[0]
        for number, other in enumerate(inputs[1:], 2):
            if len(other) != len(first) or other[1:] != first[1:]:
                what = "height and width" if len(other) == len(first) == 3 else "number of axes"
                raise Disagree(inputs, number, f"concat needs the same {what}")
            channels = channels + other[0]
        return (channels, *first[1:])

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing; it is a copy, even of a single input."""
        return Saved()


class Add(Join):
    """The sum of all inputs, element by element; their shapes must be equal.

    Nothing is broadcast: a shortcut of one channel on a residual of many is a mistake. One
    operation for each element and input after the first.
    """

    name: ClassVar[str] = "add"

    def shape(self, *inputs: Shape) -> Shape:
        """The shape of each input."""
        for number, other in enumerate(inputs[1:], 2):
            if other != inputs[0]:
                raise Disagree(inputs, number, "add needs equal shapes")
        return inputs[0]

    def extra_flops(self, *inputs: Shape) -> int:
        """1 for each element and input after the first."""
        return (len(inputs) - 1) * numel(inputs[0])


class Multiply(Join):
    """The product of all inputs, element by element; a size of 1 is stretched to the others'.

    So a gate of C x 1 x 1 weighs channels (squeeze and excitation), and one of 1 x H x W weighs
    cells. One operation for each output element and input after the first.
    """

    name: ClassVar[str] = "multiply"

    def shape(self, *inputs: Shape) -> Shape:
        """Along each axis the size that is not 1, which must be one and the same."""
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
        """1 for each output element and input after the first."""
        return (len(inputs) - 1) * numel(self.shape(*inputs))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """All factors, and the products on the way where there are more than two."""
        if len(inputs) == 1:
            return Saved(view=True)
        between = (numel(self.shape(*inputs[: k + 1])) for k in range(1, len(inputs) - 1))
        return Saved(inputs=True, elements=sum(between))
