"""Which log of an EKS cluster shows what, and whether it is written.

Sources: EKS user guide (control-plane-logs, logging-using-cloudtrail, fargate-logging), CloudWatch guide
(Container-Insights-setup-logs-FluentBit), section 6.4.
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.eks.rules import Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.ruled import Steps

TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
ELSEWHERE = ("cloudtrail", "application", "host", "dataplane")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that one wants to know of a cluster: in words, the log that shows it, and the fact."""

    words: str
    log: str
    fact: str


QUESTIONS = {
    "api-server-messages": Question("what the API server itself reports", "api", "N140"),
    "who-changed-an-object": Question("which user or component changed an object in the cluster", "audit", "N141"),
    "who-read-a-secret": Question("who read a Kubernetes secret", "audit", "N141"),
    "iam-identity-mapping": Question("how an IAM role became a Kubernetes user", "authenticator", "N142"),
    "login-refused": Question("why an IAM user is not let into the cluster", "authenticator", "N142"),
    "control-loops": Question("what the control loops do, such as that of replica sets", "controllerManager", "N143"),
    "why-pod-unplaced": Question("why no node was found for a pod", "scheduler", "N144"),
    "pod-placement": Question("on which node a pod was placed, and when", "scheduler", "N144"),
    "cluster-created-by": Question("who created the cluster or changed its settings in AWS", "cloudtrail", "A146"),
    "container-output": Question("what an application printed", "application", "N149"),
    "kubelet-messages": Question("what the kubelet of a node reports", "dataplane", "A147"),
    "kernel-messages": Question("what the kernel of a node reports", "host", "A147"),
}
_FIELDS = known("question enabled cluster fluent_bit")


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer eks.log: which log shows what is asked, whether it is there, and where.

    In: `question`, one of `QUESTIONS`; `enabled`, control plane log types that are switched on [none]; `fluent_bit`
    [false], whether it runs on the nodes; `cluster` [prod], its name. Out: `log`, one of the five control plane
    types, cloudtrail, or application, host, dataplane, which come from the nodes; `control_plane`; `recorded`;
    `where`, the log group or null. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    name = fields.choice("question", tuple(QUESTIONS))
    enabled = fields.each("enabled", len(TYPES), _type)
    fluent_bit = fields.boolean("fluent_bit", False)
    cluster = fields.text("cluster", "prod", longest=100)
    question = QUESTIONS[name]
    log = rules.shows.get(name, question.log)
    steps.add("6.4", question.fact, {"question": name}, log, f"The log {log} shows {question.words}.")
    control = log in TYPES
    if control:
        recorded = log in enabled or rules.logs_on_by_default
        state = "on" if recorded else "off, as every type is until it is enabled"
        where = f"/aws/eks/{cluster}/cluster"
        steps.add("6.4", "A142", {"enabled": enabled}, recorded, f"Log type {log} is {state}.")
    elif log == "cloudtrail":
        recorded, where = True, None
        steps.add("6.4", "A146", {}, True, "CloudTrail records calls to the API of EKS without being switched on here.")
    else:
        recorded, where = fluent_bit, f"/aws/containerinsights/{cluster}/{log}"
        text = "Fluent Bit sends it from the nodes." if fluent_bit else "Nothing sends it from the nodes."
        steps.add("6.4", "A147", {"fluent_bit": fluent_bit}, recorded, text)
    return {"log": log, "control_plane": control, "recorded": recorded, "where": where if recorded else None}


def _type(value: object, path: str) -> str:
    text = checked_text(value, path)
    if text not in TYPES:
        raise InputError(path, f"must be one of {', '.join(TYPES)}, not {shown(text)}")
    return text
