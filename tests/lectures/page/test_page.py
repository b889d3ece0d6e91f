"""The interactive page: its data against the analysis, its file, and what it does in a browser."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from archc import catalogue, cli
from archc.analyses import analyze
from archc.api import load
from archc.document.translation import language
from archc.lectures import page
from archc.lectures.figures import THEMES, View
from archc.network import Network
from tests import paths
from tests.commands import invoke
from tests.values import some

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    Opener = Callable[..., Page]

GOLDENS = paths.GOLDENS / "page"
HERE = resources.files("archc.lectures.page")
SPECS = sorted(catalogue.known())
LARGE = ("resnet:resnet152", "nasnet:large", "densenet:densenet264")
TWINS = ("resnext:summed50_32x4d", "resnext:concatenated50_32x4d")
"""Whose repeated branches are drawn once."""
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
)


@cache
def network(written: str) -> Network:
    target = catalogue.find(written)
    return catalogue.network(target.path, target.variant)


@cache
def data(written: str, lang: str = "en") -> dict[str, Any]:
    with language(lang):
        return page.data(network(written))


def parts(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in of.get("parts", ()):
        yield part
        yield from parts(part)


def nested(
    of: dict[str, Any], owners: tuple[dict[str, Any], ...] = ()
) -> Iterator[tuple[dict[str, Any], tuple[dict[str, Any], ...]]]:
    for part in of.get("parts", ()):
        yield part, (*owners, part)
        yield from nested(part, (*owners, part))


@pytest.mark.parametrize(
    ("written", "lang"),
    [("lenet5", "en"), ("inception_block:bottleneck", "fr"), ("resnet_cifar:resnet_cifar20", "en")],
)
def test_data_is_as_before(written: str, lang: str, request: pytest.FixtureRequest) -> None:
    path = GOLDENS / f"{written.partition(':')[2] or written}.json"
    text = json.dumps(data(written, lang), indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("written", [*SPECS, *LARGE, *TWINS])
def test_figures_are_those_of_the_analysis(written: str) -> None:
    found, analysis = data(written), analyze(network(written))
    told = list(parts(found))
    assert len({part["id"] for part in told}) == len(told)
    around = {part["id"]: owners for part, owners in nested(found)}
    lasting = [part["all"] for part in found["parts"] if "all" in part and not part.get("aside")]
    whole = analysis.inference
    assert [sum(each) for each in zip(*lasting, strict=True)] == [
        whole.params,
        whole.macs,
        whole.activations,
    ]
    for part in told:
        times = math.prod(each.get("times", 1) for each in around[part["id"]])
        for name, whole in zip(page.QUANTITIES, part.get("all", ()), strict=False):
            one = part.get(name, 0)
            assert isinstance(one, list) or times * one == whole
        inner = [each["all"] for each in part.get("parts", ()) if "all" in each]
        assert not inner or [sum(each) for each in zip(*inner, strict=True)] == part["all"]
    for part in told[:: max(1, len(told) // 12)]:
        if part["kind"] == "end" or part.get("name") == "paths":  # TWINS are no part of their own
            continue
        last = analysis.at(part.get("last", part["id"]))
        seen = last.receptive_field
        assert seen is None or [*seen.size, *seen.stride] == part["sees"]
        if not isinstance(part.get("params", 0), list):
            costs = last.cost.params, last.cost.macs, last.cost.activations
            assert costs == tuple(part.get(name, 0) for name in ("params", "macs", "activations"))


PASSING = """
archc: 1
name: passing
title: Passing
input: [3, 8, 8]
blocks:
  maybe: {args: {on: false}, body: [{relu: {}, when: on}]}
  wrap:
    body:
      - conv: {out_channels: 4, kernel_size: 3}
      - maybe
      - {maybe: {}, repeat: 2}
