"""Boards and trails of the workshop, as plain data for one template: a table of marks, and a way of several stops.

A mark is never a colour alone: each cell and each stop says in words what it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.door import simulate
from studyapp.simulators.ecr.lifecycle import pool_of
from studyapp.simulators.eks.nodes import NEEDS as NODE_NEEDS
from studyapp.simulators.eks.rules import DRIVERS
from studyapp.simulators.eks.storage import COMPUTE
from studyapp.simulators.eks.storage import WORDS as COMPUTE_WORDS
from studyapp.simulators.iam.roles import ACTIONS, PRINCIPALS
from studyapp.simulators.lb.rules import KINDS as BALANCERS
from studyapp.simulators.lb.rules import NEEDS as BALANCER_NEEDS
from studyapp.simulators.volume.mounting import LAUNCH_TYPES as VOLUME_PLACES
from studyapp.simulators.volume.rules import KINDS as VOLUMES

type Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its words and its state, yes, no, maybe, lit or nothing."""

    text: str
    state: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """A table: what its rows are, its columns, and its rows with their heads."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    kind: str = "board"

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, Cell]]]]:
        """Give each row with its cells and the columns they stand in."""
        return [(head, list(zip(self.columns, cells, strict=True))) for head, cells in self.rows]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of a trail: its name, its state (yes, no, maybe, or nothing where it is not reached), what is said."""

    name: str
    state: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Trail:
    """Several stops: a way, in order, or findings, which are not joined."""

    title: str
    stops: Sequence[Stop]
    joined: bool = True
    kind: str = "trail"


def _yes(works: bool, chosen: bool = False) -> Cell:
    return Cell("yes" if works else "no", "yes" if works else "no", chosen)


def plain(name: str) -> str:
    """Write a key of the simulators as words."""
    return name.replace("_", " ").replace("-", " ")


# Ports --------------------------------------------------------------------------------------------------------

_HOPS = {
    "listener": "Client to balancer",
    "target-type": "Target group",
    "zone": "Zone",
    "security-group": "Security group",
    "container": "Container",
}
_OPEN = {"always": ("yes", "open"), "sometimes": ("maybe", "open for some ports"), "never": ("no", "closed")}


def path_to_task(given: Answer, answer: Answer) -> list[Trail]:
    """Draw the way from the client to the container, hop by hop; after a closed one nothing is reached."""
    stops, closed = [], False
    for hop in answer["hops"]:
        state, mark = ("", "not reached") if closed else _OPEN[hop["open"]]
        stops.append(Stop(_HOPS[hop["hop"]], state, mark, hop["why"]))
        closed = closed or hop["open"] == "never"
    return [Trail("The path of a request", stops)]


def mapping(given: Answer, answer: Answer) -> list[Trail]:
    """Draw where a container's port is reached."""
    low, high = answer["ports"]
    ports = f"port {low}" if low == high else f"ports {low} to {high}"
    address = "the address of the task" if answer["target_type"] == "ip" else "the address of the instance"
    group = plain(answer["open_on"])
    how = {"dynamic": "picked at the start", "static": "fixed", "own-eni": "the container's own"}[answer["host_port"]]
    return [
        Trail(
            "Where the port is reached",
            [
                Stop("Load balancer", "yes", "sends", f"Its target group has type {answer['target_type']}."),
                Stop(f"The {group}", "yes", "lets in", f"Open {ports} for the balancer's security group."),
                Stop("Target", "yes", how, f"Registered is {address}, with {ports if low == high else 'one of them'}."),
                Stop("Container", "yes", "listens", f"The application listens on {given['container_port']}."),
            ],
        )
    ]


# Roles --------------------------------------------------------------------------------------------------------


def life(given: Answer, answer: Answer) -> list[Board]:
    """Draw the life of a task: a row for each action, and the principal that acts lit."""
    acting = {each["role"] for each in answer["life"]}
    principals = [role for role in PRINCIPALS if role in acting or role in PRINCIPALS[:3]]
    rows = []
    for number, each in enumerate(answer["life"], start=1):
        cells = [Cell("acts", "lit") if each["role"] == role else Cell("") for role in principals]
        verdict = Cell("fails", "no") if each["role"] is None else Cell("done", "yes")
        rows.append((f"{number}. {ACTIONS[each['action']].words}", [*cells, verdict]))
    return [Board("Who acts, in order", "Action", [*(plain(role) for role in principals), "so it is"], rows)]


