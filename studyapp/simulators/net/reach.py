"""Does a request get from the client through the load balancer to the container? Hop by hop.

Sources: ECS developer guide (alb, troubleshoot-service-load-balancers, task-networking-awsvpc), rules LB-1, LB-3 to
LB-7. That a security group lets the answers of what it let in go out again is how security groups work (EC2 guide).
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known
from studyapp.simulators.net.mapping import SETTING, Mapping, read_mapping
from studyapp.simulators.net.rules import INSTANCE, TASK, Rules
from studyapp.simulators.ruled import Steps

SOURCES = ("balancer", "anywhere", "elsewhere")
_FIELDS = known(
    f"{SETTING} target_type listener_port listener_open balancer_zones task_zone instance_rules task_rules listens_on"
)
_RULE = known("from to source")


@dataclass(frozen=True, slots=True)
class _Rule:
    low: int
    high: int
    source: str


def _rule(value: object, path: str) -> _Rule:
    fields = Fields(value, path, _RULE)
    low = fields.integer("from", 0, 65535)
    high = fields.integer("to", 0, 65535, low)
    if high < low:
        raise InputError(fields.at("to"), f"must not be less than {low}, where the rule begins")
    return _Rule(low, high, fields.choice("source", SOURCES, "balancer"))


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer net.reach: can the load balancer reach the task, and if not, at which hop does it end?

    In: the fields of net.mapping; `target_type` of the target group, instance or ip; `listener_port` [80] and
    `listener_open` [true], whether the balancer's own group lets clients in; `balancer_zones` and `task_zone`, both
    or neither; `instance_rules` and `task_rules`, inbound rules {`from`, `to` [= from], `source` balancer [default],
    anywhere, elsewhere} of the two security groups; `listens_on` [container_port], where the application listens.
    Out: `reachable`, true only if it always is; `reaches` always, sometimes (by the port that is picked) or never;
    `stops_at`, the first hop that fails, of listener, target-type, zone, security-group and container, or null;
    `hops` [{`hop`, `open`, `why`}]; `mend`, the smallest change, in words; `rule` {`group`, `from`, `to`, `source`}
    if it is a rule to add, else null. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    mapping = read_mapping(fields, rules, steps)
    listener = fields.integer("listener_port", 1, 65535, 80)
    listener_open = fields.boolean("listener_open", True)
    kind = fields.choice("target_type", ("instance", "ip"))
    zones = fields.each("balancer_zones", 10, checked_text)
    zone = fields.text("task_zone", "") if "task_zone" in fields.values else ""
    if bool(zones) != bool(zone):
        missing = "task_zone" if zones else "balancer_zones"
        raise InputError(missing, "must be given together with the other of balancer_zones and task_zone")
    groups = {
        INSTANCE: fields.each("instance_rules", 50, _rule),
        TASK: fields.each("task_rules", 50, _rule),
    }
    listens = fields.integer("listens_on", 1, 65535, mapping.container_port)
    hops: list[dict[str, Any]] = []

    def hop(name: str, open_: str, why: str, fact: str, rule: str) -> None:
        hops.append({"hop": name, "open": open_, "why": why})
        steps.add(rule, fact, {"hop": name}, open_, why)

    ok = "always" if listener_open else "never"
    lets = f"lets clients in on {listener}" if listener_open else f"lets no client in on {listener}"
    hop("listener", ok, f"The security group of the balancer {lets}.", "A069", "LB-3")
    fits = kind == mapping.target_type or not rules.target_type_matters
    why = f"The target group registers targets of type {kind}; {mapping.network_mode} mode needs {mapping.target_type}."
    hop("target-type", "always" if fits else "never", why, "A068", "LB-1")
    covered = not zone or zone in zones or not rules.zones_matter
    has = "has a" if zone in zones else "has no"
    why = f"The task runs in zone {zone}, where the balancer {has} subnet." if zone else "No zones are given."
    hop("zone", "always" if covered else "never", why, "A070", "LB-7")
    admitted, gap = _admitted(mapping, groups[mapping.open_on], rules)
    why = _group_words(mapping, admitted)
    hop(
        "security-group",
        admitted,
        why,
        "A069" if mapping.open_on == TASK else "N014",
        "LB-5" if mapping.open_on == TASK else "LB-3",
    )
    hears = listens == mapping.container_port
    why = f"The application listens on {listens}, the container port is {mapping.container_port}."
    hop("container", "always" if hears else "never", why, "N012", "8")
    state = "never" if any(each["open"] == "never" for each in hops) else admitted
    stops = next((each["hop"] for each in hops if each["open"] != "always"), None)
    rule = {"group": mapping.open_on, "from": gap[0], "to": gap[1], "source": "balancer"} if gap else None
    mends = {
        None: "",
        "listener": f"Let clients in on port {listener} in the security group of the balancer.",
        "target-type": f"Make a target group of type {mapping.target_type}; the type of one cannot be changed.",
        "zone": f"Enable zone {zone} on the balancer, with a subnet there.",
        "security-group": _mend_words(mapping, gap),
        "container": f"Let the application listen on {mapping.container_port}, or map its port {listens}.",
    }
    return {
        "reachable": state == "always",
        "reaches": state,
        "stops_at": stops,
        "hops": hops,
        "mend": mends[stops],
        "rule": rule if stops == "security-group" else None,
    }


def _admitted(mapping: Mapping, inbound: list[_Rule], rules: Rules) -> tuple[str, tuple[int, int] | None]:
    """Say whether the ports are let in always, sometimes or never, and the smallest range that has to be added."""
    low, high = mapping.ports
    missing: list[tuple[int, int]] = []
    next_port = low
    spans = sorted((rule.low, rule.high) for rule in inbound if rule.source != "elsewhere")
    for begin, end in spans:
        if begin > next_port and next_port <= high:
            missing.append((next_port, min(begin - 1, high)))
        next_port = max(next_port, end + 1)
    if next_port <= high:
        missing.append((next_port, high))
    if not missing:
        return "always", None
    closed = sum(end - begin + 1 for begin, end in missing)
    gap = missing[0][0], missing[-1][1]
    if closed == high - low + 1:
        return "never", gap
    return ("always", None) if rules.part_of_range_is_enough else ("sometimes", gap)


def _group_words(mapping: Mapping, admitted: str) -> str:
    group = "instance's" if mapping.open_on == INSTANCE else "task's"
    low, high = mapping.ports
    ports = f"port {low}" if low == high else f"ports {low} to {high}"
    lets = {
        "always": "lets the balancer in on",
        "sometimes": "lets the balancer in on some of",
        "never": "does not let",
    }
    if admitted == "never":
        return f"The {group} security group does not let the balancer in on {ports}."
    return f"The {group} security group {lets[admitted]} {ports}."


def _mend_words(mapping: Mapping, gap: tuple[int, int] | None) -> str:
    if gap is None:
        return ""
    group = "instance" if mapping.open_on == INSTANCE else "task"
    ports = f"port {gap[0]}" if gap[0] == gap[1] else f"ports {gap[0]} to {gap[1]}"
    return f"Let the security group of the balancer in on {ports}, in the security group of the {group}."
