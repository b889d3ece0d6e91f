"""Every op against PyTorch: whatever its fields and its inputs are, both say the same."""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from archc.dims import Dim, plain, python
from archc.ops import OPS, BadShape, Call, Op, Shape
from archc.ops.describe import describe

REFUSALS = (RuntimeError, ValueError, IndexError)
PIECES = "archc.backends.torch.pieces"

# PyTorch takes these, and no network means them: the op's docstring says so.
STRICTER = {
    ("linear", 3),  # would act on the width
    ("zero_pad", 1),  # would pad the batch
    ("pad_channels", 1),
    ("upsample", 1),
    ("channel_shuffle", 1),
    ("adaptive_avg_pool", 1),
    ("adaptive_max_pool", 1),
}
SLIDING = ("conv", "max_pool", "avg_pool")
OVERRIDES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("linear", "out_features"): st.integers(1, 50),
    ("conv", "out_channels"): st.sampled_from([1, 2, 3, 4, 6, 8, 12]),
    ("upsample", "scale_factor"): st.integers(1, 4) | st.tuples(*[st.integers(1, 4)] * 2),
}


def examples(count: int) -> Callable[[Any], Any]:
    return settings(max_examples=count, derandomize=True, deadline=None, database=None)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a field, from its JSON schema: a new op is tested as soon as it is listed."""
    match schema:
        case {"anyOf": choices}:
            return st.one_of([values(choice) for choice in choices])
        case {"enum": choices}:
            return st.sampled_from(choices)
        case {"const": value}:
            return st.just(value)
        case {"prefixItems": items}:
            return st.tuples(*map(values, items))
        case {"type": "integer", "minimum": least}:
            return st.integers(least, least + 4)
        case {"type": "number"}:
            return st.sampled_from([0.125, 0.25, 0.5])
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "null"}:
            return st.none()
    raise NotImplementedError(f"say how to make values of {schema}")


@st.composite
def ops(draw: st.DrawFn, name: str) -> Op:
    schema = OPS[name].model_json_schema()
    given = {
        key: draw(OVERRIDES.get((name, key), values(field)))
        for key, field in schema["properties"].items()
        if key in schema.get("required", ()) or draw(st.booleans())
    }
    return OPS[name](**given)


@st.composite
def shapes(draw: st.DrawFn, name: str, least: int = 1, most: int = 12) -> list[Shape]:
    channels = st.sampled_from([1, 2, 3, 4, 6, 8, 12])
    cells = st.integers(least, most)
    shape: Shape = (draw(channels), draw(cells), draw(cells))
    if draw(st.integers(0, 4)) == 0 or (name == "linear" and draw(st.integers(0, 4))):
        shape = shape[:1]
    if OPS[name].inputs[1] == 1:
        return [shape]
    # Joins: more of the same, now and then with a size of 1 or another one.
    size = st.sampled_from(["same"] * 8 + ["one", "other"])
    change: dict[str, Callable[[int], int]] = {
        "same": lambda n: n,
        "one": lambda n: 1,
        "other": lambda n: n + 1,
    }
    more = draw(st.integers(0, 3))
    return [shape, *(tuple(change[draw(size)](n) for n in shape) for _ in range(more))]


def module(call: Call) -> Any:
    """What a `Call` makes: a function of tensors."""
    options = {key: value for key, (value, default) in call.options.items() if value != default}
    if call.target in ("+", "*"):
        function = torch.add if call.target == "+" else torch.mul

        def fold(*tensors: Tensor) -> Tensor:
            result = tensors[0]
            for tensor in tensors[1:]:
                # The op is stricter than PyTorch: it broadcasts nothing.
                if call.target == "+" and tensor.shape != result.shape:
                    raise ValueError("shapes differ")
                result = function(result, tensor)
            return result

        return fold
    if call.target.startswith("torch."):
        function = getattr(torch, call.target.removeprefix("torch."))
        return lambda *tensors: function(list(tensors), *call.args, **options)
    if call.target.startswith("nn."):
        return getattr(nn, call.target.removeprefix("nn."))(*call.args, **options).eval()
    piece = getattr(importlib.import_module(f"{PIECES}.{call.target}"), call.target)
    return piece(*call.args, **options).eval()


def named(tensors: Any) -> dict[str, Shape]:
    return {name: tuple(tensor.shape) for name, tensor in tensors}


@pytest.mark.parametrize("name", OPS)
def test_op_agrees_with_torch(name: str) -> None:
    @examples(300 if name in SLIDING else 60)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        inputs = data.draw(shapes(name))
        assume((name, len(inputs[0])) not in STRICTER)
        refusal = None
        try:
            shape = op.shape(*inputs)
        except BadShape as error:
            refusal = error
        if refusal and op.__dict__.get("padding") == "same" and refusal.field == "ceil_mode":
            return  # PyTorch has no such padding to compare with
        try:
            with torch.device("meta"):
                made = module(op.torch(*inputs))
                tensors = [torch.empty(2, *x) for x in inputs]
                with FlopCounterMode(display=False) as counter:
                    output = made(*tensors)
        except REFUSALS:
            if refusal is None:
                raise
            return
        assert refusal is None, f"torch gives {tuple(output.shape)}: {refusal}"
        assert tuple(output.shape) == (2, *shape)
        if isinstance(made, nn.Module):
            assert op.weights(*inputs) == named(made.named_parameters())
            assert list(op.weights(*inputs)) == [name for name, _ in made.named_parameters()]
            assert op.buffers(*inputs) == named(made.named_buffers())
        assert counter.get_total_flops() == 2 * 2 * op.macs(*inputs)  # two samples, two flops a MAC
        assert op.extra_flops(*inputs) >= 0
        assert op.look().label

    check()


@pytest.mark.parametrize(("name", "axes"), sorted(STRICTER))
def test_stricter_than_torch(name: str, axes: int) -> None:
    fields = dict.fromkeys(OPS[name].model_json_schema().get("required", ()), 2)
    with pytest.raises(BadShape):
        OPS[name](**fields).shape((8, 6, 6)[:axes])


@pytest.mark.parametrize("name", OPS)
def test_options_are_torchs(name: str) -> None:
    """Defaults are PyTorch's, so that leaving an option out is right; `inplace` is known."""
    fields = {key: 1 for key in OPS[name].model_json_schema().get("required", ()) if key != "p"}
    op = OPS[name](**fields, **({"p": 0.5} if "p" in OPS[name].model_fields else {}))
    for shape in ((4, 8, 8), (4,)):
        try:
            op.shape(shape)
        except BadShape:
            continue
        call = op.torch(shape)
        if not call.target.startswith("nn."):
            continue
        known = inspect.signature(getattr(nn, call.target.removeprefix("nn."))).parameters
        for key, (_, default) in call.options.items():
            assert known[key].default == default
        if name != "dropout":  # in place, it would spoil what its input's producer keeps
            assert op.elementwise == ("inplace" in known)


