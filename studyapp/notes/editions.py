"""What follows from the content alone, kept until the content changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from studyapp.notes.models import Edition


class Kept:
    """Things of one state of the content, at most so many; what was asked for longest ago gives way.

    Only for what is the same for every learner.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._stamp = ""
        self._things: OrderedDict[str, Any] = OrderedDict()

    def get[T](self, name: str, make: Callable[[], T]) -> T:
        """Give what `make` gives, made once for each state of the content; one query to see that it stands."""
        stamp = Edition.current_stamp()
        with self._lock:
            if stamp != self._stamp:
                self._things.clear()
                self._stamp = stamp
            if stamp and name in self._things:
                self._things.move_to_end(name)
                kept: T = self._things[name]
                return kept
        made = make()
        with self._lock:
            if stamp and stamp == self._stamp:
                self._things[name] = made
                if len(self._things) > self.most:
                    self._things.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._things)


pages = Kept(512)
searches = Kept(128)  # apart, since what people may type has no end
by_stamp = pages.get
