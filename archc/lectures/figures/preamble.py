"""What stands around a TikZ picture: colours, styles, and a document where one is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archc.document.words import Lang
from archc.lectures.figures import tex
from archc.lectures.figures.theme import Theme

SCALE = 0.68
"""From the layout's points to the picture's. Its letters of 13 and 11 points are 8 and 6.8 here, a
tenth smaller: a document's letters may be wider than those that were measured."""

ROOM = (392.0, 190.0)
"""Width and height in points of what a beamer frame of 16:9 leaves below its title."""

LEGEND = 20
"""The height of what stands above a picture."""

HOW = (
    r"Needs \usepackage{tikz}, and \usetikzlibrary{babel} beside babel. \input it where a picture",
    r"may stand, or in \resizebox{\linewidth}{!}{...}. To change its looks, before it:",
    r"\tikzset{every archc figure/.style={archc conv/.append style={fill=red!20}}}",
)

STYLES = {
    "figure": "x=1bp, y=1bp, line width=0.4bp, text=archc-ink, every archc figure/.try",
    "text": r"font=\archctext, inner sep=1bp, align=center",
    "box": "archc text, draw=archc-line",
    "row": "archc text, inner sep=0",
    "heading": "fill=archc-paper",
    "frame": "draw=archc-line",
    "end": "archc box, fill=archc-paper, rounded corners=3bp",
    "sign": "archc box, archc join, circle, inner sep=0",
    "word": "archc box, archc join, rounded corners=3bp",
    "shape": r"archc text, inner ysep=0.5bp, font=\archcsmall",
    "goto": r"archc text, draw=archc-line, circle, inner sep=0, font=\archcsmall",
    "title": "archc text, inner sep=4bp, anchor=north west",
    "flow": "draw=archc-line, -latex",
    "line": "draw=archc-line",
    "aside": "dashed",
    "block 1": "archc frame, fill=archc-block-1, rounded corners=5bp",
    "block 2": "archc frame, fill=archc-block-2, rounded corners=5bp",
    "legend": r"anchor=south, column sep=3bp, row sep=2bp, ampersand replacement=\&",
    "key": r"archc text, font=\archcsmall, inner sep=2bp, text height=5bp, text depth=1.5bp",
}

COLOURED = (
    r"\setbeamercolor{background canvas}{bg=archc-paper}",
    r"\setbeamercolor{frametitle}{fg=archc-ink}",
)

EMPTY: Mapping[str, str] = {}


def definitions(
    title: str, theme: Theme, heats: Mapping[str, str], more: Mapping[str, str] = EMPTY
) -> Iterator[str]:
    """The figure's title, how to use it, its colours and styles; nothing takes a parameter.

    A beamer frame would stumble on a `#`.

    Args:
        title: what is drawn.
        theme: its colours.
        heats: the names of colours that are no part of the theme.
        more: styles of this kind of figure alone.
    """
    yield f"% {title}"
    yield from (f"% {line}" for line in HOW)
    yield r"\providecommand{\archctext}{\fontsize{8}{9.6}\selectfont}"
    yield r"\providecommand{\archcsmall}{\fontsize{6.8}{8.2}\selectfont}"
    colours = theme.colours() | {name: colour for colour, name in heats.items()}
    for name, colour in colours.items():
        yield f"\\definecolor{{archc-{name}}}{{HTML}}{{{colour[1:].upper()}}}"
    fills = {name: f"fill=archc-{name}" for name in ("block", *map(str, theme.fills))}
    yield r"\tikzset{"
    for name, look in {**fills, **STYLES, **more}.items():
        yield f"  archc {name}/.style={{{look}}},"
    yield "}"


def page(
    picture: str,
    set_up: str,
    title: str,
    size: tuple[float, float],
    lang: Lang,
    *,
    steps: bool,
    paper: str,
) -> str:
    """A document around a picture: as large as the picture, or a beamer frame that it fits."""
    lines = [r"\usepackage[T1]{fontenc}", r"\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}"]
    french = lang is Lang.fr
    lines += [r"\usepackage[french]{babel}"] if french else []
    lines += [r"\usepackage{tikz}"]
    lines += [r"\usetikzlibrary{babel}"] if french else []
    lines += [set_up.rstrip()]
    if not steps:
        lines += [r"\pagecolor{archc-paper}"] if paper != "#ffffff" else []
        lines = [r"\documentclass[border=4bp]{standalone}", *lines, r"\begin{document}%"]
        return "\n".join(lines) + f"\n{picture}\\end{{document}}\n"
    shrink = min(1.0, ROOM[0] / size[0], ROOM[1] / (size[1] + LEGEND))
    lines = [
        r"\documentclass[aspectratio=169]{beamer}",
        *lines,
        r"\setbeamertemplate{navigation symbols}{}",
        *(COLOURED if paper != "#ffffff" else ()),
        r"\begin{document}",
        f"\\begin{{frame}}{{{tex.tex(title)}}}",
        r"\centering",
        f"\\scalebox{{{shrink:.2f}}}{{%",
    ]
    return "\n".join(lines) + f"\n{picture}}}\n\\end{{frame}}\n\\end{{document}}\n"
