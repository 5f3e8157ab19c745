"""The lab of ECR lifecycle policies."""

from typing import Any

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field, Rows
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.simulators.ecr.policy import COUNTS, STATUSES

_IMAGES = Rows(
    "images", "Images",
    (
        Field("id", "Name", "word"), Field("tags", "tags", "words", optional=True),
        Field("pushed_days_ago", "pushed, days ago", "decimal"),
        Field("pulled_days_ago", "pulled, days ago", "decimal", optional=True),
        Field("storage", "storage", "choice", ("standard", "archive"), optional=True),
        Field("archived_days_ago", "archived, days ago", "decimal", optional=True),
    ),
    "image",
)  # fmt: skip
_RULES = Rows(
    "rules", "Rules",
    (
        Field("rulePriority", "rulePriority"),
        Field("selection.tagStatus", "tagStatus", "choice", tuple(STATUSES)),
        Field("selection.tagPatternList", "tagPatternList", "words", optional=True),
        Field("selection.tagPrefixList", "tagPrefixList", "words", optional=True),
        Field("selection.storageClass", "storageClass", "choice", ("standard", "archive"), optional=True),
        Field("selection.countType", "countType", "choice", tuple(COUNTS)),
        Field("selection.countUnit", "countUnit", "choice", ("days",), optional=True),
        Field("selection.countNumber", "countNumber"),
        Field("action.type", "action", "choice", ("expire", "transition")),
        Field("action.targetStorageClass", "targetStorageClass", "choice", ("archive",), optional=True),
    ),
    "rule",
)  # fmt: skip


def _keep(priority: int, count: int, *patterns: str) -> dict[str, Any]:
    tags = {"tagStatus": "tagged", "tagPatternList": list(patterns)} if patterns else {"tagStatus": "any"}
    selection = {**tags, "countType": "imageCountMoreThan", "countNumber": count}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def _old(priority: int, days: int, status: str, *patterns: str) -> dict[str, Any]:
    tags: dict[str, Any] = {"tagPatternList": list(patterns)} if patterns else {}
    selection = {"tagStatus": status, **tags, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def _images(*images: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [
        {"id": name, "pushed_days_ago": age} | ({"tags": tags.split()} if tags else {}) for name, tags, age in images
    ]


_TWO = _images(("A", "beta-1 prod-1", 10), ("B", "beta-2 prod-2", 9), ("C", "beta-3", 8))
_MIXED = _images(
    ("v14", "prod-14", 2), ("v13", "prod-13", 9), ("v12", "prod-12", 16), ("v11", "prod-11", 40),
    ("pr-7", "pr-7", 3), ("pr-6", "pr-6", 11), ("old", "", 1), ("older", "", 20),
)  # fmt: skip

REGISTRY = Lab(
    "registry", "Which image goes?",
    "A lifecycle policy and a repository: each rule a lane, and why every image stays or goes. Move the clock.",
    "lifecycle-policies",
    (
        Bench("ecr.lifecycle", "Today", (_IMAGES, _RULES), "expire", "Which images expire? (their names, or none)",
              boards.lanes, hidden=("why",), wide=True),
        Bench("ecr.over_time", "As days go by", (Field("days", "Days to look ahead"), _IMAGES, _RULES), "next_day",
              "On which day does something happen next? (none, if nothing does)", boards.days, hidden=("events",),
              wide=True),
        Bench("ecr.validate", "Is the policy valid?", (_RULES,), "valid", "Does ECR take it: yes or no?", wide=True),
    ),
    (
        Example("shield", "Higher rules shield", "B is beyond the newest beta, yet it stays: rule 1 holds it.", "A025",
                "ecr.lifecycle", {"images": _TWO, "rules": [_keep(1, 1, "prod*"), _keep(2, 1, "beta*")]}),
        Example("swapped", "The same rules, swapped", "Now the beta rule comes first, and takes B.", "N114",
                "ecr.lifecycle", {"images": _TWO, "rules": [_keep(1, 1, "beta*"), _keep(2, 1, "prod*")]}),
        Example("and", "A list means and", "Only images with a tag of both kinds are in the pool.", "A027",
                "ecr.lifecycle",
                {"images": _images(("A", "alpha-1", 12), ("B", "beta-1", 11), ("C", "alpha-2 beta-2", 10),
                                   ("D", "alpha-3", 4)),
                 "rules": [_old(1, 5, "tagged", "alpha*", "beta*")]}),
        Example("any-last", "Any comes last", "Shielded images still count as the newest.", "A026", "ecr.lifecycle",
                {"images": _images(("A", "alpha-1 beta-1", 5), ("B", "", 4), ("C", "alpha-2", 3), ("D", "hash", 2),
                                   ("E", "", 1)),
                 "rules": [_keep(1, 1, "alpha*"), _old(2, 2, "untagged"), _keep(3, 1)]}),
        Example("a-month", "A month goes by", "Pull requests last two weeks, untagged images one, releases by number.",
                "N116", "ecr.over_time",
                {"days": 30, "images": _MIXED,
                 "rules": [_keep(1, 3, "prod-*"), _old(2, 14, "tagged", "pr-*"), _old(3, 7, "untagged")]}),
        Example("archive", "First the archive, then gone", "30 days on the shelf, 90 in the archive.", "N112",
                "ecr.over_time",
                {"days": 140, "images": _images(("v1", "v1", 10), ("v2", "v2", 0)),
                 "rules": [
                     {"rulePriority": 1,
                      "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days",
                                    "countNumber": 30},
                      "action": {"type": "transition", "targetStorageClass": "archive"}},
                     {"rulePriority": 2,
                      "selection": {"tagStatus": "any", "storageClass": "archive",
                                    "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90},
                      "action": {"type": "expire"}}]}),
        Example("refused", "What ECR refuses", "Five wildcards in one pattern, and a rule for any that is not last.",
                "A026", "ecr.validate", {"rules": [_keep(1, 5), _keep(2, 3, "a*b*c*d*e*")]}),
    ),
    reads="A lifecycle policy, with describe-images beside it if you like: {\"policy\": ..., \"images\": ...}",
)  # fmt: skip
