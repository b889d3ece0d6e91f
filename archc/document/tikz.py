r"""Drawing -> TikZ: a picture to `\input` into a document, or a document; for beamer too.

Colours and styles have names (`archc conv`), boxes have the names of what they show, text is in the
document's fonts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from archc.document.drawing import (
    ALWAYS,
    AnyShape,
    Box,
    Drawing,
    Frames,
    Line,
    Look,
    Path,
    Point,
    Polygon,
    Text,
)
from archc.document.translation import Lang, _, current_language

ROOM = (392.0, 190.0)
"""Width and height in points of what a beamer frame of 16:9 leaves below its title."""

HOW = (
    r"Needs \usepackage{tikz}, and \usetikzlibrary{babel} beside babel. \input it where a picture",
    r"may stand, or in \resizebox{\linewidth}{!}{...}. To change its looks, before it:",
    r"\tikzset{every archc figure/.style={archc conv/.append style={fill=red!20}}}",
)
COLOURED = (
    r"\setbeamercolor{background canvas}{bg=archc-paper}",
    r"\setbeamercolor{frametitle}{fg=archc-ink}",
)
STRIKE = r"\rlap{\rule[0.5ex]{\wd0}{0.4pt}}"
FACE = 0.905
"""The scale of text: a document's letters may be wider than those that boxes were measured for."""
ANCHORS = {"start": "west", "end": "east"}

_SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    '"': r"\textquotedbl{}",
    "×": r"$\times$",
    "−": "$-$",
    "·": r"$\cdot$",
    "–": "--",
    "…": r"\ldots{}",
    "→": r"$\to$",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "\N{NO-BREAK SPACE}": "~",
}
_SIZES = re.compile(r"(?<=\d)x(?=\d)")
_SHAPE = re.compile(r"[\d–×… ]+")


def write(drawing: Drawing, *, standalone: bool = False, steps: bool = False) -> str:
    r"""The drawing as TikZ.

    Args:
        drawing: what to draw.
        standalone: a whole document, instead of a file to `\input` into one.
        steps: animation steps as beamer overlays; else the last step is drawn.
    """
    writer = _Writer(drawing, steps)
    picture = "\n".join(writer.lines()) + "\n"
    set_up = "\n".join(writer.definitions()) + "\n"
    return writer.document(set_up, picture) if standalone else set_up + picture


def escape(text: str) -> str:
    """Text for a paragraph: `7x7` gets its sign, what TeX takes for a command does not act."""
    if "×" in text and _SHAPE.fullmatch(text):
        inner = text.replace("×", r"\times").replace("–", r"\mbox{--}").replace("…", r"\ldots")
        return f"${inner}$"
    return "".join(_SPECIAL.get(letter, letter) for letter in _SIZES.sub("×", text))


