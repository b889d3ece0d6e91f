"""Compares networks by their costs and published accuracies, measured in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from archc.analyses import Totals, analyze
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.lectures.comparison.accuracies import Metric, Result, Source, published
from archc.network import Network, alike
from archc.network.elaborator import elaborate


class Found(NamedTuple):
    """A published result and its source."""

    source: Source
    result: Result


@dataclass(frozen=True, eq=False)
class Entry:
    """One network of a comparison."""

    network: Network
    name: str
    """`resnet:resnet50`; with the path of its spec if two networks share a name."""
    found: Found | None = None
    """The published result; None without a comparable one."""

    @cached_property
    def totals(self) -> Totals:
        """The costs of the network at inference."""
        return analyze(self.network).inference

    def accuracy(self, metric: Metric) -> float | None:
        """The published accuracy in per cent, if any."""
        return self.found.result.of(metric) if self.found else None

    def density(self, metric: Metric) -> float | None:
        """Accuracy for each million parameters (Bianco et al., 2018, arXiv:1810.00736)."""
        accuracy = self.accuracy(metric)
        return None if accuracy is None else 1e6 * accuracy / max(1, self.totals.params)

    @property
    def elsewhere(self) -> int | None:
        """The size of the pictures, where the accuracy is not that of the network's input."""
        size = self.found.result.input if self.found else None
        return size if size and list(self.network.input[1:]) != [size, size] else None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Networks, with accuracies on one data set that were measured in one way."""

    entries: tuple[Entry, ...]
    metric: Metric
    data: str = ""
    """The data set; empty if nothing is published of any of the networks."""
    crop: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of the accuracies, in the order of the networks."""
        used = (entry.found.source for entry in self.entries if entry.found)
        return tuple({source.id: source for source in used}.values())

    @property
    def plotted(self) -> tuple[Entry, ...]:
        """The networks with an accuracy."""
        return tuple(entry for entry in self.entries if entry.found)

    @property
    def missing(self) -> tuple[Entry, ...]:
        """The networks without an accuracy."""
        return tuple(entry for entry in self.entries if not entry.found)

    def sorted(self, key: str, *, reverse: bool = False) -> Comparison:
        """The comparison sorted by a column (a key of `KEYS`), networks without a value last."""
        value = KEYS[key]
        have = [entry for entry in self.entries if value(entry, self.metric) is not None]
        rest = [entry for entry in self.entries if value(entry, self.metric) is None]
        have.sort(key=lambda entry: value(entry, self.metric), reverse=reverse)
        return replace(self, entries=(*have, *rest))


KEYS: Mapping[str, Callable[[Entry, Metric], Any]] = {
    "network": lambda entry, metric: entry.name,
    "params": lambda entry, metric: entry.totals.params,
    "macs": lambda entry, metric: entry.totals.macs,
    "depth": lambda entry, metric: entry.totals.depth,
    "activations": lambda entry, metric: entry.totals.activations,
    "input": lambda entry, metric: float(entry.network.input[-1]),
    "top1": lambda entry, metric: entry.accuracy("top1"),
    "top5": lambda entry, metric: entry.accuracy("top5"),
    "density": lambda entry, metric: entry.density(metric),
}
"""The columns by which a comparison can be sorted."""


def compare(
    networks: Sequence[Network],
    sources: Sequence[Source],
    *,
    data: str | None = None,
    crop: str | None = None,
    source: str | None = None,
    metric: Metric = "top1",
    edited: Container[Network] = (),
) -> Comparison:
    """Compare networks, with the accuracies that can be compared.

    Of the data sets and ways to measure that are left free, those are taken that have results of
    most of the networks; of several sources of a network, one's own before what archc brings along,
    then the one that has most of the networks.

    Args:
        networks: what to compare.
        sources: published accuracies; of equals the first counts.
        data: the data set that they are to be of.
        crop: how they are to be measured.
        source: the id of the only source to take.
        metric: what a source must have printed to count.
        edited: networks of specs that are not as archc carries them: what is published is not
            theirs, whatever their names.

    Raises:
        SpecError: there is no such data set, crop or source.
    """
    wanted = {"data": data, "crop": crop, "id": source}
    for field, value in wanted.items():
        there = dict.fromkeys(str(getattr(each, field)) for each in sources)
        if value is not None and value not in there:
            what = "source" if field == "id" else field
            message = f"there are no accuracies of {what} `{value}`"
            help = suggest(value, there, "known")
            raise SpecError([Diagnostic("no-accuracy", message, help=help)])
    left = [
        each
        for each in sources
        if all(value in (None, getattr(each, field)) for field, value in wanted.items())
    ]
    called = _called(networks)
    offers = [_offers(network, left, metric, network in edited) for network in networks]
    covered = Counter(found.source.id for offer in offers for found in offer)
    groups: Counter[tuple[str, str]] = Counter()
    for offer in offers:
        # An accuracy of several networks together beside the cost of one is shown only on request.
        groups.update({_group(f.source) for f in offer if crop or f.source.crop != "ensemble"})
    if not groups:
        return Comparison(tuple(map(Entry, networks, called)), metric)
    order = [_group(each) for each in left]
    best = max(groups, key=lambda group: (groups[group], -order.index(group)))

    def rank(found: Found) -> tuple[bool, int]:
        return found.source in published(), -covered[found.source.id]

    entries = []
    for network, name, offer in zip(networks, called, offers, strict=True):
        fit = sorted((found for found in offer if _group(found.source) == best), key=rank)
        entries.append(Entry(network, name, fit[0] if fit else None))
    return Comparison(tuple(entries), metric, *best)


def _group(source: Source) -> tuple[str, str]:
    """The data set and the way to measure: accuracies with equal ones can be compared."""
    return source.data, source.crop


def _offers(
    network: Network, sources: Sequence[Source], metric: Metric, edited: bool
) -> list[Found]:
    """Every result of a network."""
    names, offers = _names(network), []
    for source in sources:
        results = (source.results[name] for name in names if name in source.results)
        if not (edited and source in published()):
            offers += [Found(source, r) for r in results if r.of(metric) is not None][:1]
    return offers


def _called(networks: Sequence[Network]) -> list[str]:
    """A unique name for each network."""
    labels = Counter(network.label for network in networks)
    return [
        network.label
        if labels[network.label] == 1
        else f"{network.label} ({network.spec.tree.source.name})"
        for network in networks
    ]


def _names(network: Network) -> list[str]:
    """The names of a network: its own, and those of equal variants."""
    if network.settings:
        return []
    if network.variant:
        return [network.label]
    spec = network.spec
    same = (v for v in spec.variants if alike(elaborate(spec, v), network))
    return [network.label, *(f"{spec.name}:{variant}" for variant in same)]
