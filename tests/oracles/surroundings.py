"""What AWS's rules say of lifecycle policies, pods on Fargate and EKS storage, by asking the rules one by one.

Written from the specification's tables (their numbers stand in the docstrings): each image, each size and each field is
put to the question by itself, with nothing precomputed.
"""

from typing import Any

type Json = dict[str, Any]


# --- ECR lifecycle policies (5.1, 5.2) --------------------------------------------------------------------------------


def like(pattern: str, tag: str) -> bool:
    """5.1: a pattern is met by the whole tag, `*` standing for anything."""
    if not pattern:
        return not tag
    if pattern[0] == "*":
        return any(like(pattern[1:], tag[place:]) for place in range(len(tag) + 1))
    return bool(tag) and tag[0] == pattern[0] and like(pattern[1:], tag[1:])


def in_pool(rule: Json, image: Json) -> bool:
    """5.2-1: the image is of the rule's storage class and meets its tag condition."""
    selection, tags = rule["selection"], image.get("tags") or []
    if selection.get("storageClass", "standard") != image.get("storage", "standard"):
        return False
    if selection["tagStatus"] == "any":
        return True
    if selection["tagStatus"] == "untagged":
        return not tags
    prefixes, patterns = selection.get("tagPrefixList", []), selection.get("tagPatternList", [])
    return all(any(tag.startswith(each) for tag in tags) for each in prefixes) and all(
        any(like(each, tag) for tag in tags) for each in patterns
    )


def younger(one: Json, other: Json, images: list[Json]) -> bool:
    """5.2-2: one comes before the other in the order young to old; of the same age, the one listed later does."""
    ages = [each.get("restored_days_ago", each["pushed_days_ago"]) for each in (one, other)]
    return ages[0] < ages[1] or (ages[0] == ages[1] and images.index(one) > images.index(other))


def is_hit(rule: Json, image: Json, images: list[Json]) -> bool:
    """5.2-2: beyond the newest so many of its pool, or strictly older than so many days."""
    selection = rule["selection"]
    limit = selection["countNumber"]
    match selection["countType"]:
        case "imageCountMoreThan":
            ahead = [each for each in images if in_pool(rule, each) and younger(each, image, images)]
            return len(ahead) >= limit
        case "sinceImagePushed":
            return bool(image["pushed_days_ago"] > limit)
        case "sinceImageTransitioned":
            return bool(image["archived_days_ago"] > limit)
        case _:
            pulled, restored = image.get("pulled_days_ago"), image.get("restored_days_ago")
            moments = [age for age in (pulled, restored) if age is not None] or [image["pushed_days_ago"]]
            return bool(min(moments) > limit)


def lifecycle(given: Json) -> tuple[list[str], list[str]]:
    """5.2: the ids that expire and that are moved to the archive, each list in alphabetical order."""
    images = given["images"]
    taken: dict[str, set[str]] = {"expire": set(), "transition": set()}
    for image in images:
        holding = [rule for rule in given["rules"] if in_pool(rule, image)]
        if not holding or image.get("referenced_by_manifest_list"):
            continue
        first = min(holding, key=lambda rule: rule["rulePriority"])
        if is_hit(first, image, images):
            taken[first["action"]["type"]].add(image["id"])
    return sorted(taken["expire"]), sorted(taken["transition"])


def valid(rules: list[Json]) -> bool:
    """5.1: every rule is right by itself, and all of them together."""
    return 1 <= len(rules) <= 50 and all(map(rule_is_right, rules)) and together_right(rules)


def whole(value: object, least: int) -> bool:
    """Tell whether a value is a whole number of at least so much."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def rule_is_right(rule: Json) -> bool:
    """5.1, field by field."""
    if not ({"rulePriority", "selection", "action"} <= rule.keys() and whole(rule["rulePriority"], 1)):
        return False
    selection, action = rule["selection"], rule["action"]
    count = selection.get("countType")
    counts = ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")
    if count not in counts or not tags_are_right(selection):
        return False
    if selection.get("countUnit") != (None if count == "imageCountMoreThan" else "days"):
        return False
    if not whole(selection.get("countNumber"), 90 if count == "sinceImageTransitioned" else 1):
        return False
    stored = selection.get("storageClass", "standard")
    if stored != ("archive" if count == "sinceImageTransitioned" else "standard"):
        return False
    kind = action.get("type")
    if count == "sinceImageTransitioned" and kind != "expire":
        return False
    if count == "sinceImagePulled" and kind != "transition":
        return False
    target = action.get("targetStorageClass")
    return (kind == "expire" and target is None) or (kind == "transition" and target == "archive")


def tags_are_right(selection: Json) -> bool:
    """5.1: one list where images are tagged, none otherwise, with at most four wildcards in each pattern."""
    lists = [selection[name] for name in ("tagPrefixList", "tagPatternList") if name in selection]
    status = selection.get("tagStatus")
    if status in ("any", "untagged"):
        return not lists
    if status != "tagged" or len(lists) != 1 or not lists[0] or "" in lists[0]:
        return False
    return all(entry.count("*") <= 4 for entry in selection.get("tagPatternList", []))


def together_right(rules: list[Json]) -> bool:
    """5.1: priorities differ; within a storage class `any` is last, `untagged` once, and prefix sets differ."""
    priorities = [rule["rulePriority"] for rule in rules]
    if len(set(priorities)) < len(priorities):
        return False
    for stored in ("standard", "archive"):
        mine = [rule for rule in rules if rule["selection"].get("storageClass", "standard") == stored]
        last = max((rule["rulePriority"] for rule in mine), default=0)
        statuses = [rule["selection"]["tagStatus"] for rule in mine]
        prefixes = [set(rule["selection"]["tagPrefixList"]) for rule in mine if "tagPrefixList" in rule["selection"]]
        if any(rule["selection"]["tagStatus"] == "any" and rule["rulePriority"] < last for rule in mine):
            return False
        if statuses.count("untagged") > 1 or any(prefixes.count(each) > 1 for each in prefixes):
            return False
    return True


# --- EKS (6.2, 6.3) ---------------------------------------------------------------------------------------------------

SIZES = [
    *((0.25, memory) for memory in (0.5, 1, 2)),
    *((0.5, memory) for memory in range(1, 5)),
    *((1, memory) for memory in range(2, 9)),
    *((2, memory) for memory in range(4, 17)),
    *((4, memory) for memory in range(8, 31)),
    *((8, memory) for memory in range(16, 61, 4)),
    *((16, memory) for memory in range(32, 121, 8)),
]


def fargate_size(given: Json) -> tuple[float, float] | None:
    """6.2: the smallest size that holds the sum of the containers, any init container, and 256 MB."""
    long, init = given["containers"], given.get("init_containers", [])
    vcpu = max([sum(each["vcpu"] for each in long), *(each["vcpu"] for each in init)])
    memory = max([sum(each["memory_gb"] for each in long), *(each["memory_gb"] for each in init)]) + 0.25
    holding = [size for size in SIZES if size[0] >= vcpu and size[1] >= memory]
    return min(holding, default=None)


def storage(given: Json) -> bool:
    """6.3: the table, row by row."""
    driver, compute, way = given["driver"], given["compute"], given["provisioning"]
    if compute == "hybrid" or (driver == "s3_mountpoint" and way == "dynamic"):
        return False
    if given.get("os", "linux") == "windows" and (
        compute in ("fargate", "auto_mode") or driver not in ("ebs", "fsx_ontap")
    ):
        return False
    return compute != "fargate" or (driver, way) == ("efs", "static")
