"""Which image a task on a container instance gets, by the agent's pull behaviour.

Source: README of the container agent, `ECS_IMAGE_PULL_BEHAVIOR`; what happens when a pull fails is the agent's task
manager. Fargate has no such setting.
"""

from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.image.rules import Rules
from studyapp.simulators.ruled import Steps, truth_value

BEHAVIOURS = ("default", "always", "once", "prefer-cached")
_FIELDS = known("behavior cached_digest remote_digest pull_succeeds pulled_by_earlier_task_on_instance")


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer image.pull: the digest that the task `runs` or null, and whether the `task_fails`.

    In: `behavior` default, always, once or prefer-cached; `cached_digest`, null without a copy; `remote_digest`,
    null only if the pull fails; `pull_succeeds`; `pulled_by_earlier_task_on_instance`. Out as well:
    `asks_registry`. Raises InputError. Source: README of the container agent.
    """
    fields = Fields(input, "", _FIELDS)
    behaviour = fields.choice("behavior", BEHAVIOURS)
    cached = None if fields.values.get("cached_digest") is None else fields.text("cached_digest")
    succeeds = truth_value(fields, "pull_succeeds")
    remote = None if fields.values.get("remote_digest") is None else fields.text("remote_digest")
    if succeeds and remote is None:
        raise InputError("remote_digest", "must be there if the pull succeeds")
    by_task = truth_value(fields, "pulled_by_earlier_task_on_instance")
    reuses = {
        "default": not rules.default_asks,
        "always": False,
        "once": (by_task or not rules.once_needs_task) and not rules.once_asks,
        "prefer-cached": (by_task or not rules.cached_needs_task) and not rules.cached_asks,
    }[behaviour]
    fact = "A081" if behaviour in ("default", "always") else "A082"
    if reuses and cached is not None:
        text = f"{behaviour} runs the copy that is there, without asking the registry."
        steps.add("2.2", fact, {"cached": cached}, cached, text)
        return {"runs": cached, "task_fails": False, "asks_registry": False}
    steps.add("2.2", fact, {"cached": cached}, None, f"{behaviour} asks the registry.")
    if succeeds:
        steps.add("2.2", fact, {"remote": remote}, remote, f"The registry answers: the task runs {remote}.")
        return {"runs": remote, "task_fails": False, "asks_registry": True}
    falls_back = {"default": rules.default_falls_back, "always": rules.always_falls_back}.get(behaviour, False)
    if falls_back and cached is not None:
        text = f"The pull fails, and {behaviour} falls back to the copy in the cache."
        steps.add("2.2", "N106", {"cached": cached}, cached, text)
        return {"runs": cached, "task_fails": False, "asks_registry": True}
    steps.add("2.2", fact, {"cached": cached}, None, "The pull fails, and so does the task.")
    return {"runs": None, "task_fails": True, "asks_registry": True}
