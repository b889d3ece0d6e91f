"""Tables as their papers, and the lectures that quote them, print them: typed in, not computed."""

from typing import Any

GOOGLENET = """\
type|patch size/stride|output size|depth|#1×1|#3×3 reduce|#3×3|#5×5 reduce|#5×5|pool proj|params|ops
convolution|7×7/2|112×112×64|1|||||||2.7K|34M
max pool|3×3/2|56×56×64|0||||||||
convolution|3×3/1|56×56×192|2||64|192||||112K|360M
max pool|3×3/2|28×28×192|0||||||||
inception (3a)||28×28×256|2|64|96|128|16|32|32|159K|128M
inception (3b)||28×28×480|2|128|128|192|32|96|64|380K|304M
max pool|3×3/2|14×14×480|0||||||||
inception (4a)||14×14×512|2|192|96|208|16|48|64|364K|73M
inception (4b)||14×14×512|2|160|112|224|24|64|64|437K|88M
inception (4c)||14×14×512|2|128|128|256|24|64|64|463K|100M
inception (4d)||14×14×528|2|112|144|288|32|64|64|580K|119M
inception (4e)||14×14×832|2|256|160|320|32|128|128|840K|170M
max pool|3×3/2|7×7×832|0||||||||
inception (5a)||7×7×832|2|256|160|320|32|128|128|1072K|54M
inception (5b)||7×7×1024|2|384|192|384|48|128|128|1388K|71M
avg pool|7×7/1|1×1×1024|0||||||||
dropout (40%)||1×1×1024|0||||||||
linear||1×1×1000|1|||||||1000K|1M
softmax||1×1×1000|0||||||||
"""
DISPUTED = ["2.7K", "34M", "364K", "437K", "463K", "580K", "840K", "1072K", "54M", "1388K"]
"""The cells of it that cannot be right."""

_BASIC = "[3×3, {0}; 3×3, {0}] × {1}"
_BOTTLENECK = "[1×1, {0}; 3×3, {0}; 1×1, {2}] × {1}"


def _stage(width: Any, basic: Any, bottleneck: Any) -> Any:
    return [_BASIC.format(width, n) for n in basic] + [
        _BOTTLENECK.format(width, n, 4 * width) for n in bottleneck
    ]


RESNET = [
    ["layer name", "output size", "18-layer", "34-layer", "50-layer", "101-layer", "152-layer"],
    ["conv1", "112×112", *["7×7, 64, stride 2"] * 5],
    ["", "", *["3×3 max pool, stride 2"] * 5],
    ["conv2_x", "56×56", *_stage(64, [2, 3], [3, 3, 3])],
    ["conv3_x", "28×28", *_stage(128, [2, 4], [4, 4, 8])],
    ["conv4_x", "14×14", *_stage(256, [2, 6], [6, 23, 36])],
    ["conv5_x", "7×7", *_stage(512, [2, 3], [3, 3, 3])],
    ["", "1×1", *["average pool, 1000-d fc, softmax"] * 5],
    ["FLOPs", "", "1.8×10⁹", "3.6×10⁹", "3.8×10⁹", "7.6×10⁹", "11.3×10⁹"],
]

EFFICIENTNET = """\
1|Conv3×3|224×224|32|1
2|MBConv1, k3×3|112×112|16|1
3|MBConv6, k3×3|112×112|24|2
4|MBConv6, k5×5|56×56|40|2
5|MBConv6, k3×3|28×28|80|3
6|MBConv6, k5×5|14×14|112|3
7|MBConv6, k5×5|14×14|192|4
8|MBConv6, k3×3|7×7|320|1
9|Conv1×1 & Pooling & FC|7×7|1280|1
"""

VGG = {
    "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "A-LRN": "64 LRN M 128 M 256 256 M 512 512 M 512 512 M",
    "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "C": "64 64 M 128 128 M 256 256 1-256 M 512 512 1-512 M 512 512 1-512 M",
    "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}
"""Its columns: the channels of 3x3 convolutions, M for a pool."""

MOBILENET = """\
Conv / s2|3×3×3×32|224×224×3
Conv dw / s1|3×3×32 dw|112×112×32
Conv / s1|1×1×32×64|112×112×32
Conv dw / s2|3×3×64 dw|112×112×64
Conv / s1|1×1×64×128|56×56×64
Conv dw / s1|3×3×128 dw|56×56×128
Conv / s1|1×1×128×128|56×56×128
Conv dw / s2|3×3×128 dw|56×56×128
Conv / s1|1×1×128×256|28×28×128
Conv dw / s1|3×3×256 dw|28×28×256
Conv / s1|1×1×256×256|28×28×256
Conv dw / s2|3×3×256 dw|28×28×256
Conv / s1|1×1×256×512|14×14×256
[Conv dw / s1; Conv / s1] × 5|3×3×512 dw; 1×1×512×512|14×14×512; 14×14×512
Conv dw / s2|3×3×512 dw|14×14×512
Conv / s1|1×1×512×1024|7×7×512
Conv dw / s1|3×3×1024 dw|7×7×1024
Conv / s1|1×1×1024×1024|7×7×1024
Avg Pool / s1|Pool 7×7|7×7×1024
FC / s1|1024×1000|1×1×1024
Softmax / s1|Classifier|1×1×1000
"""
"""The last depthwise layer has stride 1 here, and 2 in print: a disputed claim."""

ALEXNET = """\
conv1|convolution|96|11×11|4|0|55×55×96|34,944
pool1|max pool|—|3×3|2|0|27×27×96|0
norm1|normalisation|—|—|—|—|27×27×96|0
conv2|convolution|256|5×5|1|2|27×27×256|614,656
pool2|max pool|—|3×3|2|0|13×13×256|0
norm2|normalisation|—|—|—|—|13×13×256|0
conv3|convolution|384|3×3|1|1|13×13×384|885,120
conv4|convolution|384|3×3|1|1|13×13×384|1,327,488
conv5|convolution|256|3×3|1|1|13×13×256|884,992
pool5|max pool|—|3×3|2|0|6×6×256|0
fc6|linear|4096|—|—|—|1×1×4096|37,752,832
fc7|linear|4096|—|—|—|1×1×4096|16,781,312
fc8|linear|1000|—|—|—|1×1×1000|4,097,000
"""
"""The exercise of lecture 003, solved."""


def rows(text: str) -> list[list[str]]:
    """The cells of a table with bars."""
    return [line.split("|") for line in text.splitlines()]
