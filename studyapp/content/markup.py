"""Markdown to HTML that is safe to show.

Python-Markdown renders, nh3 keeps an explicit list of tags: no `id`, `style`, `class`, `data-*` or `hx-*`
gets through, for htmx would act on an attribute in a learner's page whatever the content policy says.
Rendering is bounded twice: texts over 20,000 characters are refused, and so is what takes too long, because
a few lines can keep Python-Markdown busy for minutes. A thread cannot be ended, a process can: what a person
has sent is rendered in a process of its own (0.2 s to start), unless it is so short that no text of its
length is slow. The files of `content/` are reviewed like code, and rendered in place.
"""

import json
import re
import sys
import threading
import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import markdown
import nh3
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from studyapp.content.elsewhere import Elsewhere

LONGEST = 20_000  # characters
SHORT = 800  # characters; the worst text of that length that we know, brackets only, takes 0.1 s
TIMEOUT = 5.0  # seconds
_ROOT = Path(__file__).resolve().parents[2]

TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "a", "mark",
    "table", "thead", "tbody", "tr", "th", "td", "sup", "sub", "del",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}, "th": {"scope"}}
_LANGUAGE = re.compile(r"language-[a-z0-9+-]{1,20}")
# An address on the web, or a path on our own site: neither //host nor what a browser reads as that.
_ADDRESS = re.compile(r"https?://[^\s\\]+|/(?:[^/\s\\][^\s\\]*)?")
_SKIP = {"a", "code", "pre", "h1", "h2", "h3", "h4"}


