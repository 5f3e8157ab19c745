"""What a lifecycle policy does to a repository as days go by and nothing is pushed or pulled.

Sources: those of `lifecycle`, section 5.2; that a day is one run of the policy is how a preview of AWS would be read.
"""

from math import ceil
from typing import Any

from studyapp.simulators.ecr import lifecycle
from studyapp.simulators.ecr.policy import MOST_RULES
from studyapp.simulators.ecr.rules import Rules
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps

MOST_IMAGES, MOST_DAYS = 200, 1_000
_AGES = ("pushed_days_ago", "pulled_days_ago", "archived_days_ago", "restored_days_ago")
_FIELDS = known("images rules days")


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer ecr.over_time: run the policy today and on each of the days that follow.

    In: `images` and `rules` as for ecr.lifecycle, at most 200 images; `days`, how many days are looked at, 0 to
    1,000. Out: `events` [{`day` 0 is today, `image`, `verdict` expire or transition, `rule` its place}], by day;
    `left`, ids of the images that are there at the end, `archived`, those of them in the archive; `next_day`, the
    first day after today on which something happens, or null. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    images = [dict(each) if isinstance(each, dict) else each for each in fields.array("images", MOST_IMAGES)]
    given = fields.array("rules", MOST_RULES)
    days = fields.integer("days", 0, MOST_DAYS)
    events: list[dict[str, Any]] = []
    day = 0
    while day <= days:
        made = lifecycle.answer({"images": images, "rules": given}, rules, Steps())
        gone = set(made["expire"])
        for name in (*made["expire"], *made["transition"]):
            why = made["why"][name]
            events.append({"day": day, "image": name, "verdict": why["verdict"], "rule": why["rule"]})
            when = "Today" if day == 0 else f"On day {day}"
            steps.add("5.2", "N114", {"day": day, "image": name}, why["verdict"], f"{when}: {why['reason']}")
        for image in images:
            if image["id"] in made["transition"]:
                image |= {"storage": "archive", "archived_days_ago": 0}
        images = [image for image in images if image["id"] not in gone]
        wait = _wait(images, given)
        if wait is None:
            break
        images = [_older(image, wait) for image in images]
        day += wait
    left = [image["id"] for image in images]
    if not events:
        steps.add("5.2", "N114", {"days": days}, left, "Nothing happens in that time: every image stays.")
    return {
        "events": events,
        "left": left,
        "archived": [image["id"] for image in images if image.get("storage") == "archive"],
        "next_day": next((event["day"] for event in events if event["day"] > 0), None),
    }


def _wait(images: list[dict[str, Any]], given: list[dict[str, Any]]) -> int | None:
    """Give the days until some age meets the number of some rule or passes it, None if none ever does.

    Until then nothing can happen: all ages grow alike, so the order of the images stays.
    """
    numbers = {rule["selection"]["countNumber"] for rule in given if rule["selection"].get("countUnit")}
    ages = {image[name] for image in images for name in _AGES if image.get(name) is not None}
    return min((max(1, ceil(number - age)) for number in numbers for age in ages if age <= number), default=None)


def _older(image: dict[str, Any], days: int) -> dict[str, Any]:
    """Give the image some days later."""
    return image | {name: image[name] + days for name in _AGES if image.get(name) is not None}
