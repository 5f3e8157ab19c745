"""What follows from the content alone, kept until the content changes."""

import threading
from collections.abc import Callable
from typing import Any

from studyapp.notes.models import Edition

MOST = 512  # things kept by a process

_lock = threading.Lock()
_stamp = ""
_kept: dict[str, Any] = {}


def by_stamp[T](name: str, make: Callable[[], T]) -> T:
    """Give what `make` gives, made once for each state of the content; one query to see that it stands.

    Only for what is the same for every learner.
    """
    global _stamp
    stamp = Edition.current_stamp()
    with _lock:
        if stamp != _stamp:
            _kept.clear()
            _stamp = stamp
        if stamp and name in _kept:
            kept: T = _kept[name]
            return kept
    made = make()
    with _lock:
        if stamp and stamp == _stamp and len(_kept) < MOST:
            _kept[name] = made
    return made
