"""The given of a scenario, with dice in it: from a description to one drawn value.

A description is plain JSON in which an object with one of these words is replaced by what it draws:

    {choose: [1, 2, 3]}                 one of them
    {between: [2, 9]}, {between: [100, 900, 50]}   a whole number, in steps if a step is given
    {sample: [a, b, c], size: 2}        some of them, each once, in drawn order
    {repeat: 3, of: {...}}              a list; the description is drawn anew for each
    {serial: i-}                        within a repeat: i-1, i-2, ...
    {cycle: [a, b]}                     within a repeat: a, b, a, ...
    {each: [x, y, z]}                   within a repeat: the first, the second, ... of a list that is drawn once
    {var: name}                         a value drawn before, by name
    {text: "service:{name}"}            text with values drawn before
    {plus: [a, b]}, {minus: [a, b]}, {times: [a, b]}, {divide: [a, b]}   whole numbers; divide rounds down
    {pick: name, at: 0}                 one place of a list drawn before

Everything else stands for itself.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from studyapp.assessment.kind import Flaw

NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,30})\}")
# Word -> the other words that may stand beside it.
WORDS: Mapping[str, frozenset[str]] = {
    "choose": frozenset(),
    "between": frozenset(),
    "sample": frozenset({"size"}),
    "repeat": frozenset({"of"}),
    "serial": frozenset(),
    "cycle": frozenset(),
    "each": frozenset(),
    "var": frozenset(),
    "text": frozenset(),
    "plus": frozenset(),
    "minus": frozenset(),
    "times": frozenset(),
    "divide": frozenset(),
    "pick": frozenset({"at"}),
}
MOST = 60  # of one repeat

type Names = Mapping[str, Any]


def word_of(node: Any) -> str | None:
    """Give the word that makes an object a die, or None."""
    if not isinstance(node, Mapping):
        return None
    words = [word for word in WORDS if word in node]
    if len(words) != 1 or not set(node) <= {words[0], *WORDS[words[0]]}:
        return None
    return words[0]


def placeholders(text: str) -> Iterator[str]:
    """Give the names that a text wants filled in, as in `{cpu}`."""
    for found in _PLACEHOLDER.finditer(text):
        yield found[1]


def shown(value: Any) -> str:
    """Give a drawn value as it stands in a sentence."""
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {shown(each)}" for name, each in value.items())
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def fill(text: str, names: Names) -> str:
    """Put drawn values into a text; what is no name stays as it is."""
    return _PLACEHOLDER.sub(lambda found: shown(names[found[1]]) if found[1] in names else found[0], text)


class _Drawer:
    def __init__(self, rng: Random, names: Names) -> None:
        self.rng, self.names = rng, names

    def draw(self, node: Any, place: int, once: dict[int, Any]) -> Any:
        word = word_of(node)
        if word is not None:
            return self.die(word, node, place, once)
        if isinstance(node, Mapping):
            return {name: self.draw(value, place, once) for name, value in node.items()}
        if isinstance(node, list | tuple):
            return [self.draw(value, place, once) for value in node]
        return node

    def die(self, word: str, node: Mapping[str, Any], place: int, once: dict[int, Any]) -> Any:
        value = node[word]
        match word:
            case "choose":
                return self.draw(self.rng.choice(value), place, once)
            case "between":
                low, high, *step = (self.draw(each, place, once) for each in value)
                return self.rng.randrange(low, high + 1, step[0] if step else 1)
            case "sample":
                pool = self.draw(value, place, once)
                return self.rng.sample(pool, min(len(pool), self.draw(node.get("size", len(pool)), place, once)))
            case "repeat":
                lists: dict[int, Any] = {}
                count = min(MOST, self.draw(value, place, once))
                return [self.draw(node["of"], number, lists) for number in range(count)]
            case "serial":
                return f"{value}{place + 1}"
            case "cycle":
                return self.draw(value[place % len(value)], place, once)
            case "each":
                # Drawn once for the whole repeat, which hands the same dictionary to all of its items.
                if id(node) not in once:
                    once[id(node)] = self.draw(value, place, {})
                drawn = once[id(node)]
                return drawn[place % len(drawn)]
            case "var":
                return self.names[value]
            case "text":
                return fill(value, {**self.names, "n": place + 1})
            case "pick":
                return self.names[value][self.draw(node.get("at", 0), place, once)]
        first, second = (self.draw(each, place, once) for each in value)
        if word == "divide":
            return first // second
        return first + second if word == "plus" else first - second if word == "minus" else first * second


def draw(node: Any, rng: Random, names: Names) -> Any:
    """Draw one value of a description; `names` are the values drawn before."""
    return _Drawer(rng, names).draw(node, 0, {})


def flaws(node: Any, at: str, names: set[str], *, repeated: bool = False) -> Iterator[Flaw]:
    """Find what is wrong with a description, before anything is drawn."""
    word = word_of(node)
    if word is not None:
        yield from _die_flaws(word, node, at, names, repeated)
        return
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from flaws(value, f"{at}.{name}", names, repeated=repeated)
    elif isinstance(node, list | tuple):
        for number, value in enumerate(node):
            yield from flaws(value, f"{at}[{number}]", names, repeated=repeated)


def _die_flaws(word: str, node: Mapping[str, Any], at: str, names: set[str], repeated: bool) -> Iterator[Flaw]:
    value, here = node[word], f"{at}.{word}"
    if word in ("serial", "cycle", "each") and not repeated:
        yield Flaw(here, "stands only within a repeat")
    if word in ("choose", "cycle"):
        if not isinstance(value, list) or not value:
            yield Flaw(here, "must be a list with something in it")
            return
    elif word == "between":
        if not isinstance(value, list) or len(value) not in (2, 3):
            yield Flaw(here, "must be the lowest, the highest and perhaps the step, as in [2, 9]")
            return
        if all(isinstance(each, int) for each in value) and value[0] > value[1]:
            yield Flaw(here, f"goes from {value[0]} down to {value[1]}: write the lowest first")
        if len(value) == 3 and isinstance(value[2], int) and value[2] < 1:
            yield Flaw(here, "must have a step of at least 1")
    elif word == "repeat":
        if "of" not in node:
            yield Flaw(at, "has a repeat without `of`: say what is repeated")
            return
        if isinstance(value, int) and not 0 <= value <= MOST:
            yield Flaw(here, f"must be from 0 to {MOST}")
        yield from flaws(value, here, names, repeated=repeated)
        yield from flaws(node["of"], f"{at}.of", names, repeated=True)
        return
    elif word in ("plus", "minus", "times", "divide"):
        if not isinstance(value, list) or len(value) != 2:
            yield Flaw(here, "must be a list of two numbers")
            return
        if word == "divide" and value[1] == 0:
            yield Flaw(here, "divides by 0")
    elif word in ("var", "pick"):
        if not isinstance(value, str) or value not in names:
            yield Flaw(here, f'"{str(value)[:40]}" is not drawn before; known are {", ".join(sorted(names)) or "none"}')
        return
    elif word == "text":
        for name in placeholders(value) if isinstance(value, str) else ():
            if name not in names and name != "n":
                yield Flaw(here, f"wants {{{name}}}, which is not drawn before")
        return
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from flaws(each, f"{here}[{number}]", names, repeated=repeated)
    elif isinstance(value, Mapping):
        yield from flaws(value, here, names, repeated=repeated)
