"""Wrong rules about images that people believe, each of them the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.image.rules import TRUTH
from studyapp.simulators.ruled import Misconception, named

RESOLUTION = named(
    Misconception(
        "tag_looked_up_at_each_start",
        "Each new task runs what its tag points to when it starts.",
        "N101",
        "By default the first task of a deployment fixes the digest, and all its later tasks run that.",
        replace(TRUTH, pins=False),
    ),
    Misconception(
        "push_reaches_running_tasks",
        "Once a new image is pushed to the tag, the running tasks change to it.",
        "N102",
        "A running task keeps the image with which it started.",
        replace(TRUTH, push_reaches_running=True),
    ),
    Misconception(
        "scaling_is_a_deployment",
        "Scaling out looks the tag up again, for it starts new tasks.",
        "N095",
        "A new number of tasks starts no deployment; its tasks run the digest that was fixed.",
        replace(TRUTH, scaling_resolves=True),
    ),
    Misconception(
        "forced_deployment_keeps_digest",
        "Force new deployment starts the tasks anew, but on the same image as before.",
        "N099",
        "The tasks of a forced deployment run what the tag points to at that time.",
        replace(TRUTH, forced_resolves=False),
    ),
    Misconception(
        "disabling_changes_nothing",
        "Digests are fixed whatever versionConsistency says.",
        "A080",
        "With `disabled` the tag is looked up at every start, so that a fleet can be mixed.",
        replace(TRUTH, disabled_reaches=False),
    ),
    Misconception(
        "deleted_digest_still_starts",
        "An image that a running service uses can be deleted without harm to new tasks.",
        "A083",
        "New tasks of the deployment pull the digest that it fixed, and fail if it is gone.",
        replace(TRUTH, pinned_must_exist=False),
    ),
    Misconception(
        "tag_replaces_deleted_digest",
        "If the digest that a deployment fixed is gone, its tasks run what the tag points to.",
        "A083",
        "They fail to start although the tag exists; only a new deployment looks it up again.",
        replace(TRUTH, tag_saves=True),
    ),
)
PULL = named(
    Misconception(
        "default_never_falls_back",
        "With the default a task fails if its image cannot be pulled.",
        "A081",
        "With `default` the cached copy is used then; it is `always` that fails.",
        replace(TRUTH, default_falls_back=False),
    ),
    Misconception(
        "always_falls_back",
        "With `always` the cached copy is used if the pull fails.",
        "A081",
        "With `always` the task fails; it is `default` that falls back.",
        replace(TRUTH, always_falls_back=True),
    ),
    Misconception(
        "default_prefers_cache",
        "With the default the agent pulls only what is not on the instance yet.",
        "A081",
        "With `default` it asks the registry each time.",
        replace(TRUTH, default_asks=False),
    ),
    Misconception(
        "once_trusts_any_copy",
        "`once` runs any copy on the instance, such as one in the AMI.",
        "A082",
        "`once` runs only a copy that an earlier ECS task pulled; `prefer-cached` runs any.",
        replace(TRUTH, once_needs_task=False),
    ),
    Misconception(
        "once_means_once_per_task",
        "`once` pulls once for every task.",
        "A082",
        "`once` pulls once on an instance; later tasks run that copy.",
        replace(TRUTH, once_asks=True),
    ),
    Misconception(
        "prefer_cached_needs_a_task",
        "`prefer-cached` runs only a copy that an earlier task pulled.",
        "A082",
        "It runs any copy that is there, also one baked into the AMI.",
        replace(TRUTH, cached_needs_task=True),
    ),
    Misconception(
        "prefer_cached_checks_for_news",
        "`prefer-cached` asks the registry whether there is something newer.",
        "A082",
        "If a copy is there, it does not ask.",
        replace(TRUTH, cached_asks=True),
    ),
)
