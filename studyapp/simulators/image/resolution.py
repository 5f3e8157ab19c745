"""From a tag to the digests that the tasks of a service run, over pushes, deployments and scaling.

Sources: ECS developer guide (deployment-type-ecs, container image resolution), API reference (ContainerDefinition,
UpdateService). One container, named by a tag: `tag` of create_service if it is given, else `latest` if anything pushes
it, else the tag of the first push. AWS does not say which tasks stop in a scale-in: here the newest; nor which task is
replaced: here the oldest. A deployment whose image cannot be pulled leaves the old tasks running.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.image.rules import Rules
from studyapp.simulators.ruled import Steps

MOST_TASKS = 10_000
_MOST_EVENTS = 1_000
_FIELDS = {
    "push": known("op tag digest"),
    "create_service": known("op desired tag"),
    "force_new_deployment": known("op"),
    "scale_to": known("op desired"),
    "replace_one_task": known("op"),
    "delete_digest": known("op digest"),
}


@dataclass(frozen=True, slots=True)
class _Event:
    op: str
    tag: str = ""
    digest: str = ""
    desired: int = 0


@dataclass(slots=True)
class _World:
    """The registry and the service: what the tag points to, what is there, and what each task runs, oldest first."""

    rules: Rules
    consistent: bool
    steps: Steps
    tag: str
    tags: dict[str, str] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    desired: int = 0
    running: list[str] = field(default_factory=list)
    failed: int = 0
    pinned: str | None = None
    by_tag: bool = False  # a deployment of no tasks fixes nothing, so what follows looks the tag up

    def looked_up(self) -> str | None:
        """The digest that the tag points to, if it is there."""
        return self.tags.get(self.tag)

    def begin(self) -> None:
        """Begin a deployment: what the last one fixed no longer holds."""
        self.pinned = None
        self.by_tag = self.desired == 0

    def start(self) -> str | None:
        """Start one task; give its digest, or None when the image cannot be pulled."""
        if not self.consistent or self.by_tag:
            return self.looked_up()
        if self.pinned is None:
            self.pinned = self.looked_up()
            return self.pinned
        if self.pinned in self.there or not self.rules.pinned_must_exist:
            return self.pinned
        return self.looked_up() if self.rules.tag_saves else None

    def start_some(self, count: int) -> list[str]:
        """Start tasks; count those that fail."""
        started = [digest for digest in (self.start() for _ in range(count)) if digest is not None]
        self.failed += count - len(started)
        return started


def _event(value: object, path: str) -> _Event:
    fields = Fields(value, path, frozenset().union(*_FIELDS.values()))
    op = fields.choice("op", tuple(_FIELDS))
    fields = Fields(value, path, _FIELDS[op])
    return _Event(
        op,
        fields.text("tag", "" if op == "create_service" else None) if op in ("push", "create_service") else "",
        fields.text("digest") if op in ("push", "delete_digest") else "",
        fields.integer("desired", 0, MOST_TASKS) if op in ("create_service", "scale_to") else 0,
    )


def _check_order(events: list[_Event]) -> None:
    created = False
    for place, event in enumerate(events):
        if event.op == "create_service" and created:
            raise InputError(f"events[{place}].op", "the service is there already")
        created = created or event.op == "create_service"
        if event.op in ("force_new_deployment", "scale_to", "replace_one_task") and not created:
            raise InputError(f"events[{place}].op", "there is no service yet")


def _deploy(world: _World, event: _Event) -> tuple[str, str, str]:
    if event.op == "create_service":
        world.desired = event.desired
        world.begin()
    elif world.rules.forced_resolves:
        world.begin()
    started = world.start_some(world.desired)
    world.running = started if started or not world.desired else world.running
    if not world.desired:
        return "IMG-6", "A080", "A deployment of no tasks fixes no digest."
    if not started:
        return "IMG-5", "A080", f"The image cannot be pulled: {world.desired} starts fail."
    if not world.consistent:
        return "IMG-3", "A080", f"Each task looks the tag up and gets {started[0]}."
    return ("IMG-1" if event.op == "create_service" else "IMG-2"), "N101", f"The deployment fixes digest {started[0]}."


def _start_more(world: _World, count: int) -> tuple[str, str, str]:
    started = world.start_some(count)
    world.running += started
    if len(started) < count:
        text = f"{count - len(started)} of {count} starts fail, as the image is not there."
        return ("IMG-8", "A083", text) if world.pinned else ("IMG-3", "A080", text)
    if not started:
        return "IMG-1", "N101", "No task starts."
    if world.by_tag and world.consistent:
        return "IMG-6", "A080", f"Nothing is fixed, so the tag is looked up: {started[0]}."
    if world.consistent:
        return "IMG-1", "N101", f"New tasks run the digest that the deployment fixed, {started[0]}."
    return "IMG-3", "A080", f"New tasks run what the tag points to now, {started[0]}."


def _scale(world: _World, event: _Event) -> tuple[str, str, str]:
    world.desired = event.desired
    if event.desired <= len(world.running):
        del world.running[event.desired :]
        return "DEP-12", "N095", "A new number of tasks is no deployment; surplus tasks stop."
    if world.rules.scaling_resolves:
        world.begin()
    return _start_more(world, event.desired - len(world.running))


def _replace(world: _World) -> tuple[str, str, str]:
    if not world.running:
        return "IMG-1", "N101", "No task runs that could be replaced."
    del world.running[0]
    return _start_more(world, 1)


def _push(world: _World, event: _Event) -> tuple[str, str, str]:
    world.tags[event.tag] = event.digest
    world.there.add(event.digest)
    if event.tag == world.tag and world.rules.push_reaches_running:
        world.running = [event.digest] * len(world.running)
    return "IMG-2", "N102", f"{event.tag} points to {event.digest} now; running tasks stay as they are."


def _delete(world: _World, event: _Event) -> tuple[str, str, str]:
    world.there.discard(event.digest)
    world.tags = {tag: digest for tag, digest in world.tags.items() if digest != event.digest}
    return "IMG-8", "A083", f"{event.digest} is deleted, with the tags that point to it; running tasks stay."


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer image.resolution: `running` {digest: tasks} after the events, and `failed_starts`.

    In: `version_consistency` enabled or disabled, `events` in order, each with an `op`: push (`tag`, `digest`),
    create_service (`desired`, `tag`?), force_new_deployment, scale_to (`desired`), replace_one_task, delete_digest
    (`digest`). Raises InputError. Source: deployment-type-ecs, rules IMG-1 to 8.
    """
    fields = Fields(input, "", known("version_consistency events"))
    enabled = fields.choice("version_consistency", ("enabled", "disabled")) == "enabled"
    events = fields.each("events", _MOST_EVENTS, _event, None)
    _check_order(events)
    chosen = next((event.tag for event in events if event.op == "create_service" and event.tag), "")
    pushed = [event.tag for event in events if event.op == "push"]
    tag = chosen or ("latest" if "latest" in pushed or not pushed else pushed[0])
    consistent = rules.pins and (enabled or not rules.disabled_reaches)
    world = _World(rules, consistent, steps, tag)
    for place, event in enumerate(events, 1):
        match event.op:
            case "push":
                rule, fact, text = _push(world, event)
            case "delete_digest":
                rule, fact, text = _delete(world, event)
            case "scale_to":
                rule, fact, text = _scale(world, event)
            case "replace_one_task":
                rule, fact, text = _replace(world)
            case _:
                rule, fact, text = _deploy(world, event)
        numbers = {"event": place, "op": event.op, "desired": world.desired}
        steps.add(rule, fact, numbers, dict(Counter(world.running)), text)
    return {
        "running": dict(sorted(Counter(world.running).items())),
        "failed_starts": world.failed,
        "pinned": world.pinned if consistent else None,
    }
