"""What the placement lab shows: the cluster at one moment of a run, as the simulator's own trace tells it.

A run is a row of frames: before it, then for each task its requirements, constraints, strategies and where it went.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from studyapp.labs.links import pack, unpack
from studyapp.labs.state import State, door_input, shrinking
from studyapp.simulators.door import simulate

_ENDS = ("placed", "failed", "stopped")
COLOURS = 6  # of groups; more share them


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of a run."""

    number: int
    task: int  # from 1; 0 before the first
    phase: str  # start, requirements, constraint, strategy, placed or failed; then shrink, strategy and stopped
    title: str
    text: str
    fact: str = ""
    dropped: Mapping[str, str] = field(default_factory=dict)  # instance -> why, in this frame
    gone: frozenset[str] = frozenset()  # dropped before, for the same task
    survivors: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)  # instance -> the number that is looked at
    pick: str = ""
    legal: Sequence[str] = ()
    placed: int = 0  # tasks of the request that stand already
    stops: Sequence[str] = ()  # instances that have lost a task of the group
    shrinking: bool = False  # whether tasks are being stopped rather than placed


@dataclass(frozen=True, slots=True)
class Block:
    """Equal tasks on an instance as they are drawn: segments of its two bars."""

    group: str
    colour: str  # a class
    count: int
    cpu: int  # of one
    memory: int
    new: bool  # of this request


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of CPU or memory: rectangles, in thousandths of its width."""

    name: str
    unit: str
    total: int
    left: int
    parts: tuple[tuple[str, float, float], ...]  # class, x, width


@dataclass(frozen=True, slots=True)
class Box:
    """An instance as it is drawn."""

    id: str
    az: str
    type: str
    bars: tuple[Bar, ...]
    blocks: tuple[Block, ...]
    ports: str
    flags: tuple[str, ...]
    mark: str  # "", stays, dropped, gone, picked
    why: str  # of a dropped one; the number looked at of one that stays
    shrinking: bool  # whether a task is being stopped rather than placed
    tasks: int  # that run here

    def html(self) -> SafeString:
        """Draw it."""
        return _drawn(self)


# From step to step few boxes change: the others are drawn already.
@lru_cache(maxsize=4096)
def _drawn(box: Box) -> SafeString:
    return render_to_string("simulators/box.html", {"box": box, "shrinking": box.shrinking})


@dataclass(frozen=True, slots=True)
class Totals:
    """What a placement comes to."""

    placed: int
    asked: int
    used: int  # instances with a task
    per_zone: Sequence[tuple[str, int]]  # of the request's tasks
    cpu: int  # left on instances in use
    memory: int


@dataclass(frozen=True, slots=True)
class Guess:
    """What became of a prediction."""

    id: str
    right: bool
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the page shows of a run."""

    frames: Sequence[Frame]
    frame: Frame
    berths: Sequence[tuple[str, Sequence[Box]]]
    totals: Totals
    event: str
    notes: Sequence[str]
    guess: Guess | None = None
    next_task: int = 0  # that may be predicted here

    @property
    def last(self) -> int:
        return len(self.frames) - 1

    @property
    def shrinking(self) -> bool:
        """Whether tasks are being stopped rather than placed."""
        return self.frame.shrinking


_NAMES = {
    "status": "the instance is ACTIVE", "agent connected": "its agent is connected",
    "zone of a subnet": "its zone has one of the subnets", "missing capabilities": "it has every capability",
    "CPU units left": "it has the CPU units", "memory left, MiB": "it has the memory", "GPUs left": "it has the GPUs",
    "host ports taken": "the host port is free", "reserved ports with this task": "it stays within 100 ports",
    "network interfaces left": "it has a free network interface",
}  # fmt: skip


type Step = Mapping[str, Any]

_FIELDS = {"availability-zone": "the zones", "instanceId": "the instances", "instance-type": "the instance types"}
_UNITS = {
    "CPU units left": "CPU units", "memory left, MiB": "MiB", "GPUs left": "GPUs",
    "network interfaces left": "network interfaces",
}  # fmt: skip


