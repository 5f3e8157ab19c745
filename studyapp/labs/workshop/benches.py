"""The labs of the workshop. Another one is a module that declares it, and its name in `LABS`."""

from collections.abc import Mapping

from studyapp.labs.workshop.kubernetes import KUBERNETES
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.labs.workshop.logs import LOGS
from studyapp.labs.workshop.network import NETWORK
from studyapp.labs.workshop.registry import REGISTRY
from studyapp.labs.workshop.roles import ROLES
from studyapp.labs.workshop.running import CAPACITY, DEPLOYMENT, IMAGE, SCALING
from studyapp.labs.workshop.storage import STORAGE
from studyapp.simulators.door import simulate

_ALL = (DEPLOYMENT, IMAGE, SCALING, CAPACITY, NETWORK, ROLES, REGISTRY, KUBERNETES, STORAGE, LOGS)
LABS: Mapping[str, Lab] = {lab.key: lab for lab in _ALL}
OF_FAMILY: Mapping[str, tuple[Lab, Bench]] = {
    bench.family: (lab, bench) for lab in LABS.values() for bench in lab.benches
}


def facts_of(example: Example) -> list[str]:
    """Give the facts that the steps of an example teach, each once."""
    answer = simulate(example.family, dict(example.given), trace=True)
    steps = answer.get("steps", answer.get("trace", ()))
    return list(dict.fromkeys(step["fact"] for step in steps if isinstance(step, dict) and step.get("fact")))
