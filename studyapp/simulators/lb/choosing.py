"""Which load balancer fits a described need?

Sources: those of `rules`.
"""

from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.lb.rules import KINDS, NEEDS, Rules
from studyapp.simulators.ruled import Steps

_FIELDS = known("needs launch_type network_mode")


def _need(value: object, path: str) -> str:
    if not isinstance(value, str) or value not in NEEDS:
        raise InputError(path, f"must be one of {', '.join(NEEDS)}, not {shown(value)}")
    return value


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer lb.choose: which load balancers do all that a service needs, and which of them is advised?

    In: `needs`, a list of http-rules, several-target-groups, dynamic-host-ports, tcp, udp, extreme-throughput,
    privatelink, fixed-address and appliances; `launch_type` EC2 [default], FARGATE or MANAGED_INSTANCES;
    `network_mode` bridge [on EC2], host or awsvpc [elsewhere]. Out: `fits`, of alb, nlb, gwlb and clb, in the order
    of AWS's advice; `choice`, the first of them, or null; `why_not` {kind: words}; `target_type` instance or ip.
    Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    needs = fields.each("needs", len(NEEDS), _need)
    launch = fields.choice("launch_type", ("EC2", "FARGATE", "MANAGED_INSTANCES"), "EC2")
    mode = fields.choice("network_mode", ("bridge", "host", "awsvpc"), "bridge" if launch == "EC2" else "awsvpc")
    if launch == "FARGATE" and mode != "awsvpc":
        raise InputError("network_mode", f"must be awsvpc on Fargate, not {mode}")
    if "dynamic-host-ports" in needs and mode != "bridge":
        raise InputError("needs", f"must not hold dynamic-host-ports in {mode} mode; only bridge mode has them")
    fits = list(rules.order)
    why_not: dict[str, str] = {}
    if mode == "awsvpc":
        where = "on Fargate" if launch == "FARGATE" else "in awsvpc mode"
        _drop(fits, rules.with_awsvpc, "N053", f"does not work {where}", why_not, steps)
    if "appliances" not in needs:
        others = frozenset(KINDS) - {"gwlb"}
        _drop(fits, others, "N053", "is for virtual appliances", why_not, steps)
    for name in dict.fromkeys(needs):
        need = rules.needs[name]
        _drop(fits, need.by, need.fact, f"does not do this: {need.words}", why_not, steps)
    chosen = fits[0] if fits else None
    said = f"{KINDS[chosen]}: the one to take." if chosen else "None does all of it."
    steps.add("LB-9", "N051", {"fits": list(fits)}, chosen, said)
    target = rules.awsvpc_target if mode == "awsvpc" else "instance"
    steps.add("LB-1", "A068", {"network_mode": mode}, target, f"In {mode} mode the targets are of type {target}.")
    return {"fits": fits, "choice": chosen, "why_not": why_not, "target_type": target}


def _drop(fits: list[str], kept: frozenset[str], fact: str, why: str, why_not: dict[str, str], steps: Steps) -> None:
    for kind in [kind for kind in fits if kind not in kept]:
        fits.remove(kind)
        why_not[kind] = f"{'An' if kind == 'alb' else 'A'} {KINDS[kind]} {why}."
        steps.add("6.6", fact, {"kind": kind}, False, why_not[kind])
