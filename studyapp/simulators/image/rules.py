"""What decides which image a task runs. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (deployment-type-ecs), API reference (ContainerDefinition, UpdateService), README of the
container agent (`ECS_IMAGE_PULL_BEHAVIOR`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of fixing digests and of pulling images."""

    pins: bool = True  # IMG-1: a deployment fixes the digest, and later tasks run it
    forced_resolves: bool = True  # IMG-2: a forced deployment looks the tag up again
    scaling_resolves: bool = False  # a new number of tasks is no deployment, so it does not
    push_reaches_running: bool = False  # a push changes no running task
    disabled_reaches: bool = True  # IMG-3: `disabled` looks the tag up at every start
    pinned_must_exist: bool = True  # IMG-8: a deleted digest cannot be pulled
    tag_saves: bool = False  # IMG-8: and the tag is no way out
    default_falls_back: bool = True  # `default` runs the cached copy if the pull fails
    always_falls_back: bool = False  # `always` does not
    default_asks: bool = True  # `default` asks the registry although there is a copy
    once_needs_task: bool = True  # `once` trusts only what an earlier task pulled
    once_asks: bool = False  # and then does not ask
    cached_needs_task: bool = False  # `prefer-cached` takes any copy
    cached_asks: bool = False  # without asking


TRUTH = Rules()
