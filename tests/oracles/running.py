"""What AWS's documented rules say of deployments, images, scaling and capacity, worked out by counting and searching.

Written from the specification's rules (their numbers stand in the docstrings), without a formula where a search does.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

type Json = dict[str, Any]


# --- Deployments (DEP-1, 2, 6, 7; 1.3) --------------------------------------------------------------------------------


def lower(desired: int, percent: int) -> int:
    """DEP-1: the fewest tasks that are at least the percentage."""
    return next(count for count in range(desired * percent + 2) if 100 * count >= desired * percent)


def upper(desired: int, percent: int) -> int:
    """DEP-2: the most tasks that are at most the percentage."""
    count = 0
    while 100 * (count + 1) <= desired * percent:
        count += 1
    return count


def waves_complaint(given: Json, actions: list[list[Any]], *, stuck: bool) -> str | None:
    """1.3: go through the moves; every one must be within its budget, and the end must be where no move is left."""
    low, high = lower(given["desired"], given["min_healthy_percent"]), upper(given["desired"], given["max_percent"])
    old, new, room = given["desired"], 0, given.get("free_task_slots")

    def budgets() -> tuple[int, int]:
        start = min(high - old - new, given["desired"] - new)
        start = start if room is None else min(start, room)
        return max(0, start), max(0, min(old, old + new - low))

    for kind, count in actions:
        start, stop = budgets()
        if kind == "start":
            if not 0 < count <= start:
                return f"starts {count} where {start} may start"
            new += count
            room = None if room is None else room - count
        else:
            if not 0 < count <= stop:
                return f"stops {count} where {stop} may stop"
            old -= count
            room = None if room is None else room + count
    done = old == 0 and new == given["desired"]
    if stuck == done:
        return f"says stuck={stuck} with {old} old and {new} new tasks"
    if not done and any(budgets()):
        return "gives up although a move is left"
    return None


def trips_at(given: Json) -> int | None:
    """1.5: count failures one by one; give the event that reaches the threshold."""
    half = next(count for count in range(given["desired"] + 2) if 2 * count >= given["desired"])
    threshold = sorted((3, half, 200))[1]
    failures = 0
    for number, event in enumerate(given["events"], start=1):
        if event == "healthy":
            failures = 0 if given.get("reset_on_healthy_task", True) else failures
        else:
            failures += 1
            if failures == threshold:
                return number
    return None


# --- Images (IMG-1, 2, 3, 8) ------------------------------------------------------------------------------------------


def running_images(given: Json) -> tuple[Counter[str], int]:
    """Play the events with a list of tasks, each a digest; give what runs and how many starts failed."""
    pins = given["version_consistency"] == "enabled"
    tag: str | None = None
    pinned: str | None = None
    stored: set[str] = set()
    tasks: list[str] = []
    failed = 0

    def start(count: int) -> Iterator[str]:
        nonlocal failed
        for _ in range(count):
            wanted = pinned if pins else tag
            if wanted in stored and wanted is not None:
                yield wanted
            else:
                failed += 1

    for event in given["events"]:
        match event["op"]:
            case "push":
                tag = event["digest"]
                stored.add(event["digest"])
            case "create_service":
                pinned = tag
                tasks = list(start(event["desired"]))
            case "force_new_deployment":
                pinned = tag
                tasks = list(start(len(tasks)))
            case "scale_to":
                more = event["desired"] - len(tasks)
                tasks = [*tasks, *start(more)] if more > 0 else tasks[: event["desired"]]
            case "delete_digest":
                stored.discard(event["digest"])
    return Counter(tasks), failed


# --- Scaling (TT-1, 3.3, 3.5) -----------------------------------------------------------------------------------------


def tracked(running: int, metric: int, target: int, low: int, high: int) -> int:
    """TT-1: the fewest tasks on which the work of the running ones is at most the target each, within the range."""
    work = running * metric
    count = next(count for count in range(work + 2) if count * target >= work)
    return max(low, min(high, count))


def stepped(given: Json) -> int:
    """3.3: find the step in which the breach lies, and carry it out."""
    breach = Fraction(given["metric"]) - given["threshold"]
    for step in given["steps"]:
        low, high = step.get("lower"), step.get("upper")
        above = (low is None or low <= breach) and (high is None or breach < high)
        below = (low is None or low < breach) and (high is None or breach <= high)
        if (above and breach >= 0) or (below and breach <= 0):
            change = step["adjustment"]
            if given["adjustment_type"] == "PercentChangeInCapacity":
                raw = Fraction(given["current"] * change, 100)
                sign = 1 if raw > 0 else -1
                whole = 0
                while whole + 1 <= abs(raw):
                    whole += 1
                change = sign * (1 if 0 < abs(raw) < 1 else whole) if raw else 0
            return max(given["min"], min(given["max"], given["current"] + change))
    return given["current"]


# --- Capacity (CP-1, 2, 4, 6, 10) -------------------------------------------------------------------------------------


def strategy_complaint(given: Json, answer: Json) -> str | None:
    """Hold a split against the rules; where a remainder is left, any split within one task of the share is right."""
    rows = given["strategy"]
    refused = (
        len({row["type"] for row in rows}) > 1
        or sum(row.get("base", 0) > 0 for row in rows) > 1
        or (len(rows) > 1 and not any(row.get("weight", 0) for row in rows))
    )
    if refused or answer["error"]:
        return None if bool(answer["error"]) == refused else f"error is {answer['error']}, not {refused}"
    counts, tasks = answer["counts"], given["tasks"]
    if sum(counts.values()) != tasks:
        return f"{sum(counts.values())} of {tasks} tasks are placed"
    bases = {row["name"]: min(row.get("base", 0), tasks) for row in rows}
    rest = tasks - sum(bases.values())
    weights = {row["name"]: row.get("weight", 0) for row in rows}
    for name, count in counts.items():
        total = sum(weights.values())
        share = Fraction(rest * weights[name], total) if total else Fraction(rest)
        if abs(count - bases[name] - share) >= 1:
            return f"{name} gets {count}, not about {bases[name]} + {share}"
    return None
