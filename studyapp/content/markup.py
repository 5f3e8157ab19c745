"""Markdown to HTML that is safe to show.

Python-Markdown renders, nh3 keeps an explicit list of tags: no `id`, `style`, `class`, `data-*` or `hx-*`
gets through, for htmx would act on an attribute in a learner's page whatever the content policy says.
Rendering is bounded twice: texts over 20,000 characters are refused, and what has not come back in time
from a process of its own is refused too, because a few lines can keep Python-Markdown busy for minutes.
"""

import json
import re
import subprocess
import sys
import threading
import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import markdown
import nh3
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

LONGEST = 20_000  # characters
TIMEOUT = 5.0  # seconds
_ROOT = Path(__file__).resolve().parents[2]
RENDERER = "1"  # grows when the same text renders otherwise, so that stored HTML is made anew

TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "a", "mark",
    "table", "thead", "tbody", "tr", "th", "td", "sup", "sub", "del",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "code": {"class"}, "th": {"scope"}}
_LANGUAGE = re.compile(r"language-[a-z0-9+-]{1,20}")
_SKIP = {"a", "code", "pre", "h1", "h2", "h3", "h4"}


class TooLong(ValueError):
    """The text is longer than is rendered."""


class TooSlow(ValueError):
    """The text takes longer to render than anyone should wait."""


@dataclass(frozen=True, eq=False)
class Glossary:
    """The names of terms, which are linked where they first occur in a text."""

    terms: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # name -> (key, definition)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, str]]:
        return {name.casefold(): term for name, term in self.terms.items()}

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The names as one pattern, the longest first; built of our own content, not of what people type."""
        if not self.terms:
            return None
        names = sorted(self.terms, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)


class _Terms(Treeprocessor):
    """Link the first occurrence of each term, outside of links, code and headings."""

    def __init__(self, md: markdown.Markdown, stowage: "_Stowage") -> None:
        super().__init__(md)
        self.stowage, self.glossary = stowage, stowage.glossary
        self.seen: set[str] = set()

    def run(self, root: etree.Element) -> None:
        self.seen = {self.stowage.without}
        if self.glossary.pattern:
            self._walk(root)

    def _walk(self, element: etree.Element) -> None:
        if element.tag in _SKIP:
            return
        children = list(element)
        self._split(element, None, element.text)
        for child in children:
            self._walk(child)
            self._split(element, child, child.tail)

    def _split(self, parent: etree.Element, before: etree.Element | None, text: str | None) -> None:
        """Put links into a run of text that follows `before`, or begins the parent."""
        assert self.glossary.pattern is not None
        if not text:
            return
        place = 0 if before is None else list(parent).index(before) + 1
        rest, last = text, before
        while found := self._first(rest):
            key, definition = self.glossary.names[found[0].casefold()]
            self.seen.add(key)
            head, rest = rest[: found.start()], rest[found.end() :]
            if last is None:
                parent.text = head
            else:
                last.tail = head
            link = etree.Element("a", {"href": f"/glossary/#{key}", "title": definition})
            link.text = found[0]
            parent.insert(place, link)
            last, place = link, place + 1
            last.tail = rest
        if last is before:
            return
        assert last is not None
        last.tail = rest

    def _first(self, text: str) -> re.Match[str] | None:
        assert self.glossary.pattern is not None
        for found in self.glossary.pattern.finditer(text):
            if self.glossary.names[found[0].casefold()][0] not in self.seen:
                return found
        return None


class _Links(Treeprocessor):
    """Resolve `topic:KEY` and `fact:KEY`, and give table heads their scope."""

    def run(self, root: etree.Element) -> None:
        for link in root.iter("a"):
            scheme, _, key = link.get("href", "").partition(":")
            if scheme in ("topic", "fact"):
                link.set("href", f"/{scheme}s/{key}/")
        for head in root.iter("th"):
            head.set("scope", "col")


class _Stowage(Extension):
    def __init__(self, glossary: Glossary) -> None:
        super().__init__()
        self.glossary = glossary
        self.without = ""  # a term that is not linked in this text

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_Links(md), "stowage-links", 5)
        md.treeprocessors.register(_Terms(md, self), "stowage-terms", 4)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "code" and name == "class" and not _LANGUAGE.fullmatch(value):
        return None
    return value


def clean(html: str) -> str:
    """Keep the tags and attributes of our list, and links to https addresses and our own pages."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "http"},
        attribute_filter=_attribute,
        link_rel="noopener noreferrer",
    )


