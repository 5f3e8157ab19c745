"""Has a storage driver the permissions to make a volume, and if not, what is seen and what mends it?

Sources: EKS user guide (ebs-csi, efs-csi, pod-identities, iam-roles-for-service-accounts), section 6.3.
"""

from typing import Any

from studyapp.simulators.eks.rules import Rules
from studyapp.simulators.fields import Fields, checked_text, known
from studyapp.simulators.ruled import Steps

ACCOUNTS = {"ebs": "ebs-csi-controller-sa", "efs": "efs-csi-controller-sa"}
POLICIES = {
    "ebs": ("AmazonEBSCSIDriverPolicyV2", "AmazonEBSCSIDriverPolicy"),
    "efs": ("AmazonEFSCSIDriverPolicy",),
}
IDENTITIES = ("pod_identity", "irsa", "none")
TRUST = {"pod_identity": "pods.eks.amazonaws.com", "irsa": "the OIDC provider of the cluster"}
_FIELDS = known(
    "driver identity service_account policies node_policies metadata_reachable customer_key key_permissions"
)


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer eks.driver: can the driver's controller make a volume?

    In: `driver` ebs or efs; `identity` of the role, pod_identity, irsa or none; `service_account` it is given to
    [the controller's]; `policies` of that role [none]; `node_policies` of the nodes' role [none] and
    `metadata_reachable` [false], whether pods get at it; `customer_key` and `key_permissions` [false], a KMS key of
    your own and the rights to it. Out: `provisions`; `acts_as` controller-role, node-role or null; `trust`, who must
    be able to take the role, or null; `error`, UnauthorizedOperation or null; `fix`. Raises InputError.
    Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    driver = fields.choice("driver", tuple(ACCOUNTS), "ebs")
    identity = fields.choice("identity", IDENTITIES)
    account = fields.text("service_account", ACCOUNTS[driver])
    policies = fields.each("policies", 20, checked_text)
    node_policies = fields.each("node_policies", 20, checked_text)
    reachable = fields.boolean("metadata_reachable", False)
    customer_key, key_rights = fields.boolean("customer_key", False), fields.boolean("key_permissions", False)
    wanted = POLICIES[driver]
    given_to_it = identity != "none" and (rules.any_account_serves or account == ACCOUNTS[driver])
    if given_to_it and not rules.node_role_serves:
        acts: str | None = "controller-role"
        text = f"The role is given to {account}, the service account of the driver's controller."
    elif (reachable and rules.falls_back) or rules.node_role_serves:
        acts = "node-role"
        text = "The controller has no role of its own; it falls back to that of the node, whose metadata it reaches."
    else:
        acts = None
        text = f"No role is given to {ACCOUNTS[driver]}, the service account of the driver's controller."
    steps.add("6.3", "N136", {"service_account": account, "identity": identity}, acts, text)
    held = policies if acts == "controller-role" else node_policies if acts else []
    has = rules.installing_grants or any(policy.removeprefix("service-role/") in wanted for policy in held)
    if acts:
        text = f"It {'has' if has else 'lacks'} the permissions of {wanted[0]}."
        steps.add("6.3", "A138", {"policies": held}, has, text)
    key_ok = not customer_key or key_rights or not rules.key_rights_needed
    if customer_key:
        text = f"The volume is under a KMS key of your own; the role {'may' if key_rights else 'may not'} use it."
        steps.add("6.3", "A138", {"key_permissions": key_rights}, key_rights, text)
    works = (rules.installing_grants or bool(acts)) and has and key_ok
    if works:
        fix = ""
    elif not given_to_it:
        fix = f"Give a role with {wanted[0]} to {ACCOUNTS[driver]} in kube-system, by EKS Pod Identity or IRSA."
    elif not has:
        fix = f"Attach {wanted[0]} to the role of {account}."
    else:
        fix = "Allow the role to use the KMS key."
    steps.add(
        "6.3", "N137", {}, works, "The volume is made." if works else "The call is refused: UnauthorizedOperation."
    )
    return {
        "provisions": works,
        "acts_as": acts,
        "trust": TRUST.get(identity),
        "error": None if works else "UnauthorizedOperation",
        "fix": fix,
    }
