"""What a lifecycle policy does to the images of a repository at one moment.

Sources: ECR user guide (LifecyclePolicies, lifecycle_policy_examples), section 5.2 of the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.ecr.policy import COUNTS, MOST_RULES, STATUSES, problems_of
from studyapp.simulators.ecr.rules import TRUTH, Rules
from studyapp.simulators.ecr.tags import Tags
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.ruled import Steps

MOST_IMAGES, MOST_TAGS, LONGEST_AGE = 50_000, 1_000, 40_000
TOLD = 60  # images whose verdict is a step
_AGES = ("pushed_days_ago", "pulled_days_ago", "archived_days_ago", "restored_days_ago")
_IMAGE = known("id tags storage referenced_by_manifest_list " + " ".join(_AGES))
_FIELDS = known("images rules")


@dataclass(slots=True)
class _Image:
    id: str
    tags: Sequence[str]
    pushed: float
    pulled: float | None
    archived: float | None
    restored: float | None
    stored: str
    safe: bool

    @property
    def order(self) -> float:
        """How old it is where images are put in order: since the restore, if there was one."""
        return self.pushed if self.restored is None else self.restored

    def last_pull(self) -> float:
        """Days since the last pull, since the restore if there was none after it, or since the push."""
        if self.restored is not None and (self.pulled is None or self.pulled > self.restored):
            return self.restored
        return self.pushed if self.pulled is None else self.pulled


@dataclass(frozen=True, slots=True)
class _Rule:
    place: int
    priority: int
    status: str
    prefixes: Sequence[str]
    patterns: Sequence[str]
    stored: str
    count: str
    number: int
    transition: bool


def _age(value: dict[str, Any], name: str, path: str) -> float | None:
    age = value.get(name)
    if age is None:
        return None
    if isinstance(age, bool) or not isinstance(age, int | float):
        raise InputError(f"{path}.{name}", f"must be a number of days, not {shown(age)}")
    if not 0 <= age <= LONGEST_AGE:
        raise InputError(f"{path}.{name}", f"must be from 0 to {LONGEST_AGE} days, not {shown(age)}")
    return age


def _image(value: object, path: str) -> _Image:
    fields = Fields(value, path, _IMAGE)
    given = fields.values
    tags = given.get("tags", [])
    if not isinstance(tags, list) or len(tags) > MOST_TAGS:
        tags = fields.array("tags", MOST_TAGS)
    for place, tag in enumerate(tags):
        if not (isinstance(tag, str) and 0 < len(tag) <= 128 and tag.isprintable()):
            checked_text(tag, f"{path}.tags[{place}]", 128)
    pushed, pulled, archived, restored = (_age(given, name, path) for name in _AGES)
    if pushed is None:
        raise InputError(f"{path}.pushed_days_ago", "is missing")
    stored = fields.choice("storage", ("standard", "archive"), "standard")
    if stored == "archive" and archived is None:
        raise InputError(f"{path}.archived_days_ago", "is missing: the image is in the archive")
    safe = fields.boolean("referenced_by_manifest_list", False)
    return _Image(fields.text("id"), tags, pushed, pulled, archived, restored, stored, safe)


def _rule(value: object, place: int) -> _Rule:
    """Read what a rule says, so far as it can be followed. Raises InputError."""
    path = f"rules[{place}]"
    fields = Fields(value, path, known("rulePriority description selection action"))
    selection = Fields(
        fields.required("selection"), f"{path}.selection",
        known("tagStatus tagPrefixList tagPatternList storageClass countType countUnit countNumber"),
    )  # fmt: skip
    action = Fields(fields.required("action"), f"{path}.action", known("type targetStorageClass"))
    return _Rule(
        place,
        fields.integer("rulePriority", 0, 10**9),
        selection.choice("tagStatus", STATUSES),
        selection.each("tagPrefixList", 1_000, checked_text),
        selection.each("tagPatternList", 1_000, checked_text),
        selection.choice("storageClass", ("standard", "archive"), "standard"),
        selection.choice("countType", COUNTS),
        selection.integer("countNumber", 0, 10**9),
        action.choice("type", ("expire", "transition")) == "transition",
    )


def _classes(images: Sequence[_Image]) -> dict[str, set[int]]:
    return {
        name: {place for place, image in enumerate(images) if image.stored == name} for name in ("standard", "archive")
    }


def _pool(rule: _Rule, images: Sequence[_Image], tags: Tags, classes: dict[str, set[int]], rules: Rules) -> set[int]:
    """Give the images of the rule's class that meet its tag condition, whatever other rules do."""
    mine = classes[rule.stored]
    if rule.status == "any":
        return mine
    if rule.status == "untagged":
        return {place for place in mine if not images[place].tags}
    if rules.anywhere:
        met = [tags.containing(prefix) for prefix in rule.prefixes]
        met += [tags.containing(pattern.strip("*")) for pattern in rule.patterns]
    else:
        met = [tags.with_prefix(prefix) for prefix in rule.prefixes]
        met += [tags.with_pattern(pattern) for pattern in rule.patterns]
    if not met:
        return set()
    joined = set.intersection(*met) if rules.list_means_all else set.union(*met)
    return joined & mine


