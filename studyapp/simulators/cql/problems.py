"""What is wrong with an expression, and where."""

import unicodedata

_WIDTH = 76  # columns of an expression that are shown around a problem


class SyntaxProblem(ValueError):
    """An expression that is none: `message` says why, `offset` is the character it begins at, counted from 0.

    The offset is the length of the text when something is missing at its end. `beyond_us` says that AWS may well take
    it: it has a pattern that only this simulator refuses.
    """

    def __init__(self, text: str, offset: int, message: str, *, beyond_us: bool = False) -> None:
        super().__init__(f"{message} (at character {offset + 1})")
        self.text = text
        self.offset = offset
        self.message = message
        self.beyond_us = beyond_us

    def caret(self) -> str:
        """Show the place: a line of the expression, shortened around it, and a ^ under it on a second line."""
        first = max(0, min(self.offset - _WIDTH // 2, len(self.text) - _WIDTH))
        last = min(len(self.text), first + _WIDTH)
        before = ("…" if first else "") + _one_line(self.text[first : self.offset])
        after = _one_line(self.text[self.offset : last]) + ("…" if last < len(self.text) else "")
        return f"{before}{after}\n{' ' * sum(map(_columns, before))}^"


def _one_line(text: str) -> str:
    return "".join(" " if char.isspace() else char if char.isprintable() else "\ufffd" for char in text)


def _columns(char: str) -> int:
    """How many columns a character takes where every letter is equally wide."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