def placed(given: Answer, answer: Answer) -> list[Board]:
    """Draw under which role each action was put, and where it belongs."""
    rows = [
        (
            ACTIONS[each["action"]].words,
            [Cell(plain(each["placed"]), "yes" if each["right"] else "no"), Cell(plain(each["role"]), "lit")],
        )
        for each in answer["board"]
    ]
    return [Board("Your board", "Action", ["you said", "it is"], rows)]


def allowed(given: Answer, answer: Answer) -> list[Trail]:
    """Draw whether an action may be done: who acts, and with which permissions."""
    role = answer["role"]
    stops = [Stop("Who acts", "yes" if role else "no", plain(role or "nobody"), answer["fix"] if not role else "")]
    stops += [Stop(name, "no", "missing", "No statement allows it.") for name in answer["missing"]]
    stops += [Stop(name, "no", "denied", "An explicit deny beats every allow.") for name in answer["denied"]]
    if answer["allowed"]:
        stops.append(Stop("The action", "yes", "allowed", "Every permission that it takes is there."))
    elif role:
        stops.append(Stop("What mends it", "maybe", "do this", answer["fix"]))
    return [Trail("May it be done?", stops)]


# The registry -------------------------------------------------------------------------------------------------


def _lane(rule: Answer) -> str:
    selection = rule["selection"]
    tags = selection.get("tagPatternList") or selection.get("tagPrefixList") or [selection["tagStatus"]]
    what = {
        "imageCountMoreThan": "keep {n}",
        "sinceImagePushed": "pushed over {n} days",
        "sinceImagePulled": "pulled over {n} days",
        "sinceImageTransitioned": "archived over {n} days",
    }[selection["countType"]].format(n=selection["countNumber"])
    return f"{rule['rulePriority']}: {', '.join(tags)}; {what}"


def lanes(given: Answer, answer: Answer) -> list[Board]:
    """Draw a repository: images young to old, the rules as lanes, and what becomes of each image."""
    rules = sorted(enumerate(given["rules"]), key=lambda each: each[1]["rulePriority"])
    pools = [(place, set(pool_of(rule, given["images"]))) for place, rule in rules]
    rows = []
    for image in sorted(given["images"], key=lambda each: each.get("restored_days_ago", each["pushed_days_ago"])):
        why = answer["why"][image["id"]]
        cells = []
        shield = False
        for place, pool in pools:
            inside = image["id"] in pool
            if inside and why["rule"] == place and why["verdict"] != "keep":
                cells.append(Cell("expires" if why["verdict"] == "expire" else "to the archive", "no"))
            elif inside and not shield:
                cells.append(Cell("kept here", "lit"))
            else:
                cells.append(Cell("shielded" if inside else "", ""))
            shield = shield or inside
        verdict = {"keep": "stays", "expire": "expires", "transition": "archived"}[why["verdict"]]
        cells.append(Cell(verdict, "yes" if why["verdict"] == "keep" else "no"))
        tags = ", ".join(image.get("tags", [])) or "untagged"
        rows.append((f"{image['id']} ({tags}), {image['pushed_days_ago']} days", cells))
    columns = [*(_lane(rule) for _, rule in rules), "so it"]
    return [Board("Young to old, and each rule as a lane", "Image", columns, rows)]


def days(given: Answer, answer: Answer) -> list[Board]:
    """Draw a repository in time: a column for today and each day on which something happens."""
    when = sorted({0, *(event["day"] for event in answer["events"])})[:12]
    happens = {(event["image"], event["day"]): event["verdict"] for event in answer["events"]}
    rows = []
    for image in given["images"]:
        cells, gone, stored = [], False, image.get("storage", "standard")
        for day in when:
            verdict = happens.get((image["id"], day))
            if gone:
                cells.append(Cell("", ""))
            elif verdict == "expire":
                cells.append(Cell("expires", "no"))
                gone = True
            elif verdict == "transition":
                cells.append(Cell("to the archive", "maybe"))
                stored = "archive"
            else:
                cells.append(Cell("archived" if stored == "archive" else "there", "yes"))
        rows.append((f"{image['id']} ({', '.join(image.get('tags', [])) or 'untagged'})", cells))
    return [Board("The repository in time", "Image", ["today", *(f"day {day}" for day in when if day)], rows)]


# Choosers: what works with what, and what stands against it ------------------------------------------------------


def _grid(
    title: str, corner: str, rows: Mapping[str, str], columns: Mapping[str, str], ask: Any, chosen: tuple[str, str]
) -> Board:
    made = [
        (words, [_yes(ask(row, column), chosen == (row, column)) for column in columns]) for row, words in rows.items()
    ]
    return Board(title, corner, list(columns.values()), made)


