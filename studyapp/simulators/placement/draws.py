"""Chance that can be repeated: which of several equal instances a seed takes.

Every instance has a clock that rings at random moments, and the one that rings first is taken. Because such clocks
have no memory, each pick is as likely to be any of the candidates as any other, however often each was taken, and
only the clock of the instance that was taken has to be set anew.
"""

import hashlib
import math

_WAY = 1 << 24  # the mean time between two rings
LONGEST = 64 * _WAY  # no ring takes longer: 2 ** -53 is the smallest number that is drawn


def wait(seed: int, instance: str, ring: int) -> int:
    """How long the clock of an instance runs until it rings for the n-th time, counted from 0."""
    digest = hashlib.sha256(f"{seed}/{ring}/{instance}".encode()).digest()
    drawn = ((int.from_bytes(digest[:8]) >> 11) + 1) / (1 << 53)  # above 0, at most 1
    return round(-math.log(drawn) * _WAY)