@pytest.mark.parametrize("name", OPS)
def test_fields_are_described(name: str) -> None:
    assert set(describe(OPS[name])) >= set(OPS[name].model_fields)
    properties = OPS[name].model_json_schema()["properties"]
    assert all(field["description"].endswith(".") for field in properties.values())
    assert (OPS[name].__doc__ or "").split("\n")[0].endswith((".", ":"))


# Padding that is TensorFlow's


def reference(name: str, module: Any, x: Tensor, k: int, s: int, d: int) -> Tensor:
    """Keras' rule, written out: pad by hand, then the plain op."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        out = math.ceil(size / s)
        total = max((out - 1) * s + (k - 1) * d + 1 - size, 0)
        pads += [total // 2, total - total // 2]
    if name == "conv":
        return functional.conv2d(functional.pad(x, pads), module.weight, module.bias, s, dilation=d)
    if name == "max_pool":
        return functional.max_pool2d(functional.pad(x, pads, value=-math.inf), k, s, dilation=d)
    summed = functional.avg_pool2d(functional.pad(x, pads), k, s, divisor_override=1)
    return summed / functional.avg_pool2d(
        functional.pad(torch.ones_like(x), pads), k, s, divisor_override=1
    )


@pytest.mark.parametrize("name", SLIDING)
@pytest.mark.parametrize("traced", [False, True])
def test_same_padding_is_kerass(name: str, traced: bool) -> None:
    """Both what PyTorch can say and the class that is written out where it can not."""
    targets = set()

    @examples(150)
    @given(*[st.integers(1, 9)] * 2, *[st.integers(1, 6)] * 2, st.integers(1, 3))
    def check(height: int, width: int, k: int, s: int, d: int) -> None:
        d = 1 if name == "avg_pool" else d
        fields = {"kernel_size": k, "stride": s, "padding": "same"}
        fields |= {"dilation": d} if name != "avg_pool" else {}
        op = OPS[name](**fields, **({"out_channels": 3} if name == "conv" else {}))
        if traced:
            op.__dict__["stride"] = Dim(s, "stride")
        x = torch.randn(2, 2, height, width) - 5  # below zero: padding by zeros would win
        call = op.torch((2, height, width))
        targets.add(call.target)
        made = module(call)
        assert op.shape((2, height, width))[1:] == (math.ceil(height / s), math.ceil(width / s))
        torch.testing.assert_close(made(x), reference(name, made, x, k, s, d))

    check()
    piece = {"conv": "Conv2dSame", "max_pool": "MaxPool2dSame", "avg_pool": "AvgPool2dSame"}[name]
    assert targets == ({piece} if traced else {piece, "nn." + piece.removesuffix("Same")})


@pytest.mark.parametrize(
    ("name", "fields", "size", "target", "options"),
    [
        ("conv", {"kernel_size": 3}, 8, "nn.Conv2d", {"padding": 1}),
        ("conv", {"kernel_size": 3, "stride": 2}, 9, "nn.Conv2d", {"padding": 1, "stride": 2}),
        ("conv", {"kernel_size": 3, "stride": 2}, 8, "Conv2dSame", {"stride": 2}),
        ("conv", {"kernel_size": (1, 7)}, 8, "nn.Conv2d", {"padding": (0, 3)}),
        ("max_pool", {"kernel_size": 3, "stride": 2}, 8, "nn.MaxPool2d", {"ceil_mode": True}),
        ("max_pool", {"kernel_size": 2, "stride": 1}, 8, "MaxPool2dSame", {"stride": 1}),
        ("avg_pool", {"kernel_size": 2}, 8, "nn.AvgPool2d", {}),
        ("avg_pool", {"kernel_size": 2}, 7, "nn.AvgPool2d", {"ceil_mode": True}),
    ],
)
def test_same_padding_in_torchs_words(
    name: str, fields: dict[str, Any], size: int, target: str, options: dict[str, Any]
) -> None:
    extra = {"out_channels": 4} if name == "conv" else {}
    call = OPS[name](padding="same", **fields, **extra).torch((4, size, size))
    said = {key: value for key, (value, default) in call.options.items() if value != default}
    said.pop("count_include_pad", None)
    assert (call.target, {k: v for k, v in said.items() if k != "stride" or v != 2}) == (
        target,
        {k: v for k, v in options.items() if k != "stride" or v != 2},
    )


# What a cell sees


@pytest.mark.parametrize("name", [n for n in OPS if n not in ("linear", "flatten")])
def test_window_is_what_a_cell_sees(name: str) -> None:
    """Change one input cell at a time: exactly the cells whose window holds it answer."""

    @examples(80 if name in SLIDING else 25)
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
        for axis, cells in enumerate((height, width)):
            pairs = seen.any(dim=(1, 3) if axis == 0 else (0, 2))  # input cell, output cell
            lengths = []
            for place in range(pairs.shape[1]):
                first = place * window.stride[axis] // window.zoom[axis] - window.before[axis]
                last = first + window.extent[axis] - 1
                if first < 0 or last >= cells:
                    continue
                found = pairs[:, place].nonzero().flatten().tolist()
                lengths.append(found[-1] - found[0] + 1)
                if window.zoom[axis] == 1:
                    assert (found[0], found[-1]) == (first, last)
                assert found[0] in (first, first - (name == "upsample"))
            assert not lengths or max(lengths) == window.extent[axis]

    check()


def seeing(op: Op, shape: Shape) -> Tensor:
    """Whether output cell (h', w') changes with input cell (h, w): `[h, w, h', w']`."""
    channels, height, width = shape
    made = module(op.torch(shape))
    if isinstance(made, nn.Module):
        made = made.double()
        for name, parameter in made.named_parameters():
            nn.init.constant_(parameter, 0.0 if name == "bias" else 1.0)
    cells = height * width
    changed = torch.zeros(cells, channels, cells, dtype=torch.double)
    changed[range(cells), 0, range(cells)] = 1.0  # the first channel: it is in every first group
    still = made(torch.zeros(1, *shape, dtype=torch.double))
    moved = made(changed.view(cells, *shape))
    return ((moved - still).abs() > 1e-12).any(dim=1).view(height, width, *moved.shape[2:])


# Sizes that remember


@pytest.mark.parametrize("name", OPS)
def test_sizes_print_as_true_expressions(name: str) -> None:
    """With every field and size a `Dim`, each number that comes out says how it came about."""

    @examples(40)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        inputs = data.draw(shapes(name))
        try:
            plain_shape = op.shape(*inputs)
        except BadShape:
            assume(False)
        names = {**op.__dict__, "x": inputs}
        weights, call = op.weights(*inputs), op.torch(*inputs)
        for key, value in list(op.__dict__.items()):
            op.__dict__[key] = remembered(value, key)
        dims = [remembered(x, f"x[{i}]") for i, x in enumerate(inputs)]
        assert [evaluated(n, names) for n in op.shape(*dims)] == list(plain_shape)
        for key, shape in op.weights(*dims).items():
            assert [evaluated(n, names) for n in shape] == list(weights[key])
        traced = op.torch(*dims)
        if traced.target == call.target:
            assert evaluated(traced.args, names) == plain(call.args)
            for key, (value, _) in traced.options.items():
                assert evaluated(value, names) == plain(call.options[key][0])
        else:
            assert traced.target.endswith("Same")

    check()


def remembered(value: Any, name: str) -> Any:
    if isinstance(value, tuple):
        return tuple(remembered(part, f"{name}[{i}]") for i, part in enumerate(value))
    return Dim(value, name) if isinstance(value, int) else value


def evaluated(value: Any, names: dict[str, Any]) -> Any:
    return eval(python(value), {}, names)


def test_expressions_read_well() -> None:
    def traced(name: str, **fields: int) -> Op:
        op = OPS[name](**fields)
        op.__dict__.update({key: Dim(value, key) for key, value in fields.items()})
        return op

    def words(shape: Sequence[int]) -> list[str]:
        return [python(n) for n in shape]

    conv = traced("conv", out_channels=8, kernel_size=3, padding=1)
    assert words(conv.shape((3, 16, 16))) == [
        "out_channels",
        "16 + 2 * padding - kernel_size + 1",
        "16 + 2 * padding - kernel_size + 1",
    ]
    assert words(conv.weights((Dim(6, "in_channels"), 9, 9))["weight"])[:2] == [
        "out_channels",
        "in_channels",
    ]
    assert words(OPS["flatten"]().shape((Dim(8, "width"), 4, 4))) == ["width * 16"]
    assert words(OPS["flatten"]().shape((Dim(8, "width"), 1, 1))) == ["width"]
    assert words(OPS["concat"]().shape((Dim(8, "a"), 4, 4), (Dim(8, "b"), 4, 4)))[0] == "a + b"
    same = OPS["conv"](out_channels=8, kernel_size=3, padding="same")
    same.__dict__["kernel_size"] = Dim(3, "kernel_size")
    padding, _ = same.torch((3, 16, 16)).options["padding"]
    assert python(padding) == "(kernel_size - 1) // 2"