@lru_cache(maxsize=16)
def _markdown(glossary: Glossary, thread: int) -> tuple[markdown.Markdown, _Stowage]:
    """Give a renderer, which is dear to make and not made to be shared between threads."""
    stowage = _Stowage(glossary)
    extensions: list[str | Extension] = ["tables", "fenced_code", "sane_lists", stowage]
    return markdown.Markdown(extensions=extensions, output_format="html"), stowage


_NO_GLOSSARY = Glossary()


def _render(text: str, glossary: Glossary, without: str) -> str:
    renderer, stowage = _markdown(glossary, threading.get_ident())
    stowage.without = without
    return clean(renderer.reset().convert(text))


def render(text: str, glossary: Glossary | None = None, without: str = "") -> str:
    """Render Markdown of our own files; `without` is a term's key that is not linked (in its own definition).

    Raises TooLong. For text that a person sends, `render_untrusted`.
    """
    if len(text) > LONGEST:
        raise TooLong(f"has {len(text):,} characters; at most {LONGEST:,} are rendered")
    return _render(unicodedata.normalize("NFC", text), glossary or _NO_GLOSSARY, without)


def render_untrusted(text: str, glossary: Glossary | None = None, without: str = "", timeout: float = TIMEOUT) -> str:
    """Render Markdown that a person has sent, in a process of its own that is ended after `timeout` seconds.

    Raises TooLong, TooSlow.
    """
    if len(text) > LONGEST:
        raise TooLong(f"has {len(text):,} characters; at most {LONGEST:,} are rendered")
    request = json.dumps([text, dict(glossary.terms) if glossary else {}, without])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "studyapp.content.markup"],
            input=request, capture_output=True, text=True, timeout=timeout, check=True, cwd=_ROOT,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise TooSlow(f"takes longer than {timeout:g} seconds to render: look for unclosed or nested marks") from None
    return done.stdout


def render_inline(text: str, glossary: Glossary | None = None) -> str:
    """Render one paragraph without the `<p>` around it."""
    html = render(text, glossary).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html[3:-4]
    return html


_BLANK = re.compile(r"\{\{(.+?)\}\}")
_GAP_OPEN, _GAP_CLOSE = "\ue000", "\ue001"  # private-use characters: no text of ours holds them


def render_cloze(front: str, *, filled: bool) -> str:
    """Render a cloze with its blank as a gap, or filled in and marked."""

    def mark(found: re.Match[str]) -> str:
        return f"{_GAP_OPEN}{found[1] if filled else '[…]'}{_GAP_CLOSE}"

    html = render_inline(_BLANK.sub(mark, front))
    return html.replace(_GAP_OPEN, "<mark>").replace(_GAP_CLOSE, "</mark>")


def glossary_of(terms: Iterable[tuple[str, str, Iterable[str], str]]) -> Glossary:
    """Make a glossary of (key, term, aliases, definition)."""
    names: dict[str, tuple[str, str]] = {}
    for key, term, aliases, definition in terms:
        tooltip = re.sub(r"[`*_\[\]]|\([a-z]+:[^)]*\)", "", definition)
        for name in (term, *aliases):
            names[name] = (key, tooltip)
    return Glossary(names)


if __name__ == "__main__":  # the other end of `render_untrusted`
    _text, _terms, _without = json.load(sys.stdin)
    _names = {name: (key, definition) for name, (key, definition) in _terms.items()}
    sys.stdout.write(render(_text, Glossary(_names), _without))