def _why(step: Mapping[str, Any], name: str) -> str:
    """Say what was found on an instance that a requirement dropped."""
    found, wanted, rule, reason = step["numbers"][name], step.get("wanted"), step["rule"], step["dropped"][name]
    match step["test"]:
        case "at least" | "more than":
            said = f"{found} {_UNITS.get(rule, rule)} left, {wanted} wanted"
        case "none":
            said = ("taken: " if "ports" in rule else "missing: ") + ", ".join(map(str, found))
        case "is" if rule == "status":
            said = f"it is {found}"
        case "is" if rule == "agent connected":
            said = "its agent is not connected"
        case _:
            said = f"{found} found"
    return f"{reason}: {said}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


class _Reel:
    """The frames of a run as they are made."""

    def __init__(self, count: int) -> None:
        asked = f"{count} tasks are" if count != 1 else "1 task is"
        self.frames = [Frame(0, 0, "start", "Before", f"{asked} to be placed, one after the other.")]
        self.task = self.placed = 0
        self.stops: list[str] = []
        self.shrinking = False
        self.gone: set[str] = set()  # for the task at hand

    def add(self, phase: str, title: str, text: str, dropped: Mapping[str, str] | None = None, **more: Any) -> None:
        """Add a frame; what it drops is gone in those after it, until the next task."""
        number, gone = len(self.frames), frozenset(self.gone)
        self.frames.append(
            Frame(
                number,
                self.task,
                phase,
                title,
                text,
                dropped=dropped or {},
                gone=gone,
                placed=self.placed,
                stops=tuple(self.stops),
                shrinking=self.shrinking,
                **more,
            )
        )
        self.gone.update(dropped or {})

    def requirements(self, steps: Sequence[Step]) -> None:
        """Show what a task needs as one frame: most of it drops nothing."""
        dropped = {name: _why(step, name) for step in steps for name in step["dropped"]}
        wanted = _listed([_NAMES[step["rule"]] for step in steps])
        left, before = steps[-1]["survivors"], steps[0]["numbers"]
        text = f"An instance stays if {wanted}. {len(left)} of {len(before)} stay."
        self.add("requirements", "Requirements", text, dropped, fact="N025", survivors=left)

    def constraint(self, step: Step) -> None:
        """Show a constraint."""
        distinct = step["rule"] == "distinctInstance"
        text = "No instance may hold two tasks of this group." if distinct else "The expression must hold."
        why = {
            name: f"{step['numbers'][name]} of this group here already" if distinct else "the expression does not hold"
            for name in step["dropped"]
        }
        kept = len(step["survivors"])
        text += f" {kept} instance{'s stay' if kept != 1 else ' stays'}."
        title = f"Constraint: {step['rule']}"
        self.add("constraint", title, text, why, fact=step["fact"], survivors=step["survivors"])

    def strategy(self, step: Step) -> None:
        """Show a strategy with the numbers that it compares."""
        kind, _, over = step["rule"].partition(" ")
        field = over.removeprefix("attribute:").removeprefix("ecs.")
        most = step["test"] == "most"
        text = {
            "spread": f"The {'most' if most else 'fewest'} tasks of this group so far {'go' if most else 'win'}, "
            f"counted over {_FIELDS.get(field, field)}.",
            "binpack": f"The {'most' if most else 'least'} {'CPU' if over == 'cpu' else over} left "
            f"{'loses one' if most else 'wins'}.",
        }.get(kind, "Chance decides.")
        if step.get("default"):
            text += " Nobody asked for it: it is the default."
        compared = {} if step["test"] == "any" else {name: str(number) for name, number in step["numbers"].items()}
        why = {name: f"{compared.get(name, '')}: less preferred" for name in step["dropped"]}
        title = f"Strategy: {kind} {field}".rstrip()
        more = {"fact": step["fact"], "survivors": step["survivors"], "values": compared}
        self.add("strategy", title, text, why, **more)

    def end(self, pick: str | None, legal: Sequence[str]) -> None:
        """Show where a task went, or that it found no place."""
        if pick is None:
            text = "No instance is left. The tasks placed before it stay where they are."
            self.add("failed", f"Task {self.task} finds no place", text, fact="A016")
            return
        self.placed += 1
        text = f"It goes to {pick}."
        if len(legal) > 1:
            text += f" {_listed(legal)} were equally good, and AWS does not say which of them it takes."
        self.add("placed", f"Task {self.task} is placed", text, survivors=[pick], pick=pick, legal=legal)

    def stop(self, pick: str, legal: Sequence[str]) -> None:
        """Show that a task stops."""
        self.stops.append(pick)
        text = f"A task on {pick} stops."
        if len(legal) > 1:
            text += f" {_listed(legal)} were equally good, and AWS does not say which of them it takes."
        self.add("stopped", f"Task {len(self.stops)} is stopped", text, survivors=[pick], pick=pick, legal=legal)


