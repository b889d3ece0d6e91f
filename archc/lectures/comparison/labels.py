"""Places the names of bubbles beside them without overlaps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

GAP = 2.0
"""The distance in points between a bubble and its name, and between two names."""
NEAR = 6.0
"""Points between a name and a bubble that is not its own, at which it is not taken for its name."""
STEP = 6.0
"""From the places beside a bubble to the ring around them, and a little more each time."""
TURNS = 16
"""The number of directions in which a place is searched."""
LINE = 4.0
"""Cost of each point of a line that a name hides, in points of distance."""
POINTS = 8
"""The number of points that are checked along a line that leads to a name."""
OUTSIDE = 1000.0
"""The cost of a place outside the page."""
TASTE = 4.0
"""The greatest difference in cost between directions."""
LEADER = 4
"""The distance from which a thin line leads to a name."""


class Box(NamedTuple):
    """A rectangle, in points."""

    left: float
    bottom: float
    right: float
    top: float

    def grown(self, by: float) -> Box:
        """The rectangle with a margin."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def meets(self, other: Box) -> bool:
        """Whether they overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def holds(self, other: Box) -> bool:
        """Whether the other one is inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.bottom <= other.bottom and other.top <= self.top


@dataclass(frozen=True, slots=True)
class Bubble:
    """A disc with a name, in points."""

    x: float
    y: float
    radius: float
    width: float
    """The size of its name."""
    height: float


class Spot(NamedTuple):
    """The place of a name: its middle, and whether a line leads there."""

    x: float
    y: float
    led: bool

    def box(self, bubble: Bubble) -> Box:
        """The rectangle of a bubble's name at this place."""
        wide, high = bubble.width / 2, bubble.height / 2
        return Box(self.x - wide, self.y - high, self.x + wide, self.y + high)

    def leader(self, bubble: Bubble) -> list[tuple[float, float]]:
        """Points along the line that leads here, if one does."""
        if not self.led:
            return []
        (left, right), (low, high) = self.nearest(bubble)
        shares = [k / POINTS for k in range(POINTS + 1)]
        return [(left + (right - left) * s, low + (high - low) * s) for s in shares]

    def nearest(self, bubble: Bubble) -> tuple[tuple[float, float], tuple[float, float]]:
        """The line from the edge of a bubble to its name: both ends' x, both ends' y."""
        box = self.box(bubble)
        x = min(max(bubble.x, box.left), box.right)
        y = min(max(bubble.y, box.bottom), box.top)
        share = bubble.radius / max(math.hypot(x - bubble.x, y - bubble.y), bubble.radius)
        start = bubble.x + (x - bubble.x) * share, bubble.y + (y - bubble.y) * share
        return (start[0], x), (start[1], y)


def place(bubbles: Sequence[Bubble], page: Box, lines: Sequence[tuple[float, float]]) -> list[Spot]:
    """A place for every name, those with the most neighbours first; no two meet.

    Args:
        bubbles: what is named.
        page: what the names stay inside of, as long as there is room.
        lines: points along drawn lines, which names avoid.
    """
    order = sorted(range(len(bubbles)), key=lambda k: (-_crowd(bubbles, k), k))
    spots: dict[int, Spot] = {}
    blocked: list[Box] = []
    drawn = list(lines)
    for k in order:
        spots[k] = _best(bubbles[k], bubbles, page, blocked, drawn)
        blocked.append(spots[k].box(bubbles[k]).grown(GAP / 2))
        drawn += spots[k].leader(bubbles[k])
    return [spots[k] for k in range(len(bubbles))]


def _best(
    bubble: Bubble,
    bubbles: Sequence[Bubble],
    page: Box,
    blocked: Sequence[Box],
    lines: Sequence[tuple[float, float]],
) -> Spot:
    """The place that costs least: near its bubble, on no other one, on no line."""
    best: Spot | None = None
    least = math.inf
    for distance, spot in _places(bubble):
        if distance >= least:
            if distance > least + TASTE:  # nor does any that follows
                break
            continue
        box = spot.box(bubble).grown(GAP / 2)
        if any(box.meets(other) for other in blocked):
            continue
        cost = (
            distance
            + OUTSIDE * (not page.holds(box))
            + sum(_cover(box, o) for o in bubbles if o is not bubble)
        )
        for point in spot.leader(bubble):
            at = Box(*point, *point)
            cost += LINE * sum(other.meets(at) for other in blocked)
            cost += sum(_cover(at, other) for other in bubbles if other is not bubble) / 3
        cost += LINE * sum(box.left < x < box.right and box.bottom < y < box.top for x, y in lines)
        if cost < least:
            best, least = spot, cost
    assert best is not None, "rings go on until there is room"
    return best


def _places(bubble: Bubble) -> Iterator[tuple[float, Spot]]:
    """Places for a name, the nearest first: to the right, the left, above, below, between."""
    for ring in (STEP * k * (k + 3) / 4 for k in count()):
        for turn in range(TURNS):
            angle = 2 * math.pi * turn / TURNS
            across, up = math.cos(angle), math.sin(angle)
            far = bubble.radius + GAP + ring
            x = bubble.x + across * far + _sign(across) * bubble.width / 2
            y = bubble.y + up * far + _sign(up) * bubble.height / 2
            # To the right reads best, then above and below, then to the left.
            taste = 2 * (turn % 4 != 0) + (0, 1, 1.5, 1)[turn * 4 // TURNS]
            yield ring + taste, Spot(x, y, ring > LEADER)


def _sign(part: float) -> float:
    return 0.0 if abs(part) < 0.2 else math.copysign(1, part)


def _cover(box: Box, bubble: Bubble) -> float:
    """The cost of a name on another bubble, or so near that it seems to be that bubble's."""
    x = min(max(bubble.x, box.left), box.right)
    y = min(max(bubble.y, box.bottom), box.top)
    inside = bubble.radius - math.hypot(bubble.x - x, bubble.y - y)
    return 3 * max(0.0, inside) + max(0.0, inside + NEAR) / 3


def _crowd(bubbles: Sequence[Bubble], k: int) -> int:
    """The number of bubbles whose names may collide with this one's."""
    here = bubbles[k]
    return sum(abs(here.x - o.x) < here.width and abs(here.y - o.y) < 30 for o in bubbles)
