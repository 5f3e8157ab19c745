"""A second, naive reading of the placement rules straight from the input, to hold the engine against."""

from studyapp.simulators.placement.expressions import compile_expression

RESERVED = [22, 2375, 2376, 51678, 51679]


def attributes(instance):
    has = {"ecs.availability-zone": instance["az"], "ecs.instance-type": instance["type"]}
    return has | instance.get("attributes", {})


def own(instance, group, picks):
    running = [t for t in instance["tasks"] if t["group"] == group and t.get("desired", "RUNNING") == "RUNNING"]
    return sum(t["count"] for t in running) + picks.count(instance["id"])


def fits(instance, request, picks):
    """Whether an instance can and may take the next task, after the picks so far."""
    awsvpc = request["network_mode"] == "awsvpc"
    mine = picks.count(instance["id"])
    held = [t for t in instance["tasks"] for _ in range(t["count"])]
    capabilities = instance.get("capabilities", "all")
    needed = list(request.get("requires", [])) + (["ecs.capability.task-eni"] if awsvpc else [])
    if instance.get("status", "ACTIVE") != "ACTIVE" or not instance.get("agent_connected", True):
        return False
    if awsvpc and request.get("subnet_azs") and instance["az"] not in request["subnet_azs"]:
        return False
    if capabilities != "all" and any(name not in capabilities for name in needed):
        return False
    for name, limit in (
        ("cpu", instance["cpu"]),
        ("memory", instance["memory"]),
        ("gpus", instance.get("gpus", 0)),
    ):
        left = limit - sum(t.get(name, 0) for t in held) - mine * request.get(name, 0)
        if left < request.get(name, 0) and (name != "gpus" or request.get(name, 0)):
            return False
    slots = instance.get("task_enis")
    if awsvpc and slots is not None and mine + 1 > slots - sum(t.get("enis", 0) for t in held):
        return False
    if not awsvpc:
        for kind, reserved in (("tcp", instance.get("reserved_tcp", RESERVED)), ("udp", [])):
            taken = {*reserved, *(port for t in held for port in t.get(kind, []))}
            if request.get(kind) and (mine or taken & set(request[kind])):
                return False
    for constraint in request.get("constraints", []):
        if constraint["type"] == "distinctInstance":
            if own(instance, request["group"], picks):
                return False
            continue
        groups = {t["group"] for t in held if t.get("desired", "RUNNING") == "RUNNING"}
        running = sum(t.get("desired", "RUNNING") == "RUNNING" for t in held) + mine
        listed = [] if capabilities == "all" else capabilities
        facts = {f"attribute:{k}": v for k, v in (dict.fromkeys(listed) | attributes(instance)).items()}
        facts["task:group"] = groups | ({request["group"]} if mine else set())
        facts["runningTasksCount"] = str(running)
        if not compile_expression(constraint["expression"])(facts):
            return False
    return True


def legal(given, picks):
    """The ids that may get the next task: the best, and what is best inside every value that ties."""
    request, instances = given["request"], given["instances"]
    chain = request.get("strategies") or (
        [{"type": "random"}]
        if request["api"] == "RunTask"
        else [
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
            {"type": "spread", "field": "instanceId"},
        ]
    )

    def value(instance, field):
        if field in ("host", "instanceId"):
            return instance["id"]
        return attributes(instance).get(field.removeprefix("attribute:"))

    def best(candidates, chain):
        if not chain or chain[0]["type"] == "random" or not candidates:
            return {each["id"] for each in candidates}
        field, rest = chain[0]["field"], chain[1:]
        if chain[0]["type"] == "binpack":
            left = {
                each["id"]: each[field]
                - sum(t[field] * t["count"] for t in each["tasks"])
                - picks.count(each["id"]) * request[field]
                for each in candidates
            }
            return best([each for each in candidates if left[each["id"]] == min(left.values())], rest)
        counts = {}
        for each in instances:
            counts[value(each, field)] = counts.get(value(each, field), 0) + own(each, request["group"], picks)
        least = min(counts[value(each, field)] for each in candidates)
        values = {value(each, field) for each in candidates if counts[value(each, field)] == least}
        return set().union(*(best([e for e in candidates if value(e, field) == v], rest) for v in values))

    return best([each for each in instances if fits(each, request, picks)], chain)