def frames_of(
    trace: Sequence[Mapping[str, Any]], count: int, stopping: Sequence[Mapping[str, Any]] = ()
) -> list[Frame]:
    """Make the frames of a run of so many tasks from its trace, and from that of the tasks that stop afterwards."""
    reel = _Reel(count)
    for task in trace:
        reel.task, reel.gone = task["task"], set()
        if required := [step for step in task["steps"] if step["step"] == "requirement"]:
            reel.requirements(required)
        for step in task["steps"]:
            if step["step"] == "constraint":
                reel.constraint(step)
            elif step["step"] == "strategy":
                reel.strategy(step)
        reel.end(task["pick"], task["legal"])
    if stopping:
        reel.task, reel.gone, reel.shrinking = 0, set(), True
        fewer = len(stopping)
        text = f"Its desired count falls by {fewer}: {'tasks are' if fewer != 1 else 'a task is'} chosen to stop."
        reel.add("shrink", "The service shrinks", text, fact="A017")
    for number, task in enumerate(stopping, start=1):
        if task["pick"] is None:
            break
        reel.task, reel.gone = number, set()
        for step in task["steps"]:
            if step["step"] == "strategy":
                reel.strategy(step)
        reel.stop(task["pick"], task["legal"])
    return reel.frames


def _bar(name: str, unit: str, total: int, blocks: Sequence[Block], of: str) -> Bar:
    parts, at = [], 0.0
    for block in blocks:
        size = getattr(block, of)
        for _ in range(block.count):
            width = 1000 * size / total if total else 0
            if width:
                parts.append((block.colour, round(at, 1), round(max(1.0, width - 4), 1)))
            at += width
    return Bar(name, unit, total, total - sum(getattr(block, of) * block.count for block in blocks), tuple(parts))


def _blocks(given: Mapping[str, Any], colours: Mapping[str, str]) -> list[Block]:
    return [
        Block(
            task["group"],
            colours[task["group"]],
            task.get("count", 1),
            task.get("cpu", 0),
            task.get("memory", 0),
            False,
        )
        for task in given.get("tasks", [])
    ]


def _without(blocks: list[Block], group: str, stopped: int) -> list[Block]:
    """Take tasks of a group away, the latest first."""
    left = []
    for block in reversed(blocks):
        going = min(stopped, block.count) if block.group == group else 0
        stopped -= going
        if block.count > going:
            left.append(replace(block, count=block.count - going))
    return left[::-1]


def _box(
    given: Mapping[str, Any], request: Mapping[str, Any], here: int, frame: Frame, colours: Mapping[str, str]
) -> Box:
    blocks = _blocks(given, colours)
    if here:
        blocks.append(Block(request["group"], "c-new", here, request.get("cpu", 0), request["memory"], True))
    blocks = _without(blocks, request["group"], Counter(frame.stops)[given["id"]])
    ports = {f"{port}" for task in given.get("tasks", []) for port in task.get("tcp", [])}
    if here and request.get("network_mode") != "awsvpc":
        ports |= {f"{port}" for port in request.get("tcp", [])}
    flags = []
    if given.get("status", "ACTIVE") != "ACTIVE":
        flags.append(given["status"])
    if not given.get("agent_connected", True):
        flags.append("agent disconnected")
    name = given["id"]
    mark, why = "", ""
    if frame.phase in ("placed", "stopped"):
        mark = "picked" if name == frame.pick else "gone" if name in frame.gone else "stays"
    elif frame.task:
        if name in frame.dropped:
            mark, why = "dropped", frame.dropped[name]
        elif name not in frame.survivors:
            mark = "gone"
        else:
            mark, why = "stays", frame.values.get(name, "")
    return Box(
        name, given["az"], given.get("type", ""),
        (_bar("CPU", "units", given["cpu"], blocks, "cpu"), _bar("Memory", "MiB", given["memory"], blocks, "memory")),
        tuple(blocks), ", ".join(sorted(ports, key=int)), tuple(flags), mark, why, frame.shrinking,
        sum(block.count for block in blocks),
    )  # fmt: skip


