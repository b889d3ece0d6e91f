"""Table layouts that suit every network, whatever its paper prints: `body` and `layers`."""

from __future__ import annotations

from archc.spec.header import PaperTable

BODY = PaperTable(
    columns={"type": "Type / Stride", "filter": "Filter Shape", "input_shape": "Input Size"},
    names={
        "conv": "Conv / s{stride}",
        "depthwise": "Conv dw / s{stride}",
        "max_pool": "Max Pool / s{stride}",
        "avg_pool": "Avg Pool / s{stride}",
        "adaptive_avg_pool": "Avg Pool / s{stride}",
        "linear": "FC / s1",
    },
    opened=True,
)
"""Every convolution, pool and linear layer with its filters' shape, as MobileNet's Table 1."""

LAYERS = PaperTable(
    columns={
        "layer": "layer",
        "type": "type",
        "filters": "number",
        "size": "size",
        "stride": "stride",
        "padding": "padding",
    },
    rows={"input": ["input"]},
    opened=True,
)
"""Every layer with its settings, as lectures print it for exercises."""

STYLES = {"body": BODY, "layers": LAYERS}