# Code: a fenced block, or a span between backticks.
_CODE = re.compile(
    r"^(?P<fence>~{3,}|`{3,})[^\n]*\n(?:.*?\n)??(?P=fence) *$|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_PLACEMENT = re.compile(r"^\{([^{}\n]*)\} *$", re.MULTILINE)


def blank_code(text: str) -> str:
    """Give Markdown with its code as spaces, so that every other character stays in its place."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def placements(body: str) -> Iterator[tuple[int, int, str]]:
    """Give where a body places facts: from, to, key. A placement is `{KEY}` alone on its line, outside of code."""
    for found in _PLACEMENT.finditer(blank_code(body)):
        yield found.start(), found.end(), found[1]


class Unrenderable(ValueError):
    """The text cannot be rendered; the message completes "The text ..."."""


class TooLong(Unrenderable):
    """The text is longer than is rendered."""


class TooSlow(Unrenderable):
    """The text takes longer to render than anyone should wait."""


@dataclass(frozen=True, eq=False)
class Glossary:
    """The names of terms, which are linked where they first occur in a text."""

    terms: Mapping[str, str] = field(default_factory=dict)  # name -> key

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {_folded(name): key for name, key in self.terms.items()}

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The names as one pattern, the longest first; built of our own content, not of what people type."""
        if not self.terms:
            return None
        names = sorted(self.terms, key=len, reverse=True)
        spaced = (r"\s+".join(map(re.escape, name.split())) for name in names)
        return re.compile(rf"(?<![\w-])({'|'.join(spaced)})(?![\w-])", re.IGNORECASE)

    def find(self, text: str) -> Iterator[tuple[re.Match[str], str]]:
        """Give where terms occur: the match and the term's key."""
        for found in self.pattern.finditer(text) if self.pattern else ():
            if key := self.names.get(_folded(found[0])):  # but for letters that only `re` takes for equal
                yield found, key


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


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
        if not text:
            return
        place = 0 if before is None else list(parent).index(before) + 1
        done = 0
        for found, key in self.glossary.find(text):
            if key in self.seen:
                continue
            self.seen.add(key)
            _append(parent, before, text[done : found.start()])
            before = etree.Element("a", {"href": f"/glossary/#{key}"})
            before.text = found[0]
            parent.insert(place, before)
            place, done = place + 1, found.end()
        _append(parent, before, text[done:])


def _append(parent: etree.Element, before: etree.Element | None, text: str) -> None:
    """Set the text that follows `before`, or begins the parent."""
    if before is None:
        parent.text = text
    else:
        before.tail = text


class _Links(Treeprocessor):
    """Resolve `topic:KEY`, `fact:KEY` and `lab:LAB/EXAMPLE`, and give table heads their scope."""

    def run(self, root: etree.Element) -> None:
        for link in root.iter("a"):
            scheme, _, key = link.get("href", "").partition(":")
            if scheme in ("topic", "fact"):
                link.set("href", f"/{scheme}s/{key}/")
            elif scheme == "lab":
                lab, _, example = key.partition("/")
                link.set("href", f"/labs/{lab}/" + (f"?preset={example}" if example else ""))
        for head in root.iter("th"):
            if "".join(head.itertext()).strip():
                head.set("scope", "col")
            else:  # the corner of a table with row heads names nothing
                head.tag = "td"


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
    if name == "class" and not _LANGUAGE.fullmatch(value):
        return None
    if name == "href" and not _ADDRESS.fullmatch(value):
        return None
    return value


def clean(html: str) -> str:
    """Keep the tags and attributes of our list, and links to the web and to our own pages."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "http"},
        attribute_filter=_attribute,
        link_rel=None,  # links open in place, and the Referrer-Policy tells others nothing
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
    try:
        return clean(renderer.reset().convert(unicodedata.normalize("NFC", text)))
    except RecursionError:
        raise TooSlow("is nested too deeply to render: look for unclosed or nested marks") from None


def render(text: str, glossary: Glossary | None = None, without: str = "", timeout: float | None = None) -> str:
    """Render Markdown; `without` is a term's key that is not linked (in its own definition).

    With a `timeout` in seconds the text may be a stranger's: see above. Works in any thread.

    Raises TooLong, TooSlow.
    """
    if len(text) > LONGEST:
        raise TooLong(f"has {len(text):,} characters; at most {LONGEST:,} are rendered")
    if timeout is None or len(text) <= SHORT:
        return _render(text, glossary or _NO_GLOSSARY, without)
    line = _elsewhere.ask(json.dumps([text, dict(glossary.terms) if glossary else {}, without]), timeout)
    if line is None:
        raise TooSlow(f"takes longer than {timeout:g} seconds to render: look for unclosed or nested marks")
    html: str = json.loads(line)
    return html


_elsewhere = Elsewhere("studyapp.content.markup")


def render_untrusted(text: str, glossary: Glossary | None = None, without: str = "", timeout: float = TIMEOUT) -> str:
    """Render Markdown that a person has sent. Raises TooLong, TooSlow."""
    return render(text, glossary, without, timeout)


def render_inline(text: str, glossary: Glossary | None = None, timeout: float | None = None) -> str:
    """Render one paragraph without the `<p>` around it. Raises TooLong, TooSlow."""
    html = render(text, glossary, timeout=timeout).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html[3:-4]
    return html


_BLANK = re.compile(r"\{\{(.{1,240}?)\}\}")
# Private-use characters stand for our own marks while Markdown is rendered; no text of ours needs them.
MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
GAP = "[…]"


def without_marks(text: str) -> str:
    """Give a text without the characters that stand for our own marks."""
    return text.replace(MARK_OPEN, "").replace(MARK_CLOSE, "")


def render_cloze(front: str, *, filled: bool, timeout: float | None = None) -> str:
    """Render a cloze with its blank as a gap, or filled in and marked. Raises TooLong, TooSlow."""
    marked = _BLANK.sub(
        lambda found: MARK_OPEN + (found[1] if filled else "") + MARK_CLOSE, without_marks(front), count=1
    )
    html = render_inline(marked, timeout=timeout)
    html = html.replace(MARK_OPEN, "<mark>" + ("" if filled else GAP)).replace(MARK_CLOSE, "</mark>")
    return clean(html)  # which also mends a mark that ends within emphasis


def glossary_of(terms: Iterable[tuple[str, str, Iterable[str]]]) -> Glossary:
    """Make a glossary of (key, term, aliases)."""
    return Glossary({name: key for key, term, aliases in terms for name in (term, *aliases)})


if __name__ == "__main__":  # the other end of `_elsewhere`
    print(flush=True)
    for _request in sys.stdin:
        _text, _terms, _without = json.loads(_request)
        print(json.dumps(render(_text, Glossary(_terms), _without)), flush=True)
