"""Content files: YAML read strictly, with places; and written in the one layout that we keep.

Every scalar is read as text and becomes what its field wants, so YAML's guesses (is `on` true? is `1e3` a
number?) never happen. Only what our own writer writes needs to be understood: no anchors, tags or merges.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

LARGEST = 1_000_000  # bytes of a file
DEEPEST = 16  # levels
WIDTH = 100  # columns, for what can be broken

# What no text of ours holds: a file could not show it, a page would not, or a database refuses it.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar and its place."""

    value: str
    place: Place
    plain: bool = True  # not in quotes, nor a block


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence and its place."""

    items: list["Node"]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping: values by key, the place of each key, and its own place."""

    values: dict[str, "Node"]
    keys: dict[str, Place]
    place: Place


Node = Text | Listing | Mapped


class FormatProblem(Exception):
    """The file cannot be read: `place` says where, the message what would be right."""

    def __init__(self, place: Place, field: str, message: str) -> None:
        super().__init__(message)
        self.place, self.field, self.message = place, field, message


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean "x"?` for the known word nearest to one that is not known, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6) if len(word) <= 64 else []
    return f'; did you mean "{near[0]}"?' if near else ""


# Reading -------------------------------------------------------------------------------------------------


def decode(raw: bytes) -> str:
    """Give the text of a file; raises FormatProblem for one that is too large or not clean UTF-8 text."""
    if len(raw) > LARGEST:
        raise too_large(len(raw))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        before = raw[: problem.start].decode("utf-8")
        raise FormatProblem(_end(before), "file", "is not UTF-8 here: save the file as UTF-8") from None
    if found := UNWANTED.search(text):
        raise FormatProblem(_end(text[: found.start()]), "file", unwanted(found[0]))
    return text


def too_large(size: int) -> FormatProblem:
    """Give the problem of a file of so many bytes."""
    return FormatProblem(Place(1, 1), "file", f"has {size:,} bytes; at most {LARGEST:,} are read: split it")


def unwanted(character: str) -> str:
    """Say what is wrong with a character that no text may hold."""
    if character == "\r":
        return "has line ends of another system (CR): save the file with LF alone"
    if character == "\ufeff":
        return "holds a byte order mark (U+FEFF): save the file as UTF-8 without it"
    return f"holds the control character U+{ord(character):04X}: remove it"


def _end(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


_REMEDIES = {
    "mapping values are not allowed": "quote text that holds a colon and a space",
    "cannot start any token": "quote text that begins with a special character, and indent with spaces",
    "unexpected end of stream": "a quote or a bracket is not closed",
    "unknown escape": 'in "double quotes" a backslash begins an escape: double it, or use single quotes',
    "invalid Unicode character": "write the character itself",
}


def parse(text: str, first_line: int = 1) -> Node | None:
    """Read YAML text strictly; None for an empty one. `first_line` is that of the text within its file.

    Raises FormatProblem.
    """
    try:
        return _build(text, first_line)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        what = problem.problem or problem.context or "it cannot be read"
        remedy = next((cure for sign, cure in _REMEDIES.items() if sign in what), "look at its indentation and quotes")
        place = Place(mark.line + first_line, mark.column + 1) if mark else Place(first_line, 1)
        raise FormatProblem(place, "file", f"is not YAML here ({what}): {remedy}") from None
    except yaml.YAMLError as problem:
        raise FormatProblem(Place(first_line, 1), "file", f"is not YAML ({problem}): save it as plain text") from None


def _build(text: str, first_line: int) -> Node | None:
    """Build the nodes from the parser's events, so that nothing has grown large or deep before it is refused."""
    root: Node | None = None
    stack: list[Listing | Mapped] = []
    names: list[Text | None] = []  # of each open mapping, the key whose value comes next
    documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark: Any = event.start_mark
        place = Place(mark.line + first_line, mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FormatProblem(place, "file", "holds a second document: remove the line of `---`")
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            names.pop()
            continue
        if not isinstance(event, (yaml.AliasEvent, yaml.ScalarEvent, yaml.CollectionStartEvent)):
            continue
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise FormatProblem(place, "file", "uses an anchor or alias (& or *): write the value out, or quote it")
        if event.tag is not None:
            raise FormatProblem(place, "file", f"uses the tag {event.tag}: leave it out, or quote the value")
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            if found := UNWANTED.search(event.value):
                raise FormatProblem(place, "file", unwanted(found[0]))
            node = Text(event.value, place, not event.style)
        else:
            node = Listing([], place) if isinstance(event, yaml.SequenceStartEvent) else Mapped({}, {}, place)
        if not stack:
            root = node
        else:
            _attach(stack[-1], names, node)
        if not isinstance(node, Text):
            if len(stack) == DEEPEST:
                raise FormatProblem(place, "file", f"is nested more than {DEEPEST} levels deep: keep it flat")
            stack.append(node)
            names.append(None)
    return root


def _attach(parent: Listing | Mapped, names: list[Text | None], node: Node) -> None:
    if isinstance(parent, Listing):
        parent.items.append(node)
        return
    name = names[-1]
    if name is not None:
        parent.values[name.value] = node
        names[-1] = None
        return
    if not isinstance(node, Text):
        raise FormatProblem(node.place, "file", "has a field name that is not a word: write `name: value`")
    if node.value in parent.keys:
        first = parent.keys[node.value].line
        raise FormatProblem(node.place, node.value, f"is given twice; the first stands on line {first}: keep one")
    parent.keys[node.value] = node.place
    names[-1] = node


_WHOLE, _BROKEN = re.compile(r"-?(0|[1-9][0-9]{0,17})"), re.compile(r"-?(0|[1-9][0-9]{0,11})\.[0-9]{1,9}")
_CONSTANTS = {"true": True, "false": False, "null": None}


def plain_value(node: Node) -> Any:
    """Give a node as plain JSON: what is not in quotes and looks like a number, true, false or null is one."""
    if isinstance(node, Mapped):
        return {name: plain_value(value) for name, value in node.values.items()}
    if isinstance(node, Listing):
        return [plain_value(item) for item in node.items]
    if node.plain and node.value in _CONSTANTS:
        return _CONSTANTS[node.value]
    if node.plain and _WHOLE.fullmatch(node.value):
        return int(node.value)
    if node.plain and _BROKEN.fullmatch(node.value):
        return float(node.value)
    return node.value


# Writing -------------------------------------------------------------------------------------------------

Value = str | int | float | date | None | Sequence[Any] | Mapping[str, Any]

_INDICATORS = set("-?:,[]{}#&*!|>'\"%@`")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPED = re.compile('[\\\\"\n\t\u2028\u2029]')
_SPECIAL = re.compile("[\n\t\u2028\u2029]")


