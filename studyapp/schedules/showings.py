"""Showings: the sealed name of an item as it was shown, which comes back with the answer.

A showing is one item at one version of one learner's schedule. Its key goes into the log, where it is
unique, so a showing is answered once however often the answer is sent.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer

from studyapp.schedules.fields import from_micros, to_micros

_signer = Signer(salt="stowage.showing")
NOBODY = 0  # a browser without a learner; its first answer makes a guest


class ForgedShowing(Exception):
    """The sealed showing was not made by this site, or was altered."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One item at one version of a learner's schedule."""

    user_id: int  # NOBODY for a browser without a learner
    item_id: int
    version: int
    shown_at: datetime

    def seal(self) -> str:
        """Give the text that goes into the form: readable, but only we can make it."""
        return _signer.sign(f"{self.user_id}.{self.item_id}.{self.version}.{to_micros(self.shown_at)}")

    def was_shown_to(self, user_id: int) -> bool:
        """Tell whether it was shown to a learner, or to a browser without one, which anybody may have been."""
        return self.user_id in (user_id, NOBODY)

    @classmethod
    def unseal(cls, text: str) -> "Showing":
        """Read a sealed showing; raises ForgedShowing for anything we did not seal."""
        if len(text) > 200:
            raise ForgedShowing
        try:
            user_id, item_id, version, shown_at = map(int, _signer.unsign(text).split("."))
        except (BadSignature, ValueError) as problem:
            raise ForgedShowing from problem
        return cls(user_id, item_id, version, from_micros(shown_at))


def review_key(user_id: int, item_id: int, version: int) -> str:
    """Give the key under which the log knows what was done to an item at a version of its schedule."""
    return f"{user_id}.{item_id}.{version}"