network: [{wrap: {}, id: first}, {conv: {out_channels: 4, kernel_size: 3}}]
"""


def test_what_only_passes_through_is_seen_through() -> None:
    net = load("passing.yaml", PASSING).elaborate().network
    found = page.data(net)
    first = next(part for part in found["parts"] if part["id"] == "first")
    assert first["sees"] == [3, 3, 1, 1]
    assert [part["id"] for part in first["parts"]] == ["first.conv"]


def test_wires_lead_to_parts_of_their_level() -> None:
    def check(level: Any, inputs: Any, ends: Any) -> None:
        known = {part["id"] for part in level}
        for tail, output, *_ in [w for part in level for w in part.get("in", ())] + ends:
            assert tail in known if tail else output < inputs
        for part in level:
            if "parts" in part:
                check(part["parts"], len(part["in"]), [list(end) for end in part["ends"]])

    for spec in (*SPECS, *TWINS):
        check(data(spec)["parts"], 0, [])


def test_a_trail_ends_with_the_field() -> None:
    found = data("googlenet")
    for part in parts(found):
        if number := part.get("trail"):
            before, row = found["trails"][number - 1]
            assert before < number
            assert f"<mn>{part['sees'][0]:,}</mn></math>" in row


def test_the_size_follows_what_is_written() -> None:
    small, large = (len(page.emit(network(f"resnet_cifar:resnet_cifar{n}"))) for n in (20, 1202))
    assert large < 1.1 * small


def test_pages_are_the_same_everywhere() -> None:
    code = (
        "from archc import catalogue; from archc.lectures import page\n"
        "t = catalogue.find('googlenet')\n"
        "print(page.emit(catalogue.network(t.path, t.variant)), end='')"
    )
    for seed in "12":
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(paths.ROOT)},
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode() == page.emit(network("googlenet"))


class Loaded(HTMLParser):
    """What a page would load, and its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str | None]] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [
            (tag, name, value)
            for name, value in attributes
            if name in ("src", "srcset", "href", "data", "action") or tag in ("link", "iframe")
        ]


