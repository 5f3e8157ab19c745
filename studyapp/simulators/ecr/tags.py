"""Which images of a repository meet a list of prefixes or patterns, without looking at every image for every rule.

The tags are sorted once, forwards and backwards; what a pattern begins or ends with then gives a short range of them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

_AFTER = "\U0010ffff"


def matches(pattern: str, tag: str) -> bool:
    """Say whether a whole tag matches a pattern, in which * is any text, an empty one too. Time is linear."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == tag
    *middle, last = rest
    if not tag.startswith(first):
        return False
    place, end = len(first), len(tag) - len(last)
    if end < place or not tag.endswith(last):
        return False
    for part in middle:
        found = tag.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


class Tags:
    """The tags of a repository's images, each image known by its place."""

    __slots__ = ("_backward", "_backward_owners", "_forward", "_owners", "_tagged")

    def __init__(self, tags_of: Sequence[Iterable[str]]) -> None:
        pairs = sorted((tag, image) for image, tags in enumerate(tags_of) for tag in tags)
        self._forward = [tag for tag, _ in pairs]
        self._owners = [image for _, image in pairs]
        backward = sorted((tag[::-1], image) for tag, image in pairs)
        self._backward = [tag for tag, _ in backward]
        self._backward_owners = [image for _, image in backward]
        self._tagged = frozenset(self._owners)

    def with_prefix(self, prefix: str) -> set[int]:
        """Give the images with a tag that begins so."""
        low = bisect_left(self._forward, prefix)
        return set(self._owners[low : bisect_left(self._forward, prefix + _AFTER)])

    def containing(self, part: str) -> set[int]:
        """Give the images with a tag that holds a text anywhere."""
        return {image for tag, image in zip(self._forward, self._owners, strict=True) if part in tag}

    def with_pattern(self, pattern: str) -> set[int]:
        """Give the images with a tag that matches a pattern as a whole."""
        first, *rest = pattern.split("*")
        if not rest:
            low = bisect_left(self._forward, pattern)
            return set(self._owners[low : bisect_left(self._forward, pattern + "\0")])
        *middle, last = rest
        middle = [part for part in middle if part]
        if not first and not last and not middle:
            return set(self._tagged)
        if last and not first:
            low, high = bisect_left(self._backward, last[::-1]), bisect_left(self._backward, last[::-1] + _AFTER)
            if not middle:
                return set(self._backward_owners[low:high])
            found = zip(self._backward[low:high], self._backward_owners[low:high], strict=True)
            return {image for tag, image in found if matches(pattern, tag[::-1])}
        low, high = bisect_left(self._forward, first), bisect_left(self._forward, first + _AFTER)
        owners = self._owners[low:high]
        if not middle and not last:
            return set(owners)
        found = zip(self._forward[low:high], owners, strict=True)
        if len(middle) == 1 and not last:
            part, begin = middle[0], len(first)
            return {image for tag, image in found if tag.find(part, begin) >= 0}
        return {image for tag, image in found if matches(pattern, tag)}
