"""Diagrams: SVG drawn by hand in one small vocabulary, in the colours and type of the page that shows them.

A file holds shapes and text with class names, no ids, styles, links or scripts. What is served has those classes
written out as presentation attributes that name the page's custom properties: a page shows it with
`<use href="…#drawing">`, and so it follows the page into the dark while the file is fetched once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

LONGEST = 12_000  # characters
WIDTH = 360  # of every diagram, so that its text is as large as the page's on a phone
DRAWING = "drawing"  # the id that a page uses
_VIEW = re.compile(rf"0 0 {WIDTH} ([1-9][0-9]{{1,2}})")

ELEMENTS = {"svg", "g", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan"}
ATTRIBUTES = {
    "class", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points", "d",
    "dx", "dy", "transform",
}  # fmt: skip
_VALUE = re.compile(r"[-+0-9a-zA-Z.,()\s]*")


def _filled(fill: str, stroke: str) -> dict[str, str]:
    return {"fill": f"var(--{fill})", "stroke": f"var(--{stroke})"}


def _flow(stroke: str) -> dict[str, str]:
    return {"fill": "none", "stroke": f"var(--{stroke})", "stroke-width": "1.6", "stroke-linejoin": "round"}


def _ink(fill: str) -> dict[str, str]:
    return {"fill": f"var(--{fill})"}


CLASSES: Mapping[str, Mapping[str, str]] = {
    # boxes
    "box": _filled("surface", "edge"), "sunk": _filled("sunken", "line"), "sea": _filled("sea-wash", "sea"),
    "warn": _filled("signal-wash", "signal"), "bad": _filled("danger-wash", "accent"), "cargo": _ink("container"),
    "deep": _ink("sea"), "ghost": {"fill": "none", "stroke": "var(--edge)", "stroke-dasharray": "4 3"},
    # lines and arrowheads
    "axis": {"fill": "none", "stroke": "var(--line)"}, "flow": _flow("ink"), "flow-sea": _flow("sea"),
    "flow-bad": _flow("accent"), "dash": {"stroke-dasharray": "5 4"}, "head": _ink("ink"), "head-sea": _ink("sea"),
    "head-bad": _ink("accent"),
    # text
    "t": {}, "s": {"font-size": "11.5"}, "b": {"font-weight": "600"},
    "h": {"font-family": "var(--label)", "font-weight": "600", "font-size": "15"},
    "mono": {"font-family": "var(--code)", "font-size": "11"}, "mid": {"text-anchor": "middle"},
    "end": {"text-anchor": "end"}, "muted": _ink("muted"), "ink-sea": _ink("sea"), "ink-bad": _ink("accent"),
    "on": _ink("on-container"), "on-sea": _ink("paper"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in a drawing, and where."""

    line: int  # from 1
    column: int  # from 1
    message: str


@dataclass
class _Reading:
    parts: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    height: int = 0
    depth: int = 0
    words: int = 0


def _read(svg: str) -> _Reading:
    """Read a drawing: its parts as they are served, and its flaws."""
    found = _Reading()
    parser = expat.ParserCreate()

    def flaw(message: str) -> None:
        found.flaws.append(Flaw(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, message))

    def start(name: str, attributes: dict[str, str]) -> None:
        found.depth += 1
        if found.depth == 1:
            view = _VIEW.fullmatch(attributes.pop("viewBox", ""))
            if name != "svg" or not view:
                flaw(f'must begin with <svg viewBox="0 0 {WIDTH} HEIGHT">, with a height of 10 to 999')
            found.height = int(view[1]) if view else 0
            attributes.pop("xmlns", None)
        elif name == "svg":
            flaw("holds an <svg> within: one is enough")
        if name not in ELEMENTS:
            flaw(f"holds <{name[:30]}>: draw with {', '.join(sorted(ELEMENTS - {'svg'}))}")
        written = []
        for attribute, value in attributes.items():
            if attribute not in ATTRIBUTES:
                flaw(f"sets {attribute[:30]}: the look comes from classes alone")
            elif attribute == "class":
                for word in value.split():
                    if word not in CLASSES:
                        flaw(f'names the class "{word[:30]}": known are {", ".join(CLASSES)}')
                look = {k: v for word in value.split() for k, v in CLASSES.get(word, {}).items()}
                written += [f'{k}="{v}"' for k, v in look.items()]
            elif not _VALUE.fullmatch(value):
                flaw(f"sets {attribute} to something other than numbers and path commands")
            else:
                written.append(f'{attribute}="{" ".join(value.split())}"')
        if found.depth > 1:
            found.parts.append(f"<{' '.join([name, *written])}>")

    def end(name: str) -> None:
        found.depth -= 1
        if found.depth:
            found.parts.append(f"</{name}>")

    def text(data: str) -> None:
        found.words += len(data.split())
        found.parts.append(escape(re.sub(r"\s+", " ", data), quote=False))

    def doctype(*_: object) -> None:
        flaw("has a DOCTYPE: remove it")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, doctype
    parser.buffer_text = True
    try:
        parser.Parse(svg, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        found.flaws.append(Flaw(error.lineno, error.offset + 1, f"is not well-formed XML: {reason}"))
    return found


def flaws(svg: str) -> Iterator[Flaw]:
    """Give what keeps a drawing from being shown."""
    if len(svg) > LONGEST:
        yield Flaw(1, 1, f"has {len(svg):,} characters; at most {LONGEST:,}: draw it simpler")
        return
    yield from _read(svg).flaws


def drawing(svg: str) -> str:
    """Give a drawing without flaws as it is served: an SVG file whose `#drawing` a page uses."""
    found = _read(svg)
    body = re.sub(r"> <", "><", "".join(found.parts)).strip()
    body = re.sub(r"<(\w+)([^<>]*)></\1>", r"<\1\2/>", body)
    view = f'viewBox="0 0 {WIDTH} {found.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}><g id="{DRAWING}">{body}</g></svg>\n'


def height(svg: str) -> int:
    """Give the height of a drawing; its width is 360."""
    return _read(svg).height


# A figure in a topic's body: ![what it shows, in words](diagram:KEY "The caption.") alone on its line.
FIGURE = re.compile(r'^!\[([^\[\]\n]*)\]\(diagram:([^)\s"]*)(?: +"([^"\n]*)")?\) *$', re.MULTILINE)
