# /// script
# requires-python = ">=3.13,<3.14"
# dependencies = [
#     "anki==26.9.3", "argon2-cffi==25.1.0", "dj-database-url==3.1.2", "django==6.1.3", "django-axes==8.3.1",
#     "django-htmx==1.29.0", "fsrs==6.3.2", "markdown==3.11.3", "nh3==0.3.8", "pysqlite3==0.6.1", "pyyaml==6.0.3",
#     "rapidfuzz==3.14.6", "whitenoise[brotli]==6.12.0",
# ]
# ///
"""One answer: finding the most urgent card, scheduling, saving and logging it; ours beside Anki's own backend.

    uv run bench/answers.py [--cards 100000] [--rounds 7] [--answers 150]

Both keep their data in SQLite with WAL and synchronous=FULL on the same disk. Rounds are interleaved, and every
figure is a ratio within its pair of rounds. `service` is `next_item` and `answer`, which is what Anki's getCard and
answerCard do; `http` is the whole request through Django's stack, in process: session, learner, answer, and the
next card's page. Anki is measured only: it is AGPL, and no part of the app.
"""

import argparse
import io
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent


def median_us(act, answers):
    """Time an act so many times; give the median in microseconds."""
    times = []
    for _ in range(answers):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1e6)
    return statistics.median(times)


def anki(folder, cards):
    """Open a collection in Anki's backend with every card in review and due."""
    from anki.collection import AddNoteRequest, Collection

    path = str(Path(folder) / "collection.anki2")
    collection = Collection(path)
    model = collection.models.by_name("Basic")
    requests = []
    for number in range(cards):
        note = collection.new_note(model)
        note["Front"], note["Back"] = f"question {number}", "answer"
        requests.append(AddNoteRequest(note=note, deck_id=1))
    collection.add_notes(requests)
    options = collection.decks.config_dict_for_deck_id(1)
    options["new"]["perDay"] = options["rev"]["perDay"] = 9999
    collection.decks.update_config(options)
    collection.set_config("fsrs", True)
    memory = json.dumps({"s": 20.0, "d": 5.0, "dr": 0.9})
    collection.db.execute(
        "update cards set type=2, queue=2, due=?, ivl=30, reps=4, factor=2500, data=?",
        collection.sched.today - 1,
        memory,
    )
    collection.close()
    collection = Collection(path)

    def act():
        card = collection.sched.getCard()
        card.start_timer()
        collection.sched.answerCard(card, 3)

    return act


def ours(cards):
    """Give our two acts, at service level and as a request, and what makes room for more of them."""
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from bench.course import make_course, make_history
    from studyapp.accounts.models import User
    from studyapp.review.session import FRONT
    from studyapp.schedules import answers, day
    from studyapp.schedules.day import Desk
    from studyapp.schedules.models import Review
    from studyapp.wsgi import application

    items = make_course(cards)
    user = User.objects.create_user("bench", preferences_json={"bury_siblings": False})
    make_history(user, items, cards)
    desk = Desk.of(user, timezone.now())
    today = day.read(desk)
    visitor = Client(headers={"host": "localhost"})
    visitor.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    with connection.cursor() as cursor:  # as after a night: nothing waits in the log beside the database
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def service():
        shown = day.next_item(desk, today, FRONT)
        answers.answer(desk, shown.showing, 3)

    sealed = [day.next_item(desk, today, FRONT).showing.seal()]
    token = "x" * 32
    cookie = f"sessionid={visitor.cookies['sessionid'].value}; csrftoken={token}"
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/review/", "QUERY_STRING": "", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "HTTP_HX_REQUEST": "true",
        "HTTP_COOKIE": cookie, "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip

    def http():
        form = urlencode({"key": sealed[0], "rating": "3", "csrfmiddlewaretoken": token}).encode()
        body = {"wsgi.input": io.BytesIO(form), "CONTENT_LENGTH": str(len(form))}
        response = application(environ | body, lambda status, headers: None)
        page = b"".join(response).decode()
        response.close()
        sealed[0] = page.split('name="reveal" value="')[1].split('"')[0]

    def new_day():
        """Forget that anything was answered today, so that the day's limit of 200 is not reached."""
        Review.objects.filter(user=user, day=desk.today).delete()

    return service, http, new_day


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--answers", type=int, default=150)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="stowage-bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "studyapp.settings", "STOWAGE_VAR": folder, "SECRET_KEY": "bench"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        call_command("migrate", verbosity=0)
        theirs = anki(folder, options.cards)
        service, http, new_day = ours(options.cards)
        acts = {"anki": theirs, "service": service, "http": http}
        for act in acts.values():
            median_us(act, 20)
            new_day()
        rounds = {name: [] for name in acts}
        for _ in range(options.rounds):
            for name, act in acts.items():
                new_day()
                rounds[name].append(median_us(act, options.answers))
    print(f"{options.cards:,} cards, {options.rounds} interleaved rounds of {options.answers} answers; medians")
    for name, times in rounds.items():
        ratios = [ours_us / anki_us for ours_us, anki_us in zip(times, rounds["anki"], strict=True)]
        print(
            f"{name:8} {statistics.median(times):7.0f} us   {statistics.median(ratios):5.2f} x Anki "
            f"[{min(ratios):.2f} .. {max(ratios):.2f}]"
        )


if __name__ == "__main__":
    main()