def _berths(
    state: State, picks: Sequence[str], frame: Frame, colours: Mapping[str, str]
) -> list[tuple[str, list[Box]]]:
    here = Counter(picks)
    zones: dict[str, list[Box]] = {}
    for given in state["instances"]:
        zones.setdefault(given["az"], []).append(_box(given, state["request"], here[given["id"]], frame, colours))
    return sorted(zones.items())


def _totals(state: State, picks: Sequence[str], berths: Sequence[tuple[str, Sequence[Box]]]) -> Totals:
    zone = {given["id"]: given["az"] for given in state["instances"]}
    per_zone = Counter(zone[pick] for pick in picks)
    used = [box for _, boxes in berths for box in boxes if box.tasks]
    return Totals(
        len(picks), state["request"]["count"], len(used), [(name, per_zone[name]) for name, _ in berths],
        sum(box.bars[0].left for box in used), sum(box.bars[1].left for box in used),
    )  # fmt: skip


def _colours(state: State) -> dict[str, str]:
    groups = dict.fromkeys(task["group"] for given in state["instances"] for task in given.get("tasks", []))
    return {group: f"c-{number % COLOURS}" for number, group in enumerate(groups)}


def _guess(id: str, frame: Frame, frames: Sequence[Frame]) -> Guess:
    if id == frame.pick:
        return Guess(id, True, "That is the one that ECS takes.")
    if id in frame.legal:
        return Guess(id, True, "As good: it is a tie, and AWS does not say which one it takes.")
    for other in reversed(frames[: frame.number]):
        if other.phase in _ENDS:
            break
        if id in other.dropped:
            return Guess(id, False, f"{id} dropped out at “{other.title}”: {other.dropped[id]}.")
    return Guess(id, False, f"{id} is not in this cluster.")


@lru_cache(maxsize=256)
def _run(link: str) -> tuple[Mapping[str, Any], Sequence[Frame]]:
    """Give what the simulator answers to the state of a link, and its frames; each step of a run asks for them."""
    state = unpack(link)
    answer = simulate("placement.run", door_input(state), trace=True)
    fewer = simulate("placement.scale_in", shrinking(state, answer["picks"]), trace=True) if state.get("stop") else {}
    return answer, frames_of(answer["trace"], state["request"]["count"], fewer.get("trace", ()))


def scene(state: State, at: int, guess: str = "") -> Scene:
    """Give the scene of a checked state at a frame, which is brought into range. `guess` is an instance's id."""
    answer, frames = _run(pack(state))
    frame = frames[max(0, min(at, len(frames) - 1))]
    colours = _colours(state)
    picks = answer["picks"][: frame.placed]
    berths = _berths(state, picks, frame, colours)
    following = frames[frame.number + 1] if frame.number + 1 < len(frames) else None
    predictable = following.task if following and frame.phase in ("start", "placed", "shrink", "stopped") else 0
    judged = _guess(guess, frame, frames) if guess and frame.phase in _ENDS else None
    notes = [note for note in answer["notes"] if "`" not in note]  # ties are told at the task that they are about
    event = answer["event"] or "" if frame.phase == "failed" else ""
    return Scene(frames, frame, berths, _totals(state, picks, berths), event, notes, judged, predictable)


def end_after(frames: Sequence[Frame], number: int) -> int:
    """Give the number of the next frame in which a task is placed, fails or stops."""
    return next((frame.number for frame in frames[number + 1 :] if frame.phase in _ENDS), number)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two runs that are compared: its strategies and how the cluster ends."""

    name: str
    berths: Sequence[tuple[str, Sequence[Box]]]
    totals: Totals
    failed: int


def comparison(state: State) -> list[Side]:
    """Give the ends of the run with the request's own strategies and with the others; nothing where none are given."""
    if state.get("other") is None:
        return []
    sides = []
    for strategies in (state["request"].get("strategies", []), state["other"]):
        answer = simulate("placement.run", door_input(state, strategies))
        end = Frame(0, 0, "end", "", "", placed=len(answer["picks"]))
        berths = _berths(state, answer["picks"], end, _colours(state))
        totals = _totals(state, answer["picks"], berths)
        sides.append(Side(strategies_words(strategies), berths, totals, answer["failed"]))
    return sides


def _shown(kind: str, over: str) -> str:
    return f"{kind} {over.removeprefix('attribute:').removeprefix('ecs.')}".strip()


def strategies_words(strategies: Sequence[Mapping[str, str]]) -> str:
    """Name a chain of strategies."""
    return ", then ".join(_shown(each["type"], each.get("field", "")) for each in strategies) or "the default"
