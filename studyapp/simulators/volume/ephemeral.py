"""The ephemeral storage of a Fargate task: what is left for data, and what to ask for.

Sources: ECS developer guide (fargate-task-storage), API reference (EphemeralStorage).
"""

from fractions import Fraction
from typing import Any

from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, number, plain
from studyapp.simulators.volume.rules import Rules

_FIELDS = known("size_gib image_gib data_gib")


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer volume.ephemeral: is the storage of a Fargate task large enough?

    In: `size_gib`, what the task definition asks for, null or absent for the default; `image_gib`, of the images,
    pulled and unpacked; `data_gib`, what the containers write. Numbers from 0 to 10,000, GiB. Out: `accepted`,
    whether the setting is a legal one; `total_gib`, null if it is not; `free_gib` for data, which may be negative;
    `fits`; `ask_for`, the smallest setting that would do, null for the default and -1 if none does. Raises
    InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    size = fields.optional_integer("size_gib", 0, 10_000)
    image, data = number(fields, "image_gib", 0, 10_000), number(fields, "data_gib", 0, 10_000)
    low, high = rules.smallest_setting_gib, rules.largest_gib
    accepted = size is None or low <= size <= high
    if size is None:
        text = f"No size is asked for, so the task gets {rules.default_gib} GiB."
    elif accepted:
        text = f"{size} GiB may be asked for: {low} to {high} are legal."
    else:
        text = f"{size} GiB is refused: {low} to {high} are legal, and {rules.default_gib} come of themselves."
    steps.add("13", "N023", {"size_gib": size}, accepted, text)
    taken = image if rules.image_counts else Fraction(0)
    total = rules.default_gib if size is None else size
    free = total - taken
    if accepted:
        left = f"so {plain(free)} GiB are left" if free >= 0 else "which is more than there are"
        what = f"the images take {plain(taken)} GiB, {left}"
        counted = what if rules.image_counts else f"{plain(free)} GiB are there"
        steps.add(
            "13", "A072", {"total_gib": total, "image_gib": plain(taken)}, plain(free),
            f"Of {total} GiB {counted}; the containers write {plain(data)}.",
        )  # fmt: skip
    wanted = -((-(taken + data)) // 1)  # rounded up
    ask = None if wanted <= rules.default_gib else -1 if wanted > high else max(low, int(wanted))
    said = (
        "The default is enough." if ask is None else "No setting is large enough." if ask < 0 else f"Ask for {ask} GiB."
    )
    steps.add("13", "N023", {"needed_gib": plain(taken + data)}, ask, said)
    return {
        "accepted": accepted,
        "total_gib": total if accepted else None,
        "free_gib": plain(free) if accepted else None,
        "fits": accepted and data <= free,
        "ask_for": ask,
    }