def storage(given: Answer, answer: Answer) -> list[Board]:
    """Draw which storage works on which compute, for the way of provisioning and the system that are chosen."""

    def works(driver: str, compute: str) -> bool:
        return bool(simulate("eks.storage", {**given, "driver": driver, "compute": compute})["works"])

    title = f"With {given['provisioning']} provisioning, {given.get('os', 'linux').capitalize()}"
    rows = {key: driver.name for key, driver in DRIVERS.items()}
    columns = {key: COMPUTE_WORDS[key] for key in COMPUTE}
    return [_grid(title, "Driver", rows, columns, works, (given["driver"], given["compute"]))]


def volumes(given: Answer, answer: Answer) -> list[Board]:
    """Draw which volumes mount on which launch type, for the system that is chosen."""
    system = given.get("os", "linux")

    def mounts(kind: str, launch: str) -> bool:
        return bool(simulate("volume.mount", {"kind": kind, "launch_type": launch, "os": system})["mounts"])

    rows = {key: kind.name for key, kind in VOLUMES.items()}
    columns = {each: each for each in VOLUME_PLACES}
    chosen = (given["kind"], given.get("launch_type", "EC2"))
    return [_grid(f"{system.capitalize()} containers", "Volume", rows, columns, mounts, chosen)]


def _needs(
    title: str, needs: Iterable[tuple[str, frozenset[str]]], kinds: Mapping[str, str], fits: Sequence[str]
) -> Board:
    rows = [(words, [_yes(kind in by) for kind in kinds]) for words, by in needs]
    rows.append(("All of it", [_yes(kind in fits, chosen=True) for kind in kinds]))
    return Board(title, "Need", list(kinds.values()), rows)


def nodes(given: Answer, answer: Answer) -> list[Board]:
    """Draw which kind of node meets which need."""
    against = answer["against"]
    needs = [
        (NODE_NEEDS[name][0], frozenset(kind for kind in COMPUTE if name not in against.get(kind, ())))
        for name in given["needs"]
    ]
    kinds = {key: COMPUTE_WORDS[key] for key in COMPUTE}
    return [_needs("Need by need", needs, kinds, answer["fits"])]


def balancers(given: Answer, answer: Answer) -> list[Board]:
    """Draw which load balancer does what is needed."""
    needs = [(BALANCER_NEEDS[name].words, BALANCER_NEEDS[name].by) for name in given.get("needs", ())]
    mode = given.get("network_mode") or ("bridge" if given.get("launch_type", "EC2") == "EC2" else "awsvpc")
    if mode == "awsvpc":
        needs.insert(0, ("tasks in awsvpc mode", frozenset(BALANCERS) - {"clb"}))
    return [_needs("Need by need", needs, BALANCERS, answer["fits"])]


# Steps and findings as a trail ---------------------------------------------------------------------------------


def steps(given: Answer, answer: Answer) -> list[Trail]:
    """Draw the steps of an answer as a trail; a step with a yes or no shows it."""
    stops = []
    for number, step in enumerate(answer.get("trace", ()), start=1):
        result = step["result"]
        state = {True: "yes", False: "no"}.get(result, "") if isinstance(result, bool) else ""
        mark = {"yes": "yes", "no": "no"}.get(state, "")
        stops.append(Stop(f"{number}", state, mark, step["text"]))
    return [Trail("Step by step", stops)] if stops else []


def findings(given: Answer, answer: Answer) -> list[Trail]:
    """Draw what is wrong with the logging of containers, each with what to do."""
    stops = [
        Stop(
            each["field"],
            "no" if each["severity"] == "error" else "maybe",
            "wrong" if each["severity"] == "error" else "mind",
            f"{each['message']} {each['fix']}",
        )
        for each in answer["problems"]
    ]
    return [
        Trail("What was found", stops or [Stop("Logging", "yes", "fine", "Nothing is wrong with it.")], joined=False)
    ]


def permissions(given: Answer, answer: Answer) -> list[Board]:
    """Draw the permissions that a log configuration takes, and what the instance must be told."""
    rows = [
        (plain(each["role"]), [Cell(", ".join(each["actions"])), Cell(each["why"])]) for each in answer["permissions"]
    ]
    rows += [
        ("the container instance", [Cell(text), Cell("so that the agent offers the driver")])
        for text in answer["instance"]
    ]
    return [Board("What else it takes", "Who", ["needs", "because"], rows)] if rows else []
