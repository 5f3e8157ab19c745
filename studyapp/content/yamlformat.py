"""Content files: YAML read strictly, with places; and written in the one layout that we keep.

Every scalar is read as text and becomes what its field wants, so YAML's guesses (is `on` true? is `1e3` a
number?) never happen. Only what our own writer writes needs to be understood: no anchors, tags or merges.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

LARGEST = 1_000_000  # bytes of a file
DEEPEST = 6  # levels
WIDTH = 100  # columns


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar and its place."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence and its place."""

    items: Sequence["Node"]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping: values by key, the place of each key, and its own place."""

    values: Mapping[str, "Node"]
    keys: Mapping[str, Place]
    place: Place


Node = Text | Listing | Mapped


class FormatProblem(Exception):
    """The file cannot be read: `place` says where, the message what would be right."""

    def __init__(self, place: Place, field: str, message: str) -> None:
        super().__init__(message)
        self.place, self.field, self.message = place, field, message


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give ` did you mean "x"?` for the known word nearest to one that is not known, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def decode(raw: bytes) -> str:
    """Give the text of a file; raises FormatProblem for one that is too large or not clean UTF-8 text."""
    if len(raw) > LARGEST:
        raise FormatProblem(Place(1, 1), "file", f"has {len(raw):,} bytes; at most {LARGEST:,} are read: split it")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        column = problem.start - (raw.rfind(b"\n", 0, problem.start) + 1) + 1
        raise FormatProblem(Place(line, column), "file", "is not UTF-8 here: save the file as UTF-8") from None
    for number, row in enumerate(text.split("\n"), start=1):
        for column, character in enumerate(row, start=1):
            if (ord(character) < 0x20 and character != "\t") or 0x7F <= ord(character) < 0xA0 or character == "\ufeff":
                message = f"holds the control character U+{ord(character):04X}: remove it"
                raise FormatProblem(Place(number, column), "file", message)
    return text


def parse(text: str, first_line: int = 1) -> Node | None:
    """Read YAML text strictly; None for an empty one. `first_line` is that of the text within its file.

    Raises FormatProblem.
    """
    try:
        _refuse_anchors(text, first_line)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = Place(mark.line + first_line, mark.column + 1) if mark else Place(first_line, 1)
        raise FormatProblem(place, "file", f"is not YAML here: {problem.problem or problem.context}") from None
    except (yaml.YAMLError, ValueError) as problem:
        raise FormatProblem(Place(first_line, 1), "file", f"is not YAML: {problem}") from None
    except RecursionError:
        raise FormatProblem(Place(first_line, 1), "file", "is nested too deeply: keep it flat") from None
    return None if node is None else _convert(node, first_line, 0)


def _refuse_anchors(text: str, first_line: int) -> None:
    """Refuse what could make a small file large or deep, before it is composed."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        assert mark is not None
        place = Place(mark.line + first_line, mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FormatProblem(place, "file", "uses an anchor or alias (& or *): write the value out, or quote it")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise FormatProblem(place, "file", f"uses the tag {tag}: leave it out, or quote the value")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise FormatProblem(place, "file", f"is nested more than {DEEPEST} levels deep: keep it flat")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _convert(node: yaml.Node, first_line: int, depth: int) -> Node:
    place = Place(node.start_mark.line + first_line, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return Text(node.value, place)
    if isinstance(node, yaml.SequenceNode):
        return Listing([_convert(item, first_line, depth + 1) for item in node.value], place)
    values: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for key_node, value_node in node.value:
        key_place = Place(key_node.start_mark.line + first_line, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise FormatProblem(key_place, "file", "has a field name that is not a word: write `name: value`")
        if key_node.value in values:
            message = f"is given twice; the first stands on line {keys[key_node.value].line}: keep one"
            raise FormatProblem(key_place, key_node.value, message)
        values[key_node.value] = _convert(value_node, first_line, depth + 1)
        keys[key_node.value] = key_place
    return Mapped(values, keys, place)


class _Dumper(yaml.SafeDumper):
    """The layout we keep: two-space indent, lists within their key, long text folded, short lists inline."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Long(str):
    """Text that is written as a block of its own."""

    __slots__ = ()


def _folds_cleanly(text: str) -> bool:
    """Tell whether a folded block gives the text back: one paragraph, single spaces, nothing at the edges."""
    return text == " ".join(text.split()) and "\n" not in text and text.isprintable()


def _represent_long(dumper: _Dumper, text: _Long) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=">" if _folds_cleanly(text) else '"')


def _represent_list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    flow = all(isinstance(item, str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(_Long, _represent_long)
_Dumper.add_representer(list, _represent_list)


def dump(value: Any) -> str:
    """Write plain mappings, lists and text in the layout we keep; `parse` gives the same text back."""
    return yaml.dump(
        _prepare(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False
    )


def _prepare(value: Any, room: int = WIDTH) -> Any:
    if isinstance(value, dict):
        return {name: _prepare(item, WIDTH - len(name) - 6) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_prepare(item) for item in value]
    if isinstance(value, str) and len(value) > room:
        return _Long(value)
    return value