def dump(value: Mapping[str, Value] | Sequence[Mapping[str, Value]]) -> str:
    """Write a mapping, or a list of them, in the layout we keep; `parse` gives the same text back.

    Two-space indent. Text is plain where that is safe, else quoted; what does not fit into the width is
    folded, text of several lines is a literal block. A list stands on one line if it fits.
    """
    if isinstance(value, Mapping):
        return "".join(_field(name, item, "") for name, item in value.items())
    rows = ("".join(_field(name, item, "  ") for name, item in row.items()) for row in value)
    return "".join("- " + row[2:] for row in rows)


def _field(name: str, value: Value, indent: str) -> str:
    head = f"{indent}{_inline(name)}:"
    if value is None or isinstance(value, (bool, float)):
        return f"{head} {_scalar(value)}\n"
    if isinstance(value, (int, date)):
        return f"{head} {value}\n"
    if isinstance(value, Mapping) or (not isinstance(value, str) and any(not isinstance(item, str) for item in value)):
        return _nested(head, value, indent)
    if not isinstance(value, str):
        line = f"{head} [{', '.join(_inline(item, flow=True) for item in value)}]\n"
        if len(line) <= WIDTH + 1:
            return line
        return f"{head}\n" + "".join(f"{indent}  - {_inline(item)}\n" for item in value)
    if _is_literal(value):
        mark = "|" if value.endswith("\n") else "|-"
        lines = value.removesuffix("\n").split("\n")
        return f"{head} {mark}\n" + "".join(f"{indent}  {line}".rstrip(" ") + "\n" for line in lines)
    line = f"{head} {_inline(value)}\n"
    if len(line) <= WIDTH + 1 or not _is_foldable(value):
        return line
    return f"{head} >-\n" + "".join(f"{indent}  {part}\n" for part in _fold(value, WIDTH - len(indent) - 2))


def _nested(head: str, value: Mapping[str, Any] | Sequence[Any], indent: str) -> str:
    """Write a mapping, or a list of other things than text: on one line if it fits, else each on its own."""
    line = f"{head} {_flow(value)}\n"
    if len(line) <= WIDTH + 1 or not value:
        return line
    below = f"{indent}  "
    if isinstance(value, Mapping):
        return f"{head}\n" + "".join(_field(name, item, below) for name, item in value.items())
    written = f"{head}\n"
    for item in value:
        line = f"{below}- {_flow(item)}\n"
        if isinstance(item, Mapping) and len(line) > WIDTH + 1:
            fields = "".join(_field(name, each, f"{below}  ") for name, each in item.items())
            line = f"{below}- {fields.removeprefix(f'{below}  ')}"
        written += line
    return written


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value) if isinstance(value, float) else str(value)


def _flow(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, str):
        return _inline(value, flow=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_inline(name, flow=True)}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _is_literal(text: str) -> bool:
    """Tell whether text has several lines that a literal block gives back exactly."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and lines[0][:1] not in ("", " ")
        and lines[-1] != ""
        and not any(line.endswith(" ") for line in lines)
        and not _SPECIAL.search("".join(lines))
    )


def _is_foldable(text: str) -> bool:
    """Tell whether a folded block gives text back exactly: one line of words with single spaces between."""
    return " " in text and "  " not in text and text == text.strip(" ") and not _SPECIAL.search(text)


def _fold(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _inline(text: str, *, flow: bool = False) -> str:
    """Write text on one line: plain if nobody can misread it, else in quotes."""
    if _is_plain(text, flow):
        return text
    if ('"' in text or "\\" in text) and not _SPECIAL.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text) + '"'


def _is_plain(text: str, flow: bool) -> bool:
    if not text or text != text.strip(" ") or text[0] in _INDICATORS or _SPECIAL.search(text):
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    if flow and re.search(r"[,\[\]{}:?#]", text):
        return False
    # Other programs would take it for a number, a date or a truth.
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    return not any(pattern.match(text) for _, pattern in (*resolvers.get(text[0], ()), *resolvers.get(None, ())))
