"""Does a storage driver work on a kind of compute, and if not, what would?

Sources: EKS user guide (ebs-csi, efs-csi, fsx-csi, fsx-ontap, fsx-openzfs-csi, s3-csi, fargate), section 6.3.
"""

from typing import Any

from studyapp.simulators.eks.rules import DRIVERS, Rules
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps

COMPUTE = ("managed_node_group", "self_managed", "auto_mode", "fargate", "hybrid")
WAYS = ("dynamic", "static")
SYSTEMS = ("linux", "windows")
WORDS = {
    "managed_node_group": "a managed node group",
    "self_managed": "self-managed nodes",
    "auto_mode": "Auto Mode",
    "fargate": "Fargate",
    "hybrid": "hybrid nodes",
}
_FIELDS = known("driver compute provisioning os")


def against(driver: str, compute: str, way: str, system: str, rules: Rules) -> list[tuple[str, str, str]]:
    """Give what speaks against a combination: (what, fact, sentence), the first of them first to be met."""
    found = []
    name = DRIVERS[driver].name
    if compute == "hybrid" and not rules.hybrid_mounts:
        found.append(("hybrid", "A125", f"{name} volumes cannot be mounted on hybrid nodes, which are not in AWS."))
    if compute == "fargate" and driver not in rules.fargate_mounts:
        fact = "A133" if driver == "ebs" else DRIVERS[driver].fact
        found.append(("fargate", fact, f"{name} volumes cannot be mounted by pods on Fargate; only EFS volumes can."))
    elif compute == "fargate" and way not in rules.fargate_ways:
        text = "On Fargate EFS works with static provisioning alone: the file system must exist beforehand."
        found.append(("fargate-dynamic", "N129", text))
    if way == "dynamic" and driver in rules.only_static:
        found.append(
            ("static-only", "A139", f"{name} presents a bucket that exists; it does not make one for a claim.")
        )
    if system == "windows":
        if driver in rules.not_on_windows:
            found.append(("windows", DRIVERS[driver].fact, f"{name} does not work with Windows nodes."))
        if compute in ("fargate", "auto_mode"):
            where = WORDS[compute]
            found.append(("windows-compute", "A129", f"There are no Windows nodes on {where}."))
    return found


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer eks.storage: does the driver work on that compute, provisioned that way?

    In: `driver` ebs, efs, fsx_lustre, fsx_ontap, fsx_openzfs, s3_mountpoint; `compute` managed_node_group,
    self_managed, auto_mode, fargate, hybrid; `provisioning` dynamic or static; `os` linux [default] or windows. Out:
    `works`; `because`, the first thing that speaks against it (hybrid, fargate, fargate-dynamic, static-only,
    windows, windows-compute), or null; `reasons`, all of them in words; `instead`, other drivers that would work in
    that place. ONTAP and OpenZFS on Fargate are not stated and inferred. Raises InputError.
    Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    driver = fields.choice("driver", tuple(DRIVERS))
    compute = fields.choice("compute", COMPUTE)
    way = fields.choice("provisioning", WAYS)
    system = fields.choice("os", SYSTEMS, "linux")
    found = against(driver, compute, way, system, rules)
    for what, fact, text in found:
        steps.add("6.3", fact, {"driver": driver, "compute": compute, "provisioning": way}, what, text)
    if not found:
        where = f"{WORDS[compute]} with {way} provisioning"
        steps.add("6.3", DRIVERS[driver].fact, {"driver": driver}, True, f"{DRIVERS[driver].name} works on {where}.")
    return {
        "works": not found,
        "because": found[0][0] if found else None,
        "reasons": [text for _, _, text in found],
        "instead": [other for other in DRIVERS if other != driver and not against(other, compute, way, system, rules)]
        if found
        else [],
    }
