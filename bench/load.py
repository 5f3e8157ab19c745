"""A thousand learners at once, in an open loop: each acts every eight seconds, whether or not the last answer has come.

    uv run python -m bench.load [--learners 1000] [--gap 8] [--seconds 20] [--pairs 5] [--logins 1]

Requests go out at their times, so a slow answer makes the next ones wait. Each pair measures the
bare view and the app in turn at the same rate; an action is the next card's page or an answer to it, half and half.
"""

import argparse
import http.client
import re
import statistics
import threading
import time
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

from bench.site import Server, pair

THREADS = 32


class Learner:
    """A browser with a session: it looks at the next card, then answers it."""

    def __init__(self, server: Server, cookie: str) -> None:
        self.port, self.cookie = server.port, cookie
        self.fields: dict[str, str] = {}
        self.token = ""

    def act(self, connection: http.client.HTTPConnection) -> int:
        """Do the next thing; give the status."""
        headers = {"Cookie": f"sessionid={self.cookie}" + (f"; csrftoken={self.token}" if self.token else "")}
        if self.fields:
            headers |= {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/review/", urlencode(self.fields | {"rating": "3"}), headers)
        else:
            connection.request("GET", "/review/", headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        if found := re.search(r"csrftoken=([^;]+)", answer.headers.get("Set-Cookie", "")):
            self.token = found[1]
        key = re.search(r'name="key" value="([^"]+)"', page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        fresh = bool(key and token) and not self.fields
        self.fields = {"key": key[1], "csrfmiddlewaretoken": token[1]} if fresh and key and token else {}
        return answer.status


def run(server: Server, learners: int, gap: float, seconds: float, logins: float) -> tuple[list[float], int]:
    """Send the load; give latencies in seconds, sorted, and how many requests failed."""
    people = [Learner(server, cookie) for cookie in server.cookies] or [None]
    count = int(learners / gap * seconds)
    due: SimpleQueue[tuple[float, int]] = SimpleQueue()
    start = time.perf_counter() + 0.5
    for number in range(count):
        due.put((start + number * gap / learners, number))
    latencies: list[float] = []
    failures: list[int] = []

    def sender() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        while True:
            try:
                when, number = due.get_nowait()
            except Empty:
                return
            if (wait := when - time.perf_counter()) > 0:
                time.sleep(wait)
            person = people[number % len(people)]
            try:
                if person is None:
                    connection.request("GET", "/")
                    answer = connection.getresponse()
                    answer.read()
                    status = answer.status
                else:
                    status = person.act(connection)
            except (OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                status = 0
            latencies.append(time.perf_counter() - when)
            if status != 200:
                failures.append(status)

    def logger() -> None:
        for number in range(int(logins * seconds)):
            if (wait := start + number / logins - time.perf_counter()) > 0:
                time.sleep(wait)
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", "/account/login/")
            answer = connection.getresponse()
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
            cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
            fields = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token[1] if token else ""}
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/account/login/", urlencode(fields | {"username": f"nobody{number}"}), headers)
            connection.getresponse().read()

    threads = [threading.Thread(target=sender) for _ in range(THREADS)]
    if logins and server.cookies:
        threads.append(threading.Thread(target=logger))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(latencies), len(failures)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--gap", type=float, default=8.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--logins", type=float, default=0.0, help="password checks a second beside the load")
    options = parser.parse_args()
    with pair(learners=min(options.learners, 50)) as (ours, bare):
        print(f"{options.learners} learners, {options.gap:g} s between actions, {options.logins:g} log-ins a second")
        ratios = []
        for _ in range(options.pairs):
            floor, _ = run(bare, options.learners, options.gap, options.seconds, 0)
            mine, failed = run(ours, options.learners, options.gap, options.seconds, options.logins)
            p99 = [times[int(len(times) * 0.99)] * 1000 for times in (mine, floor)]
            p50 = [statistics.median(times) * 1000 for times in (mine, floor)]
            ratios.append(p99[0] / p99[1])
            print(
                f"ours p50 {p50[0]:6.2f} ms p99 {p99[0]:6.2f} ms   bare p50 {p50[1]:6.2f} ms p99 {p99[1]:6.2f} ms   "
                f"x {ratios[-1]:.2f}   {failed} failed of {len(mine)}"
            )
        print(f"p99 ours / bare: median {statistics.median(ratios):.2f} [{min(ratios):.2f} .. {max(ratios):.2f}]")


if __name__ == "__main__":
    main()
