"""Ops with random fields, inputs for them, and the modules that their calls make."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch import Tensor, nn

from archc.expr.sizes import plain
from archc.ops import OPS, Op, Shape
from archc.targets.torch.lowering import Call

torch.set_num_threads(1)  # the tensors are tiny: threads would only wait for each other

SLIDING = ("conv", "max_pool", "avg_pool")
PIECES = "archc.targets.torch.pieces"

OVERRIDES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("linear", "out_features"): st.integers(1, 50),
    ("pad_channels", "out_channels"): st.integers(12, 16),  # fewer would be cut off
    ("zero_pad", "padding"): st.integers(-2, 4) | st.tuples(*[st.integers(-2, 4)] * 4),
    ("pad", "padding"): st.integers(0, 3) | st.tuples(*[st.integers(0, 3)] * 4),
    ("crop", "size"): st.integers(1, 4) | st.tuples(*[st.integers(1, 4)] * 2),
    ("pixel_shuffle", "upscale_factor"): st.sampled_from([1, 1, 2]),
    ("pixel_unshuffle", "downscale_factor"): st.sampled_from([1, 1, 2, 3]),
    ("prelu", "num_parameters"): st.sampled_from([1, 1, 2, 3, 4]),
    ("conv", "out_channels"): st.sampled_from([1, 2, 3, 4, 6, 8, 12]),
    # The first channel is seen; the others may not be there.
    ("partial_conv", "connections"): st.lists(
        st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple), max_size=3
    ).map(lambda rows: ((0,), *rows)),
    ("upsample", "scale_factor"): st.none()
    | st.integers(1, 4)
    | st.tuples(*[st.integers(1, 4)] * 2),
    ("upsample", "size"): st.none() | st.integers(1, 14) | st.tuples(*[st.integers(1, 14)] * 2),
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


@cache
def fields(name: str) -> dict[str, tuple[st.SearchStrategy[Any], bool]]:
    """Values of each field of an op, and whether it must be given."""
    schema = OPS[name].model_json_schema()
    return {
        key: (
            OVERRIDES[name, key] if (name, key) in OVERRIDES else values(field),
            key in schema.get("required", ()),
        )
        for key, field in schema["properties"].items()
    }


@st.composite
def ops(draw: st.DrawFn, name: str) -> Op:
    given = {
        key: draw(strategy)
        for key, (strategy, required) in fields(name).items()
        if required or draw(st.booleans())
    }
    return OPS[name](**given)


@st.composite
def shapes(draw: st.DrawFn, name: str) -> list[Shape]:
    channels = st.sampled_from([1, 2, 3, 4, 6, 8, 12])
    cells = st.integers(1, 12)
    shape: Shape = (draw(channels), draw(cells), draw(cells))
    if draw(st.integers(0, 4)) == 0 or (name in ("linear", "rbf") and draw(st.integers(0, 4))):
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
    args = plain(call.args)
    options = {
        key: plain(value) for key, (value, default) in call.options.items() if value != default
    }
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
        return lambda *tensors: function(list(tensors), *args, **options)
    if call.target.startswith("nn."):
        return getattr(nn, call.target.removeprefix("nn."))(*args, **options).eval()
    piece = getattr(importlib.import_module(f"{PIECES}.{call.target}"), call.target)
    return piece(*args, **options).eval()
