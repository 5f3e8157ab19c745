"""Is a lifecycle policy valid? Every problem, at its rule and field.

Sources: ECR user guide (lifecycle_policy_parameters, LifecyclePolicies), section 5.1 of the rules.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

from studyapp.simulators.ecr.rules import Rules
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.ruled import Steps

MOST_RULES, MOST_CHARACTERS, MOST_STARS, FEWEST_DAYS = 50, 30_720, 4, 90
STATUSES = ("tagged", "untagged", "any")
CLASSES = ("standard", "archive")
COUNTS = ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")
LISTS = ("tagPrefixList", "tagPatternList")
_RULE = ("rulePriority", "description", "selection", "action")
_SELECTION = ("tagStatus", *LISTS, "storageClass", "countType", "countUnit", "countNumber")
_ACTION = ("type", "targetStorageClass")
MOST_READ = 1_000  # rules that are looked at


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: the field, such as `rules[1].selection.countUnit`, why, and the fact behind it."""

    name: str
    field: str
    message: str
    fact: str = "N113"


def _whole(value: object) -> TypeGuard[int]:
    return type(value) is int


def _names(value: dict[str, Any], path: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in value:
        if name not in names:
            yield Problem("unknown-field", f"{path}.{name[:60]}", f"is not known; known are {', '.join(names)}")


def _one_of(value: dict[str, Any], path: str, name: str, choices: tuple[str, ...]) -> Iterator[Problem]:
    if name not in value:
        yield Problem(f"missing-{name}", f"{path}.{name}", f"is missing; one of {', '.join(choices)}")
    elif value[name] not in choices:
        message = f"must be one of {', '.join(choices)}, not {shown(value[name])}"
        yield Problem(f"bad-{name}", f"{path}.{name}", message)


def _list_problems(selection: dict[str, Any], path: str) -> Iterator[Problem]:
    given = [name for name in LISTS if name in selection]
    if selection.get("tagStatus") in ("untagged", "any"):
        for name in given:
            message = f"is only for tagStatus tagged, not {selection['tagStatus']}"
            yield Problem("list-without-tagged", f"{path}.{name}", message, "A026")
        return
    if selection.get("tagStatus") == "tagged" and not given:
        message = "is missing: tagStatus tagged wants tagPatternList or tagPrefixList"
        yield Problem("tagged-without-list", f"{path}.tagPatternList", message, "A026")
    if len(given) == 2:
        message = "must not stand beside tagPrefixList; a rule has one of them"
        yield Problem("two-lists", f"{path}.tagPatternList", message, "A027")
    for name in given:
        entries = selection[name]
        if not isinstance(entries, list) or not entries:
            yield Problem("empty-list", f"{path}.{name}", "must be a list of at least one text", "A027")
            continue
        for place, entry in enumerate(entries):
            at = f"{path}.{name}[{place}]"
            if not isinstance(entry, str) or not entry:
                yield Problem("bad-entry", at, f"must be a text that is not empty, not {shown(entry)}", "A027")
            elif name == "tagPatternList" and entry.count("*") > MOST_STARS:
                message = f"has {entry.count('*')} wildcards; at most {MOST_STARS} in one text"
                yield Problem("too-many-wildcards", at, message, "A027")


def _count_problems(selection: dict[str, Any], path: str) -> Iterator[Problem]:
    kind, number = selection.get("countType"), selection.get("countNumber")
    if "countNumber" not in selection:
        yield Problem("missing-countNumber", f"{path}.countNumber", "is missing; a whole number from 1")
    elif not _whole(number) or number < 1:
        yield Problem("bad-countNumber", f"{path}.countNumber", f"must be a whole number from 1, not {shown(number)}")
    elif kind == "sinceImageTransitioned" and number < FEWEST_DAYS:
        message = f"must be at least {FEWEST_DAYS} days in the archive, not {number}"
        yield Problem("too-few-days", f"{path}.countNumber", message)
    if kind == "imageCountMoreThan":
        if "countUnit" in selection:
            yield Problem("unit-with-count", f"{path}.countUnit", "must not be given with imageCountMoreThan")
    elif "countUnit" not in selection:
        if kind in COUNTS:
            yield Problem("missing-countUnit", f"{path}.countUnit", f"is missing: {kind} wants days")
    elif selection["countUnit"] != "days":
        yield Problem("bad-countUnit", f"{path}.countUnit", f"must be days, not {shown(selection['countUnit'])}")
    stored = selection.get("storageClass", "standard")
    if stored not in CLASSES:
        message = f"must be one of {', '.join(CLASSES)}, not {shown(stored)}"
        yield Problem("bad-storageClass", f"{path}.storageClass", message)
    elif (stored == "archive") != (kind == "sinceImageTransitioned") and kind in COUNTS:
        message = (
            f"must be standard with {kind}" if stored == "archive" else "must be archive with sinceImageTransitioned"
        )
        yield Problem("class-and-count", f"{path}.storageClass", message)


def _action_problems(action: object, selection: dict[str, Any], path: str) -> Iterator[Problem]:
    if not isinstance(action, dict):
        yield Problem("bad-action", path, f"must be an object, not {shown(action)}")
        return
    yield from _names(action, path, _ACTION)
    yield from _one_of(action, path, "type", ("expire", "transition"))
    kind, count = action.get("type"), selection.get("countType")
    if kind == "transition":
        if action.get("targetStorageClass") != "archive":
            message = "must be archive, where images are moved to"
            yield Problem("transition-target", f"{path}.targetStorageClass", message)
        if count == "sinceImageTransitioned":
            yield Problem("pairing", f"{path}.type", "must be expire with sinceImageTransitioned")
    elif kind == "expire":
        if "targetStorageClass" in action:
            yield Problem("target-with-expire", f"{path}.targetStorageClass", "is only for transition")
        if count == "sinceImagePulled":
            yield Problem("pairing", f"{path}.type", "must be transition with sinceImagePulled", "N112")


def rule_problems(rule: object, path: str) -> Iterator[Problem]:
    """Give the problems of one rule by itself."""
    if not isinstance(rule, dict):
        yield Problem("bad-rule", path, f"must be an object, not {shown(rule)}")
        return
    yield from _names(rule, path, _RULE)
    priority = rule.get("rulePriority")
    if not _whole(priority) or priority < 1:
        message = "is missing; a whole number from 1" if "rulePriority" not in rule else "must be a whole number from 1"
        yield Problem("bad-rulePriority", f"{path}.rulePriority", message, "N114")
    if not isinstance(rule.get("description", ""), str):
        yield Problem("bad-description", f"{path}.description", "must be a text")
    selection = rule.get("selection")
    if not isinstance(selection, dict):
        message = "is missing" if "selection" not in rule else f"must be an object, not {shown(selection)}"
        yield Problem("bad-selection", f"{path}.selection", message)
        selection = {}
    else:
        where = f"{path}.selection"
        yield from _names(selection, where, _SELECTION)
        yield from _one_of(selection, where, "tagStatus", STATUSES)
        yield from _one_of(selection, where, "countType", COUNTS)
        yield from _list_problems(selection, where)
        yield from _count_problems(selection, where)
    if "action" in rule:
        yield from _action_problems(rule["action"], selection, f"{path}.action")
    else:
        yield Problem("missing-action", f"{path}.action", "is missing; expire or transition")


def _across(rules: list[Any]) -> Iterator[Problem]:
    """Give what is wrong between rules: priorities, rules for any and untagged, prefixes said twice."""
    plain = [
        (place, rule, rule["selection"])
        for place, rule in enumerate(rules)
        if isinstance(rule, dict) and isinstance(rule.get("selection"), dict)
    ]
    by_priority: dict[int, int] = {}
    for place, rule in enumerate(rules):
        priority = rule.get("rulePriority") if isinstance(rule, dict) else None
        if _whole(priority):
            if priority in by_priority:
                message = f"{priority} is already that of rules[{by_priority[priority]}]"
                yield Problem("duplicate-priority", f"rules[{place}].rulePriority", message, "N114")
            by_priority.setdefault(priority, place)
    for stored in CLASSES:
        mine = [each for each in plain if each[2].get("storageClass", "standard") == stored]
        numbers = [rule["rulePriority"] for _, rule, _ in mine if _whole(rule.get("rulePriority"))]
        for place, rule, selection in mine:
            number = rule.get("rulePriority")
            if selection.get("tagStatus") == "any" and _whole(number) and number < max(numbers):
                message = f"must be the highest number of the rules for {stored} images, as tagStatus is any"
                yield Problem("any-not-last", f"rules[{place}].rulePriority", message, "A026")
        untagged = [place for place, _, selection in mine if selection.get("tagStatus") == "untagged"]
        for place in untagged[1:]:
            message = f"untagged is already the rule rules[{untagged[0]}] for {stored} images"
            yield Problem("two-untagged", f"rules[{place}].selection.tagStatus", message, "A026")
        seen: dict[frozenset[str], int] = {}
        for place, _, selection in mine:
            entries = selection.get("tagPrefixList")
            if isinstance(entries, list) and entries and all(isinstance(entry, str) for entry in entries):
                if (prefixes := frozenset(entries)) in seen:
                    message = f"holds the same prefixes as rules[{seen[prefixes]}]"
                    yield Problem("same-prefixes", f"rules[{place}].selection.tagPrefixList", message, "A027")
                seen.setdefault(prefixes, place)


def problems_of(rules: list[Any]) -> list[Problem]:
    """Give all problems of a policy's rules, in order of the rules."""
    found: list[Problem] = []
    if not rules:
        found.append(Problem("no-rules", "rules", "must hold at least one rule"))
    if len(rules) > MOST_RULES:
        found.append(Problem("too-many-rules", "rules", f"must hold at most {MOST_RULES} rules, not {len(rules)}"))
    length = len(json.dumps({"rules": rules}, separators=(",", ":"), ensure_ascii=False))
    if length > MOST_CHARACTERS:
        message = f"make a policy of {length} characters; at most {MOST_CHARACTERS}"
        found.append(Problem("too-long", "rules", message))
    for place, rule in enumerate(rules[:MOST_RULES]):
        found.extend(rule_problems(rule, f"rules[{place}]"))
    found.extend(_across(rules[:MOST_RULES]))
    return found


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer ecr.validate: whether a policy with these rules is `valid`, and its `problems`.

    In: `rules` as in the policy document. Out: `problems` [{`name`, `field`, `message`, `fact`}], fields counted from
    0. Raises InputError if there is no list of rules. Source: ECR user guide, lifecycle_policy_parameters.
    """
    given = Fields(input, "", known("rules")).array("rules", MOST_READ)
    problems = problems_of(given)
    for problem in problems:
        steps.add("5.1", problem.fact, {"field": problem.field}, problem.name, f"{problem.field} {problem.message}.")
    if not problems:
        steps.add("5.1", "N113", {"rules": len(given)}, True, "Every rule keeps to the form.")
    return {"valid": not problems, "problems": [asdict(problem) for problem in problems]}
