"""Charts of the workshop, as plain data for one template: bars and lines over steps, each with a table behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 640, 220  # of the drawing area
MOST_COLUMNS = 240  # that are drawn; more are thinned out


@dataclass(frozen=True, slots=True)
class Line:
    """A line across or along the chart: its class, its name and its points as SVG wants them."""

    kind: str
    name: str
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: stacked bars, lines, what the axis says, and the same as a table."""

    title: str
    bars: Sequence[tuple[str, float, float, float, float]]  # class, x, y, width, height
    lines: Sequence[Line]
    legend: Sequence[tuple[str, str]]  # class, words
    top: int
    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default=())
    kind: str = "chart"


def _scale(most: float) -> float:
    return HEIGHT / most if most else 0.0


def stacked(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], limits: Mapping[str, int]) -> Chart:
    """Draw columns of stacked amounts, with limits as lines across."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    top = max([1, *totals, *limits.values()])
    scale, width = _scale(top), WIDTH / max(1, len(labels))
    bars = []
    for number in range(len(labels)):
        y = float(HEIGHT)
        for place, values in enumerate(series.values()):
            height = values[number] * scale
            y -= height
            if height:
                bars.append((f"c-{'new' if place else '0'}", number * width + width * 0.1, y, width * 0.8, height))
    lines = [
        Line(f"limit-{place}", name, f"0,{HEIGHT - value * scale:.1f} {WIDTH},{HEIGHT - value * scale:.1f}")
        for place, (name, value) in enumerate(limits.items())
    ]
    legend = [(f"c-{'new' if place else '0'}", name) for place, name in enumerate(series)]
    rows = [[label, *(str(values[number]) for values in series.values())] for number, label in enumerate(labels)]
    return Chart(title, bars, lines, legend, top, ["", *series], rows)


def curves(title: str, series: Mapping[str, Sequence[int]], limits: Mapping[str, int], step: str) -> Chart:
    """Draw series over time as lines, each to the same scale."""
    length = max((len(values) for values in series.values()), default=0)
    every = max(1, -(-length // MOST_COLUMNS))
    top = max([1, *(max(values, default=0) for values in series.values()), *limits.values()])
    scale = _scale(top)
    across = WIDTH / max(1, length - 1)
    lines = [
        Line(
            f"curve-{place}",
            name,
            " ".join(
                f"{number * across:.1f},{HEIGHT - values[number] * scale:.1f}"
                for number in range(0, len(values), every)
            ),
        )
        for place, (name, values) in enumerate(series.items())
    ]
    lines += [
        Line("limit-1", name, f"0,{HEIGHT - value * scale:.1f} {WIDTH},{HEIGHT - value * scale:.1f}")
        for name, value in limits.items()
    ]
    rows = [
        [str(number), *(str(values[number]) for values in series.values())]
        for number in range(0, length, max(1, -(-length // 60)))
    ]
    return Chart(title, [], lines, [(f"curve-{p}", name) for p, name in enumerate(series)], top, [step, *series], rows)


def _limits(given: Mapping[str, Any]) -> dict[str, int]:
    desired = given["desired"]
    return {
        "upper limit": desired * given["max_percent"] // 100,
        "lower limit": -(-desired * given["min_healthy_percent"] // 100),
    }


def deployment(given: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Chart]:
    """Draw the moves of a deployment: old and new tasks between the two limits."""
    desired = given["desired"]
    old, new = [desired], [0]
    for kind, count in answer["actions"]:
        old.append(old[-1] - count if kind == "stop" else old[-1])
        new.append(new[-1] + count if kind == "start" else new[-1])
    labels = ["at first", *(f"{kind} {count}" for kind, count in answer["actions"])]
    return [stacked("Tasks after each move", labels, {"old": old, "new": new}, _limits(given))]


def rollout(given: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Chart]:
    """Draw a deployment on a cluster: all tasks, and then those of each instance."""
    waves = answer["waves"]
    labels = ["at first", *(f"{wave['action']} {wave['count']}" for wave in waves)]
    old, new = [answer["placed_old"], *(wave["old"] for wave in waves)], [0, *(wave["new"] for wave in waves)]
    started: dict[str, int] = {each["id"]: 0 for each in given["instances"]}
    for wave in waves:
        if wave["action"] == "start":
            for name, count in wave["per_instance"].items():
                started[name] += count
    return [
        stacked("Tasks after each move", labels, {"old": old, "new": new}, _limits(given)),
        stacked("New tasks on each instance", list(started), {"new tasks": list(started.values())}, {}),
    ]


def strategy(given: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Chart]:
    """Draw how many tasks each provider gets."""
    counts = answer.get("counts") or {}
    if not counts:
        return []
    bases = {each["name"]: min(each.get("base", 0), counts.get(each["name"], 0)) for each in given["strategy"]}
    base = [bases.get(name, 0) for name in counts]
    rest = [count - bases.get(name, 0) for name, count in counts.items()]
    return [stacked("Tasks on each provider", list(counts), {"base": base, "by weight": rest}, {})]


def over_time(given: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Chart]:
    """Draw the metric with its target, and the tasks with the load."""
    needed = [-(-100 * load // (given["per_task"] * given["target"])) for load in given["load"]]
    return [
        curves("Metric, percent", {"metric": answer["metric"]}, {"target": given["target"]}, "minute"),
        curves("Tasks", {"running": answer["tasks"], "needed for the target": needed}, {}, "minute"),
    ]


def resolution(given: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Chart]:
    """Draw which digest how many tasks run after each event."""
    history: list[Mapping[str, int]] = [step["result"] for step in answer["trace"]]
    digests = list(dict.fromkeys(digest for state in history for digest in state))
    if not digests:
        return []
    labels = [_event(event) for event in given["events"]]
    series = {digest: [state.get(digest, 0) for state in history] for digest in digests}
    return [stacked("Tasks by the digest they run, after each event", labels, series, {})]


def _event(event: Mapping[str, Any]) -> str:
    more = [str(event[name]) for name in ("tag", "digest", "desired") if event.get(name) is not None]
    return " ".join([str(event["op"]).replace("_", " "), *more])