def test_nothing_is_loaded() -> None:
    with language("fr"):
        text = page.emit(network("googlenet"))
    loaded = Loaded(text)
    assert not loaded.found
    assert loaded.tags.count("script") == 4
    assert "@import" not in text
    own = "".join(HERE.joinpath(name).read_text("utf-8") for name in page.SCRIPTS)
    own += HERE.joinpath("page.css").read_text("utf-8")
    assert set(re.findall(r"https?://[^\"']*", own)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\((?!#)|fetch\(|import\(|sourceMappingURL", own + text)


def test_scripts_fit_together() -> None:
    """They share one scope, and say nothing that has no translation."""
    texts = [HERE.joinpath(name).read_text("utf-8") for name in page.SCRIPTS]
    found = re.findall(
        r"^(?:async )?(?:function\*?|const|let) (\w+)", "\n".join(texts), re.MULTILINE
    )
    assert len(set(found)) == len(found)
    said = re.findall(r"\b(?:say|head)\(\"([^\"]+)\"\)", "".join(texts))
    assert len(said) > 5
    assert set(said) <= set(page.words()["words"])


def test_libraries_are_those_of_the_list() -> None:
    refresh = HERE.joinpath("vendor/refresh.sh").read_text("utf-8")
    pinned = re.findall(r"@?[\w/-]+@[\d.]+", refresh)
    bundled = "".join(HERE.joinpath(name).read_text("utf-8") for name in page.LIBRARIES)
    assert re.findall(r"/\*! (\S+@[\d.]+)\n", bundled) == pinned
    listed = HERE.joinpath("vendor/README.md").read_text("utf-8")
    for name in ("dagre", "d3-zoom"):
        version = next(
            each.rpartition("@")[2] for each in pinned if each.rpartition("@")[0].endswith(name)
        )
        assert re.search(rf"\[{name}\]\S* {version}", listed)


def test_the_command(tmp_path: Path) -> None:
    def run(*arguments: str) -> Result:
        return invoke("render", *arguments)

    path = tmp_path / "net.html"
    asked = ("--theme", "dark", "--heat", "macs", "--lang", "fr", "--collapse", "inception")
    assert run("inception_block", "-o", str(path), *asked).exit_code == 0
    text = path.read_text("utf-8")
    assert '<html lang="fr" data-theme="dark">' in text
    assert '"open":[]' in text
    assert '"heat":"macs"' in text
    for wrong, code in (
        (("--expand", "nowhere"), 1),
        (("--block", "nothing"), 1),
        (("--standalone",), 2),
        (("--view", "volumes"), 2),
    ):
        assert run("inception_block", "-o", str(tmp_path / "no.html"), *wrong).exit_code == code
    assert [each.name for each in tmp_path.iterdir()] == ["net.html"]


def test_from_python() -> None:
    made = load("lenet5").elaborate().page(lang="fr")
    with language("fr"):
        assert made == page.emit(network("lenet5"))


def test_one_block_alone() -> None:
    net = network("googlenet")
    found = page.data(net, View(block="inception_3a"))
    assert found["place"] == "inception_3a"
    assert sum(part["all"][0] for part in found["parts"] if "all" in part) == 163_696


@pytest.mark.parametrize(
    ("spec", "node"), [("googlenet", "conv1"), ("mobilenet_v1", "conv8.0"), ("resnet", "")]
)
def test_worked_pages_in_html(spec: str, node: str, request: pytest.FixtureRequest) -> None:
    arguments = ["explain", spec, *([node] if node else []), "--format", "html"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0
    ElementTree.fromstring(f"<div>{result.stdout}</div>")
    path = GOLDENS / f"{spec}_{node or 'network'}.html"
    if request.config.getoption("--refresh"):
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8")


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens the page of a network; it must complain of nothing, and ask for nothing else."""
    said: list[str] = []
    asked: list[str] = []
    opened: list[Page] = []

    def open_(
        written: str, hash: str = "", scheme: Literal["light", "dark"] = "light", **looks: Any
    ) -> Page:
        path = tmp_path / f"{len(opened)}.html"
        path.write_text(page.emit(network(written), **looks), encoding="utf-8")
        made = browser.new_page(
            viewport={"width": 1300, "height": 850},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        made.set_default_timeout(10_000)
        made.on("console", lambda message: said.append(message.text))
        made.on("pageerror", lambda error: said.append(str(error)))
        made.on("request", lambda request: asked.append(request.url))
        made.goto(path.as_uri() + hash)
        opened.append(made)
        return made

    yield open_
    for made in opened:
        made.close()
    assert not said
    assert all(url.startswith("file:") for url in asked)
    assert len(asked) == len(opened)


def box(id: str) -> str:
    return f'#canvas [data-id="{id}"]'


def test_fold_and_unfold(open_page: Opener) -> None:
    shown = open_page("googlenet", view=View(depth=1))
    assert shown.locator(box("inception_3a.concat")).count() == 0
    shown.locator(f"{box('inception_3a')} .fold").click()
    assert shown.locator(box("inception_3a.concat")).count() == 1
    assert shown.locator(box("inception_3a")).get_attribute("aria-expanded") == "true"
    shown.locator(f"{box('inception_3a')} > .fold").click()
    assert shown.locator(box("inception_3a.concat")).count() == 0
    before = shown.locator("#canvas .part").count()
    assert before == len(data("googlenet")["parts"])
    shown.click("#do-unfold")
    assert shown.locator("#canvas .part").count() > 2 * before
    shown.click("#do-fold")
    assert shown.locator("#canvas .part").count() == before


def test_repeats_are_exact(open_page: Opener) -> None:
    shown = open_page("resnet:resnet152", view=View(depth=2))
    said = some(shown.locator(box("conv4_x.1")).text_content())
    assert "bottleneck" in said
    assert "× 35" in said


def test_clicked_details(open_page: Opener) -> None:
    shown = open_page("googlenet", "#conv1.conv")
    details = shown.locator("#details")
    assert "9,472" in some(details.text_content())
    assert "118,013,952" in some(details.text_content())
    assert details.locator("mfrac").count() >= 2
    shown.locator(box("pool1")).click()
    assert "11 × 11" in some(details.text_content())
    assert details.locator(".sight tbody tr").count() == 2
    details.locator("h4")
    assert shown.url.endswith("#pool1")
    shown.locator(box("pool1")).hover()
    assert "64 × 56 × 56" in some(shown.locator("#tip").text_content())


def test_an_address_of_a_repeat_is_its_first_iteration(open_page: Opener) -> None:
    shown = open_page("mobilenet_v1", view=View(depth=1))
    shown.evaluate("location.hash = '#conv8'")
    assert shown.locator("#details code").first.text_content() == "conv8.0 … conv8.4"


def test_search(open_page: Opener) -> None:
    shown = open_page("googlenet", view=View(depth=1))
    shown.keyboard.press("/")
    shown.keyboard.type("4b conv 5x5")
    assert shown.locator("#hits li").count() == 2
    assert shown.locator("#canvas .hit").count() == 1
    shown.keyboard.press("Enter")
    assert shown.locator("#details code").first.text_content() == "inception_4b.branch3.1"
    shown.keyboard.press("Enter")
    assert "inception_4b.branch3.1.conv" in some(
        shown.locator("#details code").first.text_content()
    )
    assert shown.locator(box("inception_4b.branch3.1.conv")).count() == 1
    shown.keyboard.press("Escape")
    assert shown.locator("#canvas .hit").count() == 0
    assert shown.evaluate("document.activeElement.dataset.id") == "inception_4b.branch3.1.conv"


def test_every_part_can_be_reached(open_page: Opener) -> None:
    shown = open_page("googlenet", view=View(depth=1))
    ids = [part["id"] for part in parts(data("googlenet"))][::9]
    found = shown.evaluate(
        "(ids) => ids.map((id) => { reveal(id); return shown.has(visible(chosen.part)) })", ids
    )
    assert found == [True] * len(ids)


def test_heat(open_page: Opener) -> None:
    shown = open_page("alexnet", view=View(depth=1), heat="params")
    values = {part["id"]: part["all"][0] for part in data("alexnet")["parts"] if "all" in part}
    most = max(values, key=lambda each: values[each])
    fill = "getComputedStyle(document.querySelector(`{}`)).getPropertyValue('--fill')"
    ramp = "getComputedStyle(document.documentElement).getPropertyValue('--heat-32')"
    assert shown.evaluate(fill.format(box(most))) == shown.evaluate(ramp)
    shown.click("#do-unfold")
    fills = shown.evaluate(
        "[...shown.values()].map(({node}) => node.style.getPropertyValue('--fill'))"
    )
    steps = {int(found[1]) for fill in fills if (found := re.search(r"heat-(\d+)", fill))}
    assert max(steps) == 32
    assert min(steps) == 0
    shown.select_option("#heat", "receptive_field")
    assert "receptive field" in some(shown.locator("#legend").text_content())
    shown.select_option("#heat", "")
    assert "convolution" in some(shown.locator("#legend").text_content())


def test_keyboard(open_page: Opener) -> None:
    shown = open_page("googlenet", view=View(depth=1))
    chosen = "document.activeElement.dataset.id"
    shown.locator(box("<input>")).focus()
    for _ in range(4):
        shown.keyboard.press("ArrowDown")
    assert shown.evaluate(chosen) == "conv2"
    shown.keyboard.press("Enter")
    shown.keyboard.press("ArrowDown")
    assert shown.evaluate(chosen) == "conv2.reduce.conv"
    shown.evaluate("choose('inception_3a')")
    shown.keyboard.press("Enter")
    assert shown.locator(box("inception_3a.concat")).count() == 1
    shown.keyboard.press("ArrowDown")
    assert shown.evaluate(chosen) in ("inception_3a.branch2.0", "inception_3a.branch3.0")
    before = shown.evaluate(chosen)
    shown.keyboard.press("ArrowLeft")
    assert shown.evaluate(chosen) != before
    for key, there in (("Escape", False), ("Escape", True)):
        shown.keyboard.press(key)
        assert shown.locator("#details").is_visible() is there
    shown.keyboard.press("?")
    assert shown.locator("#help").is_visible()
    shown.keyboard.press("Escape")
    assert not shown.locator("#help").is_visible()
    # One stop for all boxes, then on to the details.
    assert shown.locator('#canvas [tabindex="0"]').count() == 1


def test_light_and_dark(open_page: Opener) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = open_page("lenet5")
    dark = open_page("lenet5", scheme="dark")
    asked = open_page("lenet5", theme=THEMES["dark"])
    colours = [each.evaluate(paper) for each in (light, dark, asked)]
    assert colours[0] == "rgb(255, 255, 255)"
    assert colours[1] == colours[2] != colours[0]
    light.keyboard.press("d")
    dark.click("#do-theme")
    assert [light.evaluate(paper), dark.evaluate(paper)] == [colours[1], colours[0]]


def test_pan_and_zoom(open_page: Opener) -> None:
    shown = open_page("lenet5")
    where = "document.getElementById('canvas').getAttribute('transform')"
    found = [shown.evaluate(where)]
    shown.mouse.move(30, 300)
    shown.mouse.wheel(0, -300)
    found.append(shown.evaluate(where))
    shown.mouse.down()
    shown.mouse.move(90, 350)
    shown.mouse.up()
    found.append(shown.evaluate(where))
    shown.keyboard.press("r")
    found.append(shown.evaluate(where))
    assert len(set(found)) == 4


def test_print(open_page: Opener) -> None:
    shown = open_page("googlenet", scheme="dark", view=View(depth=1))
    before = shown.evaluate("document.getElementById('canvas').getAttribute('transform')")
    assert shown.pdf().startswith(b"%PDF")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown.emulate_media(media="print")
    assert not shown.locator("#query").is_visible()
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    last = some(shown.locator(box("fc")).bounding_box())
    whole = some(shown.locator("#figure").bounding_box())
    assert last["y"] + last["height"] <= whole["y"] + whole["height"]
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    after = shown.evaluate("document.getElementById('canvas').getAttribute('transform')")
    assert before == after


def test_french(open_page: Opener) -> None:
    with language("fr"):
        shown = open_page("googlenet", "#conv1.conv")
    details = some(shown.locator("#details").text_content())
    assert "Champ récepteur" in details
    assert "118\u202f013\u202f952" in details
    assert "norm" not in some(shown.locator("header").text_content())


@pytest.mark.parametrize("written", [*LARGE, TWINS[0]])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_large_networks(open_page: Opener, written: str, direction: str) -> None:
    shown = open_page(written, direction=direction)
    took = shown.evaluate(
        "() => { const start = performance.now(); actions.unfold(); "
        "return performance.now() - start }"
    )
    assert took < 8000  # usable, on a machine that does other things too
    overlaps, broken = shown.evaluate("""() => {
      const found = [];
      const check = (level) => {
        const places = level.map(({id}) => [id, shown.get(id)]).filter(([, place]) => place);
        for (const [one, a] of places) for (const [other, b] of places) {
          if (one < other && a.x + 1 < b.x + b.w && b.x + 1 < a.x + a.w
            && a.y + 1 < b.y + b.h && b.y + 1 < a.y + a.h) found.push(`${one} ${other}`);
        }
        for (const part of level) if (part.parts && !part.flat) check(part.parts);
      };
      check(data.parts);
      const lines = [...document.querySelectorAll("path.line")];
      return [found, lines.filter((line) => /NaN|undefined/.test(line.getAttribute("d"))).length];
    }""")
    assert not overlaps
    assert not broken
