"""Whether an answer of a placement simulator holds what a vector expects of it."""

from collections import Counter


def _counted(counts):
    return {name: count for name, count in counts.items() if count}


def _matches(found, allowed):
    return found.rstrip(".") in {each.rstrip(".") for each in allowed}


def differences(given, answer, expect):
    """List the keys of what is expected that an answer does not hold, with what it says instead."""
    instances = {instance["id"]: instance for instance in given.get("instances", [])}
    zones = {name: instance["az"] for name, instance in instances.items()}
    picks = answer.get("picks", answer.get("stops", []))
    per_instance, per_az = Counter(picks), Counter(zones[pick] for pick in picks)
    group = given.get("request", given).get("group")
    own = {
        name: sum(
            tasks.get("count", 1)
            for tasks in instance.get("tasks", [])
            if tasks["group"] == group and tasks.get("desired", "RUNNING") == "RUNNING"
        )
        for name, instance in instances.items()
    }
    sign = -1 if "stops" in answer else 1
    total_instance = {name: own[name] + sign * per_instance[name] for name in instances}
    total_az = dict.fromkeys(zones.values(), 0)
    for name, count in total_instance.items():
        total_az[zones[name]] += count

    def field_counts(wanted):
        name = wanted["field"].removeprefix("attribute:")
        counts = Counter()
        for instance in instances.values():
            value = {"ecs.availability-zone": instance["az"], "ecs.instance-type": instance.get("type")}.get(name)
            value = instance.get("attributes", {}).get(name, value)
            counts[value] += per_instance[instance["id"]]
        return sorted(counts.values(), reverse=True) == sorted(wanted["counts"], reverse=True)

    def ordered(counts, wanted):
        return sorted(counts, reverse=True) == sorted(wanted, reverse=True)

    holds = {
        "placed": lambda w: len(picks) == w == answer["placed"],
        "failed": lambda w: given["request"]["count"] - len(picks) == w == answer["failed"],
        "per_instance": lambda w: dict(per_instance) == _counted(w) == _counted(answer["per_instance"]),
        "per_az": lambda w: {zone: per_az[zone] for zone in zones.values()} == w == answer["per_az"],
        "per_instance_any_order": lambda w: ordered((per_instance[name] for name in instances), w),
        "per_az_any_order": lambda w: ordered((per_az[zone] for zone in set(zones.values())), w),
        "group_total_per_instance": lambda w: _counted(total_instance) == _counted(w),
        "group_total_per_az": lambda w: total_az == w,
        "group_total_per_instance_any_order": lambda w: ordered(total_instance.values(), w),
        "group_total_per_az_any_order": lambda w: ordered(total_az.values(), w),
        "remaining_per_instance": lambda w: _counted(total_instance) == _counted(w),
        "remaining_per_az": lambda w: _counted(total_az) == _counted(w),
        "remaining_per_az_any_order": lambda w: ordered(total_az.values(), w),
        "per_field_any_order": field_counts,
        "instances_used": lambda w: len(per_instance) == w,
        "first_in": lambda w: picks[0] in w,
        "first_stop_in": lambda w: picks[0] in w,
        "step_in": lambda w: all(pick in allowed for pick, allowed in zip(picks, w, strict=True)),
        "allowed_instances": lambda w: set(picks) <= set(w),
        "failure_reasons": lambda w: all(_matches(answer["failures"][name], allowed) for name, allowed in w.items()),
        "event_contains": lambda w: w.lower() in (answer["event"] or "").lower(),
    }
    wrong = []
    for key, wanted in expect.items():
        if key == "stop_in" and "stops" in answer:
            good = all(pick in allowed for pick, allowed in zip(picks, wanted, strict=True))
        elif key in ("start_in", "stop_in"):
            good = set(answer[key]) <= set(wanted) and bool(answer[key]) == bool(wanted)
        elif key in holds:
            good = holds[key](wanted)
        else:
            good = answer[key] == wanted
        if not good:
            wrong.append(f"{key}: wanted {wanted}, answer {answer}")
    return wrong