def _age_for(rule: _Rule, image: _Image, rules: Rules) -> float:
    if rule.count == "sinceImagePulled" and rules.pull_age:
        return image.last_pull()
    if rule.count == "sinceImageTransitioned":
        return image.archived or 0
    return image.pushed


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer ecr.lifecycle: which images are expired and which are moved to the archive.

    In: `images` [{`id`, `tags` [none], `pushed_days_ago`, `pulled_days_ago`?, `storage` standard [default] or
    archive, `archived_days_ago`?, `restored_days_ago`?, `referenced_by_manifest_list`?}], ages in days, fractions
    too; `rules` as in the policy document. Out: `expire`, `transition`, ids in the order of the images; `why` {id:
    {`verdict` expire, transition or keep, `rule` (its place from 0, or null), `reason`}}; `problems` of the policy,
    which AWS would refuse (see ecr.validate); `tie`, whether two images of the same age stand at a limit: AWS does not
    say which of them goes, here the one listed later is the newer. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    images = fields.each("images", MOST_IMAGES, _image, None)
    places: dict[str, int] = {}
    for place, image in enumerate(images):
        if places.setdefault(image.id, place) != place:
            raise InputError(f"images[{place}].id", f"{shown(image.id)} is already that of images[{places[image.id]}]")
    given = fields.array("rules", MOST_RULES)
    policy = sorted(
        (_rule(value, place) for place, value in enumerate(given)),
        key=lambda rule: rule.priority if rules.lowest_first else -rule.priority,
    )
    tags = Tags([image.tags for image in images])
    classes = _classes(images)
    ordered = sorted(range(len(images)), key=lambda place: (images[place].order, -place))
    holder: dict[int, _Rule] = {}  # the first rule whose pool holds an image
    taken: dict[int, _Rule] = {}
    tie = False
    for rule in policy:
        pool = _pool(rule, images, tags, classes, rules)
        free = pool - holder.keys()
        if rule.count == "imageCountMoreThan":
            counted = pool if rules.shielded_count else free
            row = [place for place in ordered if place in counted]
            beyond = row[rule.number :] if rules.keeps_newest else row[: max(0, len(row) - rule.number)]
            hits = {place for place in beyond if place in free}
            edge = rule.number if rules.keeps_newest else len(row) - rule.number
            tie = tie or (0 < edge < len(row) and images[row[edge - 1]].order == images[row[edge]].order)
        else:
            hits = {
                place
                for place in free
                if (age := _age_for(rule, images[place], rules)) > rule.number
                or (age == rule.number and not rules.older_than)
            }
        acts = {place for place in hits if not images[place].safe}
        for place in acts:
            taken[place] = rule
        for place in free if rules.pool_shields else acts:
            holder[place] = rule
    why = {image.id: _why(place, image, holder, taken, policy) for place, image in enumerate(images)}
    for image in images[:TOLD]:
        told = why[image.id]
        rule_name = None if told["rule"] is None else given[told["rule"]]["rulePriority"]
        steps.add(
            "5.2", "A025" if told["verdict"] == "keep" and told["rule"] is not None else "N114",
            {"image": image.id, "tags": list(image.tags), "rule": rule_name}, told["verdict"], told["reason"],
        )  # fmt: skip
    return {
        "expire": [image.id for place, image in enumerate(images) if place in taken and not taken[place].transition],
        "transition": [image.id for place, image in enumerate(images) if place in taken and taken[place].transition],
        "why": why,
        "problems": [f"{problem.field} {problem.message}" for problem in problems_of(given)],
        "tie": tie,
    }


def _why(
    place: int, image: _Image, holder: dict[int, _Rule], taken: dict[int, _Rule], policy: list[_Rule]
) -> dict[str, Any]:
    """Say of one image what happens to it, by which rule, and why."""
    if rule := taken.get(place):
        verb = "moved to the archive" if rule.transition else "expired"
        reason = f"{image.id} is {verb} by the rule with priority {rule.priority}: {_limit(rule)}."
        return {"verdict": "transition" if rule.transition else "expire", "rule": rule.place, "reason": reason}
    rule = holder.get(place)
    if rule is None:
        return {"verdict": "keep", "rule": None, "reason": f"{image.id} stays: it is in no rule's pool."}
    if image.safe:
        reason = f"{image.id} stays: a manifest list refers to it."
    else:
        reason = (
            f"{image.id} stays: it is in the pool of the rule with priority {rule.priority}, which keeps it, and no"
            " rule after that may act on it."
        )
    return {"verdict": "keep", "rule": rule.place, "reason": reason}


def _limit(rule: _Rule) -> str:
    days = "1 day" if rule.number == 1 else f"{rule.number} days"
    return {
        "imageCountMoreThan": f"it is beyond the newest {rule.number} of its pool",
        "sinceImagePushed": f"it was pushed more than {days} ago",
        "sinceImagePulled": f"it was last pulled more than {days} ago",
        "sinceImageTransitioned": f"it has been in the archive for more than {days}",
    }[rule.count]


def pool_of(rule: dict[str, Any], images: Sequence[dict[str, Any]]) -> list[str]:
    """Give the ids of the images in a rule's pool, for a picture of it: by storage class and tags alone."""
    read = [_image(image, f"images[{place}]") for place, image in enumerate(images)]
    tags = Tags([image.tags for image in read])
    classes = _classes(read)
    return [images[place]["id"] for place in sorted(_pool(_rule(rule, 0), read, tags, classes, TRUTH))]
