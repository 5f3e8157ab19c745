"""What the simulators beside placement cost, next to a plain Python loop in the same run.

    uv run python -m bench.running [--rounds 5]

Prints milliseconds and the ratio to a loop of 100,000 additions: a question-sized input of every family with its trace,
a year of minutes of scaling, a deployment of 5,000 tasks on 400 instances, and lifecycle policies of 50 rules over
5,000, 10,000 and 20,000 images, which must grow near linearly. Goals: 2 ms, 1 s, 200 ms, and 150 ms for 10,000 images.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from studyapp.assessment.questions import vary
from studyapp.content.reader import read_course
from studyapp.content.records import version
from studyapp.simulators.door import simulate

GROUPS = (
    "deployment.", "image.", "scaling.", "capacity.", "net.", "iam.", "ecr.", "eks.", "volume.", "lb.", "log.",
)  # fmt: skip


def milliseconds(work: Callable[[], object]) -> float:
    """Time one call."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def loop() -> int:
    """The yardstick."""
    total = 0
    for number in range(100_000):
        total += number
    return total


def cases() -> dict[str, tuple[str, dict[str, object]]]:
    """Give a case for each family that questions ask, and the two large ones."""
    found: dict[str, tuple[str, dict[str, object]]] = {}
    for question in read_course(Path(__file__).parents[1] / "content").course.questions:
        if question.kind == "scenario" and question.spec["family"].startswith(GROUPS):
            variant = vary(question.key, version(question), "scenario", question.spec, 1, stem=question.stem)
            found.setdefault(variant.family, (variant.family, json.loads(json.dumps(dict(variant.given)))))
    load = [100 + minute % 1440 for minute in range(525_600)]
    found["a year of minutes"] = (
        "scaling.over_time", {"load": load, "per_task": 100, "target": 50, "min": 1, "max": 40}
    )  # fmt: skip
    cluster = [{"id": f"i-{n}", "az": "abc"[n % 3], "cpu": 4096, "memory": 16384} for n in range(400)]
    task = {"cpu": 64, "memory": 256}
    found["5,000 tasks on 400 instances"] = (
        "deployment.rollout",
        {
            "instances": cluster,
            "desired": 5000,
            "min_healthy_percent": 50,
            "max_percent": 150,
            "old": task,
            "new": task,
        },
    )
    for count in (5_000, 10_000, 20_000):
        found[f"{count:,} images, 50 rules"] = ("ecr.lifecycle", repository(count))
    return found


def repository(count: int) -> dict[str, object]:
    """Give so many images, and fifty rules of every kind of pattern, by count and by age in turn."""
    dice = random.Random(count)
    names = ("prod", "beta", "rel", "x")
    images = [
        {
            "id": f"i{number}",
            "tags": [f"{dice.choice(names)}-{dice.randrange(50)}-{number}"],
            "pushed_days_ago": dice.randrange(400),
        }
        for number in range(count)
    ]
    rules = []
    for number in range(50):
        pattern = (f"prod-{number}-*", f"*-{number}-*", f"*{number}", f"beta*{number}*", "*")[number % 5]
        selection: dict[str, object] = {"tagStatus": "tagged", "tagPatternList": [pattern]}
        if number % 2:
            selection |= {"countType": "imageCountMoreThan", "countNumber": 5}
        else:
            selection |= {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30 + number}
        rules.append({"rulePriority": number + 1, "selection": selection, "action": {"type": "expire"}})
    return {"images": images, "rules": rules}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'case':32} {'ms':>9} {'of the loop':>12}")
    for name, (family, given) in cases().items():
        simulate(family, given, trace=True)
        pairs = [
            (milliseconds(lambda: simulate(family, given, trace=True)), milliseconds(loop))  # noqa: B023
            for _ in range(options.rounds)
        ]
        mine, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:32} {mine:9.2f} {mine / floor:12.2f}")


if __name__ == "__main__":
    main()
