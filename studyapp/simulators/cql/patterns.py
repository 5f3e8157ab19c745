"""Patterns of `=~` and `!~`: Java regular expressions, of which we take what Java, Python and RE2 read alike.

They are run by RE2, whose time is linear in the value, and never by `re`. What only Java has (looking around,
references back, possessive quantifiers, classes within classes) is refused with a message, and so is a pattern whose
repetitions add up to more than `LARGEST` steps. A pattern must match the whole value: a convention, AWS does not say.
"""

import functools
from dataclasses import dataclass
from typing import Any

import re2

LARGEST = 1000  # steps of all patterns of an expression together, repetitions written out
_LETTERS = frozenset("dDwWsSbBtnrf")  # escapes that mean the same to all three
_HEX = frozenset("0123456789abcdefABCDEF")


class PatternProblem(ValueError):
    """A pattern that is not read: why, and the character of it, counted from 0.

    `beyond_us` says that Java may read it.
    """

    def __init__(self, offset: int, message: str, *, beyond_us: bool = False) -> None:
        super().__init__(message)
        self.beyond_us = beyond_us
        self.offset = offset
        self.message = message


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. `steps` is how much of `LARGEST` it takes."""

    text: str
    steps: int
    compiled: Any

    def matches(self, value: str) -> bool:
        """Tell whether the whole value matches."""
        try:
            return self.compiled.fullmatch(value) is not None
        except UnicodeEncodeError:  # half of a surrogate pair
            return False

    def as_wildcard(self) -> "Pattern":
        """Give the pattern of those who take it for one of file names, where c5.* begins with "c5.".

        Who writes a backslash, a class or a group knows better and is left alone.
        """
        if any(char in self.text for char in "\\[]()|+{}^$"):
            return self
        return compile_pattern(self.text.replace(".", "\\.").replace("?", ".").replace("*", ".*"))


@functools.lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern. Raises PatternProblem."""
    steps = _Scan(text).steps()
    if steps > LARGEST:
        raise PatternProblem(0, f"repeats too much: {steps} steps, {LARGEST} are allowed", beyond_us=True)
    try:
        return Pattern(text, steps, re2.compile(text, _options()))
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if error.args else "unknown"
        raise PatternProblem(0, f"is no regular expression: {reason}") from None


@functools.cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 1 << 20
    return options


class _Scan:
    """One pass over a pattern: refuses what is not common to Java, Python and RE2, and counts its steps."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.open: list[tuple[int, int]] = []  # of every open group: where it begins, steps before it
        self.total = 0  # steps of the innermost open group
        self.last = 0  # steps of the item that a quantifier would repeat; 0 if there is none

    def steps(self) -> int:
        while self.place < len(self.text):
            start, char = self.place, self.text[self.place]
            self.place += 1
            if char == "\\":
                self._item(self._escape(start))
            elif char == "[":
                self._item(self._class(start))
            elif char == "(":
                self._group(start)
            elif char == ")":
                self._close(start)
            elif char in "*+?":
                self._repeat(start, 1)
            elif char == "{":
                self._repeat(start, self._times(start))
            elif char in "|^$":
                self._item(1)
                self.last = 0
            else:
                self._item(1 if char.isascii() and char != "." else 4)
        if self.open:
            raise PatternProblem(self.open[-1][0], "has a group that is not closed")
        return self.total

    def _item(self, steps: int) -> None:
        self.last = steps
        self.total += steps

    def _escape(self, start: int) -> int:
        char = self.text[self.place : self.place + 1]
        self.place += 1
        if not char:
            raise PatternProblem(start, "ends in a backslash")
        if char == "x":
            digits = self.text[self.place : self.place + 2]
            if len(digits) == 2 and digits[0] in "01234567" and set(digits) <= _HEX:
                self.place += 2
                return 1
        elif char in _LETTERS or (char.isascii() and not char.isalnum() and not char.isspace()):
            return 2
        raise PatternProblem(start, f"has the escape \\{char}, which this simulator does not read", beyond_us=True)

    def _class(self, start: int) -> int:
        """Pass over [...], in which brackets, && and letters' escapes could mean something else in Java."""
        if self.text.startswith("^", self.place):
            self.place += 1
        first = True
        while self.place < len(self.text):
            place, char = self.place, self.text[self.place]
            self.place += 1
            if char == "]" and not first:
                return 4
            if char == "]" or char == "[":
                raise PatternProblem(place, f"has a {char} in a character class; write \\{char}", beyond_us=True)
            if char == "&" and self.text.startswith("&", self.place):
                raise PatternProblem(
                    place, "has && in a character class, which this simulator does not read", beyond_us=True
                )
            if char == "\\":
                self._escape(place)
            first = False
        raise PatternProblem(start, "has a character class that is not closed")

    def _group(self, start: int) -> None:
        if self.text.startswith("?", self.place):
            for opening in ("?:", "?i)", "?i:"):
                if self.text.startswith(opening, self.place):
                    self.place += len(opening)
                    break
            else:
                raise PatternProblem(start, "has a kind of group that this simulator does not read", beyond_us=True)
            if opening == "?i)":
                self.last = 0
                return
        self.open.append((start, self.total))
        self.total = self.last = 0

    def _close(self, start: int) -> None:
        if not self.open:
            raise PatternProblem(start, "closes a group that is not open")
        inside = self.total + 2
        self.total = self.open.pop()[1]
        self._item(inside)

    def _times(self, start: int) -> int:
        """Read {n}, {n,} or {n,m}; give the most copies that it takes."""
        end = self.text.find("}", self.place, self.place + 10)
        low, comma, high = self.text[self.place : end if end >= 0 else self.place].partition(",")
        if not low.isascii() or not low.isdigit() or (high and not (high.isascii() and high.isdigit())):
            raise PatternProblem(start, "has a { that begins no repetition; write \\{")
        self.place = end + 1
        if high and int(high) < int(low):
            raise PatternProblem(start, f"repeats from {low} to {high}")
        return max(1, int(high or low) + (1 if comma and not high else 0))

    def _repeat(self, start: int, times: int) -> None:
        if not self.last:
            raise PatternProblem(start, "repeats nothing")
        self.total += self.last * (times - 1) + 1
        self.last = 0
        if self.text.startswith("?", self.place):
            self.place += 1
        elif self.text.startswith(("*", "+", "{"), self.place):
            raise PatternProblem(self.place, "repeats a repetition, which this simulator does not read", beyond_us=True)
