"""Somebody who reviews cards over HTTP as a browser without JavaScript does."""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from random import Random
from urllib.parse import urlencode

PATIENCE = 30  # seconds that a learner waits for a server that went away
SAVED = 302  # "that was taken, go on to the next card"


class ServerError(Exception):
    """The server answered, with an error."""


@dataclass(frozen=True)
class Answer:
    """One answer to one showing. `user` is 0 for the first of a browser: who it was, the next card tells."""

    user: int
    item: int
    version: int
    rating: int

    @classmethod
    def to(cls, key: str, rating: int) -> "Answer":
        """Read who was shown what from a sealed key; its seal is none of ours."""
        user, item, version = key.split(".")[:3]
        return cls(int(user), int(item), int(version), rating)


class _Forms(HTMLParser):
    """The forms of a page: their hidden fields, and the values of their buttons by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], dict[str, list[str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append((given.get("method", "get"), {}, {}))
        elif self.forms and tag == "input" and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif self.forms and tag == "button" and "name" in given:
            self.forms[-1][2].setdefault(given["name"], []).append(given.get("value", ""))


class Learner:
    """One browser on one connection."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self.connection: http.client.HTTPConnection | None = None

    def twin(self) -> "Learner":
        """Give another connection of the same browser."""
        return Learner(self.port, self.cookies)

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None

    def request(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request; gives status and body. Raises OSError or HTTPException where the server is gone."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if fields is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            response = self.connection.getresponse()
            body = response.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for header in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(header).items()}
        if response.status >= 500:
            raise ServerError(f"{method} {path}: {response.status}")
        return response.status, body

    def look(self) -> dict[str, str]:
        """Take the next card and turn it; gives the fields of the form that rates it."""
        _, page = self.request("GET", "/review/")
        key = next((fields["reveal"] for _, fields, _ in _Forms(page).forms if "reveal" in fields), None)
        assert key, f"no card to answer:\n{page}"
        _, page = self.request("GET", "/review/?" + urlencode({"reveal": key}))
        for method, fields, buttons in _Forms(page).forms:
            if method == "post" and buttons.get("rating") == ["1", "2", "3", "4"]:
                return fields
        raise LookupError("the card was answered meanwhile")

    def rate(self, fields: dict[str, str], rating: int) -> int:
        """Send the form with a rating; gives the status."""
        return self.request("POST", "/review/", fields | {"rating": str(rating)})[0]


class Crowd:
    """Learners who answer as fast as they are served, each in a thread, until told to stop.

    They rate Again or Hard, which keeps cards in learning: nobody runs out of them. An answer that got no
    reply is sent again, unchanged, as a browser's reload would.
    """

    def __init__(self, port: int, size: int) -> None:
        self.port = port
        self.enough = threading.Event()
        self.acknowledged: list[list[Answer]] = [[] for _ in range(size)]
        self.refused: list[str] = []
        self.threads = [threading.Thread(target=self._study, args=(place,), daemon=True) for place in range(size)]

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join(PATIENCE + 5)

    def answers(self) -> list[Answer]:
        """Give all that was acknowledged."""
        return [answer for one in self.acknowledged for answer in one]

    def _study(self, place: int) -> None:
        learner, chance, mine = Learner(self.port), Random(place), self.acknowledged[place]
        user = 0
        while not self.enough.is_set():
            try:
                fields = self._patiently(learner.look)
                if not fields:
                    return
                if not user and (user := Answer.to(fields["key"], 0).user):
                    mine[:] = [Answer(user, answer.item, answer.version, answer.rating) for answer in mine]
                rating = chance.choice((1, 2))
                status = self._patiently(learner.rate, fields, rating)
                if not status:
                    return
                if status == SAVED:
                    key = Answer.to(fields["key"], rating)
                    mine.append(Answer(user, key.item, key.version, rating))
                else:
                    self.refused.append(f"{status} for {fields['key']} by {user}")
            except (ServerError, LookupError, AssertionError) as problem:
                self.refused.append(f"{type(problem).__name__}: {problem}"[:500])
        learner.close()

    def _patiently(self, act, *given):  # type: ignore[no-untyped-def]
        """Do it again while the server is away; None where it does not come back."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return act(*given)
            except (OSError, http.client.HTTPException):
                time.sleep(0.03)
        return None