class _Writer:
    def __init__(self, drawing: Drawing, steps: bool) -> None:
        self.drawing, self.steps = drawing, steps
        self.scale = drawing.scale
        self.shapes = drawing.shapes if steps else tuple(drawing.seen(None))
        self.names: dict[str, str] = {}
        for shape in self.shapes:
            if isinstance(shape, Box) and shape.name:
                self.names[shape.name] = _unique(shape.name, self.names.values())

    def definitions(self) -> Iterator[str]:
        """The comment on how to use the picture, then its colours and styles.

        No style takes a parameter: a beamer frame would stumble on its `#`.
        """
        yield f"% {self.drawing.caption or self.drawing.title}"
        yield from (f"% {line}" for line in HOW)
        for name, size in (("text", self.drawing.size), ("small", self.drawing.small)):
            yield rf"\providecommand{{\archc{name}}}{{{self.font(size)}}}"
        used = dict.fromkeys(name for shape in self.shapes for name in shape.style)
        looks = {name: look for name, look in self.drawing.looks.items() if name in used}
        named = {colour for look in looks.values() for colour in (look.fill, look.line, look.ink)}
        for name, colour in self.drawing.colours.items():
            if name in {*named, "ink", "paper", "line"}:
                yield f"\\definecolor{{archc-{name}}}{{HTML}}{{{colour[1:].upper()}}}"
        yield r"\tikzset{"
        width = f"line width={_n(self.scale * 0.6)}bp"
        yield f"  archc figure/.style={{x=1bp, y=1bp, {width}, every archc figure/.try}},"
        yield r"  archc text/.style={text=archc-ink, font=\archctext, inner sep=0, align=center},"
        for name, look in looks.items():
            yield f"  archc {name}/.style={{{', '.join(self.options(look))}}},"
        yield "}"

    def options(self, look: Look) -> Iterator[str]:
        """The options of a style in TikZ."""
        if look.fill:
            yield f"fill=archc-{look.fill}"
        if look.line:
            yield f"draw=archc-{look.line}"
        if look.width is not None:
            yield f"line width={_n(look.width * self.scale * 0.6)}bp"
        if look.dashes:
            yield "dashed"
        if look.radius:
            yield f"rounded corners={_n(look.radius * self.scale)}bp"
        if look.opacity:
            yield f"fill opacity={look.opacity:g}, text opacity=1"
        if look.ink:
            yield f"text=archc-{look.ink}"
        small, bold = look.size == self.drawing.small, r"\bfseries" if look.bold else ""
        if small or look.size or bold:
            font = r"\archcsmall" if small else self.font(look.size) if look.size else r"\archctext"
            yield f"font={font}{bold}"

    def lines(self) -> Iterator[str]:
        """The lines of the picture, grouped by animation step."""
        drawing, count = self.drawing, len(self.drawing.steps)
        corner = self.point((drawing.width, 0))
        yield r"\begin{tikzpicture}[archc figure]"
        if drawing.colours["paper"] == "#ffffff":
            yield f"  \\useasboundingbox (0, 0) rectangle {corner};"
        else:
            yield f"  \\fill[archc-paper] (0, 0) rectangle {corner};"
        for frames, group in groupby(self.shapes, key=lambda shape: shape.frames):
            if title := drawing.steps[frames.first - 1]:
                title = title.replace("×", "x")
                yield ""
                yield f"  % {_('step')} {frames.first}: {title}"
            lines = [line for shape in group for line in self.shape(shape)]
            if not self.steps or frames == ALWAYS or (frames.first, frames.last) == (1, count):
                yield from (f"  {line}" for line in lines)
            else:
                yield f"  {_overlay(frames)}{{"
                yield from (f"    {line}" for line in lines)
                yield "  }"
        yield r"\end{tikzpicture}%"

    def shape(self, shape: AnyShape) -> Iterator[str]:
        look = ", ".join(f"archc {name}" for name in shape.style)
        match shape:
            case Box():
                yield self.box(shape, look)
            case Polygon():
                corners = " -- ".join(map(self.point, shape.points))
                yield f"\\path[{look}] {corners} -- cycle;"
            case Path():
                yield f"\\draw[{look}{_tips(shape)}] {self.route(shape)};"
            case Text():
                anchor = f", anchor={ANCHORS[shape.anchor]}" if shape.anchor in ANCHORS else ""
                words = shape.tex or self.line(shape.text)
                look = f"archc text, {look}" if look else "archc text"
                yield f"\\node[{look}{anchor}] at {self.point(shape.at)} {{{words}}};"

    def box(self, box: Box, look: str) -> str:
        (x, y), w, h = box.at, box.width, box.height
        if not box.name and not box.text:
            low, high = self.point((x - w / 2, y + h / 2)), self.point((x + w / 2, y - h / 2))
            return f"\\path[{look}] {low} rectangle {high};"
        round_ = ", circle" * box.round
        size = f"minimum width={_n(w * self.scale)}bp, minimum height={_n(h * self.scale)}bp"
        name = f" ({self.names[box.name]})" if box.name else ""
        words = r" \\ ".join(map(self.line, box.text))
        return (
            f"\\node[archc text, {look}{round_}, {size}]{name} at {self.point(box.at)} {{{words}}};"
        )

    def route(self, path: Path) -> str:
        """The path of a line: from box to box if it is straight, else along its points."""
        if path.ends:
            tail, head = (self.names[end] for end in path.ends)
            return f"({tail}) -- ({head})"
        start, end = path.tips
        first, last = start or path.points[0], end or path.points[-1]
        written = [self.point(at) for at in (first, *path.points[1:-1], last)]
        if not path.curved:
            return " -- ".join(written)
        curves = (
            f".. controls {written[k]} and {written[k + 1]} .. {written[k + 2]}"
            for k in range(1, len(written) - 2, 3)
        )
        return " ".join([written[0], *curves])

    def line(self, line: Line) -> str:
        """Runs of text in TeX's faces."""
        written = []
        for run in line:
            word = escape(run.text)
            word = rf"\textbf{{{word}}}" if run.bold else word
            word = rf"{{\setbox0\hbox{{{word}}}{STRIKE}\box0}}" if run.struck else word
            written.append(rf"{{\archcsmall {word}}}" if run.small else word)
        return " ".join(written)

    def font(self, size: float) -> str:
        """A font size of the drawing, in print."""
        size *= FACE * self.scale
        return rf"\fontsize{{{_n(size)}}}{{{_n(1.2 * size)}}}\selectfont"

    def point(self, at: Point) -> str:
        """A place in the picture."""
        return f"({_n(at[0] * self.scale)}, {_n((self.drawing.height - at[1]) * self.scale)})"

    def document(self, set_up: str, picture: str) -> str:
        """A document around the picture: as large as it is, or a beamer frame that it fits."""
        lines = [r"\usepackage[T1]{fontenc}", r"\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}"]
        french = current_language() is Lang.fr
        lines += [r"\usepackage[french]{babel}"] if french else []
        lines += [r"\usepackage{tikz}"]
        lines += [r"\usetikzlibrary{babel}"] if french else []
        lines += [set_up.rstrip()]
        coloured = self.drawing.colours["paper"] != "#ffffff"
        if not self.steps:
            lines += [r"\pagecolor{archc-paper}"] if coloured else []
            lines = [r"\documentclass[border=4bp]{standalone}", *lines, r"\begin{document}%"]
            return "\n".join(lines) + f"\n{picture}\\end{{document}}\n"
        width, height = self.drawing.width * self.scale, self.drawing.height * self.scale
        lines = [
            r"\documentclass[aspectratio=169]{beamer}",
            *lines,
            r"\setbeamertemplate{navigation symbols}{}",
            *(COLOURED if coloured else ()),
            r"\begin{document}",
            f"\\begin{{frame}}{{{escape(self.drawing.title)}}}",
            r"\centering",
            f"\\scalebox{{{min(1.0, ROOM[0] / width, ROOM[1] / height):.2f}}}{{%",
        ]
        return "\n".join(lines) + f"\n{picture}}}\n\\end{{frame}}\n\\end{{document}}\n"


def _overlay(frames: Frames) -> str:
    """Beamer's command for some steps: `uncover` for shapes that stay, `only` for those that go."""
    if frames.last is None:
        return f"\\uncover<{frames.first}->"
    span = f"{frames.first}" if frames.first == frames.last else f"{frames.first}-{frames.last}"
    return f"\\only<{span}>"


def _tips(path: Path) -> str:
    start, end = (tip is not None for tip in path.tips)
    return f", {'latex' * start}-{'latex' * end}" if start or end else ""


def _unique(text: str, taken: Collection[str]) -> str:
    """A node's name: TikZ reads a dot as an anchor, a colon as an angle."""
    base = re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-") or "node"
    wanted, number = base, 1
    while wanted in taken:
        number += 1
        wanted = f"{base}-{number}"
    return wanted


def _n(value: float) -> str:
    """A length: a tenth of a point is less than anyone sees."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
