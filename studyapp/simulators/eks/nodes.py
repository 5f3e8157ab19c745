"""Which kinds of nodes meet what a workload needs.

Sources: EKS user guide (managed-node-groups, worker, fargate, automode, hybrid-nodes-overview), section 6.2.
"""

from typing import Any

from studyapp.simulators.eks.rules import Rules
from studyapp.simulators.eks.storage import COMPUTE, WORDS
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.ruled import Steps

_EC2 = frozenset(("managed_node_group", "self_managed", "auto_mode"))
_YOURS = frozenset(("managed_node_group", "self_managed"))
_ALL = frozenset(COMPUTE)
_MACHINES = _ALL - {"fargate"}
# What a workload may need: in words, the kinds that give it, and the fact.
NEEDS: dict[str, tuple[str, frozenset[str], str]] = {
    "daemonset": ("a DaemonSet", _MACHINES, "A127"),
    "privileged": ("a privileged container", _MACHINES, "A127"),
    "host_network": ("the network of the host", _MACHINES, "A127"),
    "gpu": ("a GPU", _MACHINES, "A129"),
    "arm": ("an Arm processor", _MACHINES, "A129"),
    "spot": ("Spot capacity", _EC2, "A129"),
    "spot_and_on_demand_in_one_group": (
        "Spot and On-Demand in one group", frozenset(("self_managed", "auto_mode")), "N123"
    ),
    "windows": ("Windows nodes", _YOURS, "A129"),
    "ebs": ("EBS volumes", _EC2, "A133"),
    "efs": ("EFS volumes", _EC2 | {"fargate"}, "N129"),
    "ssh": ("a shell on the node", _YOURS | {"hybrid"}, "A124"),
    "custom_ami": ("an AMI of your own", _YOURS, "N125"),
    "nothing_to_patch": ("no machine that you patch", frozenset(("fargate", "auto_mode")), "A123"),
    "kernel_of_its_own": ("a kernel for each pod alone", frozenset(("fargate",)), "N126"),
    "own_premises": ("machines on your own premises", frozenset(("hybrid",)), "A125"),
}  # fmt: skip


def _need(value: object, path: str) -> str:
    text = checked_text(value, path)
    if text not in NEEDS:
        raise InputError(path, f"must be one of {', '.join(NEEDS)}, not {shown(text)}")
    return text


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer eks.nodes: which kinds of nodes give all that is needed.

    In: `needs`, some of `NEEDS`. Out: `fits`, kinds of compute as in eks.storage; `against` {kind: needs that it does
    not meet}. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", known("needs"))
    wanted = fields.each("needs", len(NEEDS), _need, None)
    lacking: dict[str, list[str]] = {kind: [] for kind in COMPUTE}
    for name in dict.fromkeys(wanted):
        words, kinds, fact = NEEDS[name]
        if rules.hybrid_mounts and name in ("ebs", "efs"):
            kinds = kinds | {"hybrid"}
        if name == "ebs" and "ebs" in rules.fargate_mounts:
            kinds = kinds | {"fargate"}
        if name in rules.shows:
            kinds = kinds | {rules.shows[name]}
        without = [kind for kind in COMPUTE if kind not in kinds]
        for kind in without:
            lacking[kind].append(name)
        named = ", ".join(WORDS[kind] for kind in COMPUTE if kind in kinds)
        steps.add(
            "6.2",
            fact,
            {"need": name},
            [kind for kind in COMPUTE if kind in kinds],
            f"{words[0].upper()}{words[1:]}: {named}.",
        )
    return {
        "fits": [kind for kind in COMPUTE if not lacking[kind]],
        "against": {kind: names for kind, names in lacking.items() if names},
    }
