"""What a fact can be tried out with. Labs stand above the notes, so they say it here when they are made ready."""

from collections.abc import Sequence

# Key of a fact -> (title, address) of what plays with it.
_PLAYS: dict[str, list[tuple[str, str]]] = {}


def teaches(fact: str, title: str, address: str) -> None:
    """Note that something at an address plays with a fact."""
    play = (title, address)
    if play not in _PLAYS.setdefault(fact, []):
        _PLAYS[fact].append(play)


def plays(fact: str) -> Sequence[tuple[str, str]]:
    """Give what plays with a fact."""
    return _PLAYS.get(fact, ())
