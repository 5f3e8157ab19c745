"""The next card with 50,000 cards and 1,000,000 reviews beside the next card with a thousand of each.

    uv run python -m bench.scale [--cards 50000] [--reviews 1000000] [--rounds 7]

Two processes, each with a database of its own, measure in turn: counting the day, finding the next card, answering it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def worker(cards: int, reviews: int) -> None:
    """Make a learner, then measure a round for each line of standard input."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.course import make_course, make_history
    from studyapp.accounts.models import User
    from studyapp.review.session import FRONT
    from studyapp.schedules import answers, day
    from studyapp.schedules.day import Desk

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench")
    make_history(user, make_course(cards), reviews)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print("ready", flush=True)
    for _ in sys.stdin:
        found, answered = [], []
        for _ in range(20):
            desk = Desk.of(user, timezone.now())
            start = time.perf_counter()
            shown = day.next_item(desk, day.read(desk), FRONT)
            middle = time.perf_counter()
            assert shown is not None
            answers.answer(desk, shown.showing, 3)
            found.append(middle - start)
            answered.append(time.perf_counter() - middle)
            answers.undo(desk)  # so that the day's limit is never reached
        print(statistics.median(found) * 1e6, statistics.median(answered) * 1e6, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=50_000)
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--worker", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(*options.worker)
        return
    with tempfile.TemporaryDirectory(prefix="stowage-bench-") as folder:
        workers = []
        for name, size in {"small": (1000, 1000), "large": (options.cards, options.reviews)}.items():
            (Path(folder) / name).mkdir()
            settings = {"DJANGO_SETTINGS_MODULE": "studyapp.settings", "SECRET_KEY": "bench"}
            environment = os.environ | settings | {"STOWAGE_VAR": f"{folder}/{name}"}
            command = [sys.executable, "-m", "bench.scale", "--worker", *map(str, size)]
            workers.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
        for process in workers:
            assert process.stdout
            process.stdout.readline()
        rounds: list[list[tuple[float, float]]] = [[], []]
        for _ in range(options.rounds + 1):
            for process, figures in zip(workers, rounds, strict=True):
                assert process.stdin
                assert process.stdout
                print("go", file=process.stdin, flush=True)
                found, answered = map(float, process.stdout.readline().split())
                figures.append((found, answered))
        for process in workers:
            assert process.stdin
            process.stdin.close()
            process.wait()
    small, large = ([figures[1:] for figures in rounds][number] for number in (0, 1))
    print(
        f"1,000 cards and reviews beside {options.cards:,} cards and {options.reviews:,} reviews; medians, microseconds"
    )
    for part, name in enumerate(("next card", "answer")):
        ratios = sorted(big[part] / little[part] for big, little in zip(large, small, strict=True))
        here, there = (statistics.median(figures[part] for figures in side) for side in (small, large))
        print(
            f"{name:10} {here:6.0f} {there:6.0f}   x {statistics.median(ratios):.2f} "
            f"[{ratios[0]:.2f} .. {ratios[-1]:.2f}]"
        )


if __name__ == "__main__":
    main()
