"""Names of classes: `conv_bn_relu` is `ConvBNReLU`, EfficientNet's b0 is `EfficientNetB0`."""

from __future__ import annotations

import re

from archc.network import Network

_WORDS = {
    "bn": "BN",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "silu": "SiLU",
    "gelu": "GELU",
    "lrn": "LRN",
    "mbconv": "MBConv",
    "mlp": "MLP",
    "rbf": "RBF",
    "se": "SE",
    "dw": "DW",
    "cifar": "CIFAR",
    "resnet": "ResNet",
    "resnext": "ResNeXt",
    "preact": "PreAct",
    "densenet": "DenseNet",
}
"""Words of the field that are not written with one capital."""


def camel_case(name: str) -> str:
    """A snake_case name as a class name; numbers stay apart: `50_32x4d` is not `5032x4d`."""
    words = [word for word in re.split(r"[_\W]+", name) if word]
    joined = "_".join(_WORDS.get(word, word[:1].upper() + word[1:]) for word in words)
    return re.sub(r"_(?!\d)|(?<!\d)_", "", joined)


def class_name(network: Network) -> str:
    """The class of a network: its title where that spells its name, else its name; the variant."""
    spec = network.spec
    words = re.split(r"\W+", spec.title.split("(")[0])
    title = "".join(word[:1].upper() + word[1:] for word in words)
    name = title if title.lower() == spec.name.replace("_", "") else camel_case(spec.name)
    variant = network.variant or ""
    if variant.startswith(spec.name):
        variant = variant[len(spec.name) :]
    return name + camel_case(variant)


def singular(name: str) -> str:
    """The loop variable for one of several modules: `cell` of `cells2`; `module` where unclear."""
    match = _PLURAL.fullmatch(name)
    return match["one"] if match and match["one"] != name else "module"


_PLURAL = re.compile(r"(?P<one>[a-z_]+?)s?_?\d*")
