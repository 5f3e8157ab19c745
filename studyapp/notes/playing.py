"""What a fact can be tried out with. Labs stand above the notes, so they say it here when they are made ready."""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock

MOST = 5  # that a page shows

# Key of a fact -> (title, address) of what plays with it.
_PLAYS: dict[str, list[tuple[str, str]]] = {}

_LATER: list[Callable[[], None]] = []
_FILLING = Lock()  # who asks while it is being noted waits until all of it is


def when_asked(fill: Callable[[], None]) -> None:
    """Have what plays with facts noted when it is first asked for: it takes a tenth of a second."""
    _LATER.append(fill)


def teaches(fact: str, title: str, address: str) -> None:
    """Note that something at an address plays with a fact."""
    play = (title, address)
    if play not in _PLAYS.setdefault(fact, []):
        _PLAYS[fact].append(play)


def plays(fact: str) -> Sequence[tuple[str, str]]:
    """Give what plays with a fact."""
    with _FILLING:
        while _LATER:
            _LATER.pop()()
    return _PLAYS.get(fact, ())[:MOST]


def plays_any(facts: Iterable[str]) -> Sequence[tuple[str, str]]:
    """Give what plays with any of some facts: for each fact the first that no other fact of them has, in order."""
    found: dict[str, str] = {}
    for fact in facts:
        for title, address in plays(fact):
            if address not in found:
                found[address] = title
                break
    return [(title, address) for address, title in found.items()][:MOST]
