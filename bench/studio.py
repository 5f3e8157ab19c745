"""What the studio costs an instructor, beside the page of a fact, which every learner opens.

    uv run python -m bench.studio [--rounds 9]

In process, on a database of its own with the real notes. Each round measures the fact's page and, in turn: a key typed
in the editor (the draft saved, the item checked, its page rendered) for every kind of item; publishing a fact; and the
list of items, with the items that there are and with 10,000 more, which must cost the same number of queries. Prints
milliseconds and the ratio to the fact's page. Goals: a key within 150 ms, publishing within 2 s.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

KINDS = ("topic", "fact", "card", "question", "table", "term", "pair", "misconception", "diagram")
TYPED = {
    "topic": "body", "fact": "why", "card": "reason", "question": "explanation", "table": "summary",
    "term": "definition", "pair": "difference", "misconception": "refutation", "diagram": "svg",
}  # fmt: skip
MORE = 10_000


def milliseconds(work: Callable[[], Any]) -> float:
    """Time one call."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def main(rounds: int) -> None:
    """Measure, and print a line for each."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment
    from django.utils import timezone

    from studyapp.accounts.models import User
    from studyapp.studio.models import Document
    from studyapp.studio.prepare import prepare
    from studyapp.studio.roles import make_instructor

    setup_test_environment()
    prepare()
    ada = User.objects.create_user("ada")
    make_instructor(ada)
    client = Client()
    client.force_login(ada, backend="studyapp.accounts.backends.LearnerBackend")
    number = 0

    def opened(kind: str, key: str) -> tuple[str, dict[str, str]]:
        at = f"/studio/{kind}/{key}/"
        context = client.get(at).context
        form = {name: str(context[name]) for name in ("base", "saves", "tab")}
        for part in context["parts"]:
            fields = [each for row in part.rows for each in row.fields] if hasattr(part, "rows") else [part]
            form |= {each.name: each.value for each in fields if each.field.widget != "check" or each.value}
        return at, form

    def typing(kind: str) -> Callable[[], None]:
        largest = max(Document.objects.filter(kind=kind), key=lambda each: len(each.text))
        at, form = opened(kind, largest.key)

        def key() -> None:
            nonlocal number
            number += 1
            answer = client.post(
                f"{at}draft/", form | {TYPED[kind]: f"{form[TYPED[kind]]} {number}"}, headers={"HX-Request": "true"}
            )
            assert answer.status_code == 200, answer.status_code

        return key

    def publish() -> None:
        nonlocal number
        number += 1
        at, form = opened("fact", "N001")
        answer = client.post(at, form | {"why": f"For the {number}th time.", "op": "publish"})
        assert answer.status_code == 302
        assert "tried" not in answer["Location"], answer["Location"]

    def listing() -> None:
        assert client.get("/studio/?q=task").status_code == 200

    work: dict[str, Callable[[], Any]] = {"the page of a fact": lambda: client.get("/facts/N030/")}
    work |= {f"a key in the longest {kind}": typing(kind) for kind in KINDS}
    work |= {"publishing a fact": publish, "the list of items": listing}
    for each in work.values():
        each()  # warm
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, each in work.items():
            times[name].append(milliseconds(each))
    with CaptureQueriesContext(connection) as few:
        listing()
    now = timezone.now()
    Document.objects.bulk_create(
        Document(
            kind="term", key=f"more-{n}", record={}, mark="", title=f"Task {n}", text=f"task more-{n}", changed_at=now
        )
        for n in range(MORE)
    )
    name = f"the list of items, {MORE:,} more"
    times[name] = []
    for _ in range(rounds):
        times["the page of a fact"].append(milliseconds(work["the page of a fact"]))
        times[name].append(milliseconds(listing))
    with CaptureQueriesContext(connection) as many:
        listing()
    yardstick = statistics.median(times["the page of a fact"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:36} {middle:8.1f} ms  ({min(found):.1f} to {max(found):.1f})  {middle / yardstick:6.1f}")
    print(f"queries of the list: {len(few)}, with {MORE:,} more items {len(many)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "studyapp.settings", "STOWAGE_VAR": folder, "ALLOWED_HOSTS": "testserver"
        }  # fmt: skip
        Path(folder).mkdir(exist_ok=True)
        main(options.rounds)
