"""What drawing a question costs: a variant with its explanation, over every scenario question.

    uv run python -m bench.questions [--seeds N]

Prints median and 95th percentile in milliseconds, of the slowest questions and of all, and beside them the time of
a plain Python loop that adds ten thousand numbers, so that runs on different machines can be compared.
"""

import argparse
import time
from pathlib import Path

from studyapp.assessment.questions import story, vary
from studyapp.content.reader import read_course
from studyapp.content.records import version


def percentile(times: list[float], share: float) -> float:
    """Give the time below which a share of the times lie."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def yardstick() -> float:
    """Give the milliseconds of a plain loop."""
    begun, total = time.perf_counter(), 0
    for number in range(10_000):
        total += number
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=60)
    options = parser.parse_args()
    course = read_course(Path(__file__).parents[1] / "content").course
    every: list[float] = []
    rows = []
    floor = [yardstick()]
    for question in course.questions:
        if question.kind != "scenario":
            continue
        times = []
        for seed in range(options.seeds):
            begun = time.perf_counter()
            variant = vary(
                question.key, version(question), question.kind, question.spec, seed,
                stem=question.stem, explanation=question.explanation,
            )  # fmt: skip
            story(variant)
            times.append((time.perf_counter() - begun) * 1000)
        floor.append(yardstick())
        rows.append((percentile(times, 0.95), percentile(times, 0.5), question.key))
        every += times
    print(f"{'question':34} {'median ms':>9} {'p95 ms':>8}")
    for p95, median, key in sorted(rows, reverse=True)[:8]:
        print(f"{key:34} {median:9.2f} {p95:8.2f}")
    print(f"{'all ' + str(len(rows)):34} {percentile(every, 0.5):9.2f} {percentile(every, 0.95):8.2f}")
    print(f"{'a plain loop of 10,000 additions':34} {percentile(floor, 0.5):9.2f}")


if __name__ == "__main__":
    main()
