"""What stands around a TikZ picture: colours, styles, and a document where one is wanted."""

from __future__ import annotations

from collections.abc import Iterator

from archc.backends.diagram import tex, text
from archc.backends.diagram.figure import Figure
from archc.backends.diagram.style import Style
from archc.words import Lang

SCALE = 0.62
"""From the layout's points to the picture's: 13 point letters are 8 point ones there."""

ROOM = (430.0, 196.0)
"""Width and height in points of what a beamer frame of 16:9 leaves below its title."""

HOW = (
    r"Needs \usepackage{tikz}; \input this file where a picture may stand, in a figure or in",
    r"\resizebox{\linewidth}{!}{...}. Change its looks before: \tikzset{every archc figure/.style=",
    r"{archc conv/.append style={fill=red!20}, scale=0.8, transform shape}}.",
)
HOW_STEPS = r"For a beamer frame: each \uncover adds a stage."


def opening(figure: Figure, style: Style, *, steps: bool) -> Iterator[str]:
    """From the remark about the figure to the styles."""
    theme = style.theme
    said = " ".join(run.text for run in text.title(figure, style))
    yield f"% {said}"
    yield from (f"% {line}" for line in HOW)
    if steps:
        yield f"% {HOW_STEPS}"
    yield r"\providecommand{\archctext}{\fontsize{8}{9.6}\selectfont}"
    yield r"\providecommand{\archcsmall}{\fontsize{6.8}{8.2}\selectfont}"
    colours = {"paper": theme.paper, "ink": theme.ink, "line": theme.line, "block": theme.block}
    colours |= {"block-1": theme.clusters[0], "block-2": theme.clusters[1], **theme.fills}
    for name, colour in colours.items():
        yield f"\\definecolor{{archc-{name}}}{{HTML}}{{{colour[1:].upper()}}}"
    yield r"\begin{tikzpicture}["
    yield "  x=1bp, y=1bp, line width=0.4bp, text=archc-ink,"
    styles = {
        "size/.style 2 args": "minimum width=#1bp, minimum height=#2bp",
        "text/.style": r"font=\archctext, inner sep=1bp, align=center",
        "box/.style": "archc text, draw=archc-line, fill=archc-block",
        "row/.style": "archc text, inner sep=0",
        "heading/.style": "fill=archc-paper",
        "frame/.style": "draw=archc-line",
        "end/.style": "archc box, fill=archc-paper, rounded corners=3bp",
        "join/.style": "archc box, circle, inner sep=0, fill=archc-join",
        "word/.style": "rectangle, rounded corners=3bp",
        "shape/.style": r"archc text, font=\archcsmall",
        "goto/.style": r"archc text, draw=archc-line, circle, inner sep=0, font=\archcsmall",
        "title/.style": "archc text, inner sep=4bp, anchor=north west",
        "flow/.style": "draw=archc-line, -latex",
        "line/.style": "draw=archc-line",
        "aside/.style": "dashed",
        "legend/.style": "anchor=south, column sep=3bp, row sep=2bp, ampersand replacement=\\&",
        "key/.style": r"archc text, font=\archcsmall, inner sep=2bp",
        "fill/.code": r"\definecolor{archc-fill}{HTML}{#1}\pgfkeysalso{fill=archc-fill}",
    }
    styles |= {f"block {k}/.style": f"archc frame, fill=archc-block-{k}, rounded corners=5bp" for k in (1, 2)}
    styles |= {f"{name}/.style": f"fill=archc-{name}" for name in ("block", *theme.fills) if name != "join"}
    for name, look in styles.items():
        yield f"  archc {name}={{{look}}},"
    yield "  every archc figure/.try,"
    yield "]"


def page(
    picture: str, title: str, size: tuple[float, float], lang: Lang, *, steps: bool
) -> str:
    """A document around a picture: as large as the picture, or a beamer frame that it fits."""
    french = r"\usepackage[french]{babel}" + "\n" if lang is Lang.fr else ""
    babel = r"\usetikzlibrary{babel}" + "\n" if lang is Lang.fr else ""
    fonts = r"\usepackage[T1]{fontenc}" + "\n" + r"\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}"
    if not steps:
        return (
            "\\documentclass[border=4bp]{standalone}\n"
            f"{fonts}\n{french}\\usepackage{{tikz}}\n{babel}"
            f"\\begin{{document}}%\n{picture}\\end{{document}}\n"
        )
    shrink = min(1.0, ROOM[0] / size[0], ROOM[1] / (size[1] + 20))
    look = f"scale={shrink:.2f}, transform shape"
    return (
        "\\documentclass[aspectratio=169]{beamer}\n"
        f"{fonts}\n{french}\\usepackage{{tikz}}\n{babel}"
        "\\setbeamertemplate{navigation symbols}{}\n"
        f"\\tikzset{{every archc figure/.style={{{look}}}}}\n"
        f"\\begin{{document}}\n\\begin{{frame}}{{{tex.tex(title)}}}\n\\centering\n"
        f"{picture}\\end{{frame}}\n\\end{{document}}\n"
    )
