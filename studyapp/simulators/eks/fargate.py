"""How large the Fargate pod is that holds some containers.

Source: EKS user guide (fargate-pod-configuration), section 6.2.
"""

from fractions import Fraction
from typing import Any

from studyapp.simulators.eks.rules import Rules
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, optional_number

MOST_CONTAINERS = 100
SIZES: tuple[tuple[Fraction, tuple[Fraction, ...]], ...] = tuple(
    (Fraction(vcpu), tuple(Fraction(memory) for memory in memories))
    for vcpu, memories in (
        ("1/4", ("1/2", 1, 2)),
        ("1/2", range(1, 5)),
        (1, range(2, 9)),
        (2, range(4, 17)),
        (4, range(8, 31)),
        (8, range(16, 61, 4)),
        (16, range(32, 121, 8)),
    )
)
type Need = tuple[Fraction, Fraction]


def _container(value: object, path: str) -> Need:
    fields = Fields(value, path, known("vcpu memory_gb"))
    return optional_number(fields, "vcpu", 0, 1_000) or Fraction(0), optional_number(
        fields, "memory_gb", 0, 10_000
    ) or Fraction(0)


def _told(value: Fraction) -> str:
    return f"{float(value):g}"


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer eks.fargate_size: the size of the pod that EKS makes on Fargate.

    In: `containers` and `init_containers` [none], each {`vcpu`, `memory_gb`} as requested, absent meaning nothing.
    Out: `vcpu`, `memory_gb` of the size, both null if none is large enough; `needed_vcpu`, `needed_memory_gb` before
    rounding, with what EKS adds. Raises InputError. Source: that of the module.
    """
    fields = Fields(input, "", known("containers init_containers"))
    containers = fields.each("containers", MOST_CONTAINERS, _container, None)
    first = fields.each("init_containers", MOST_CONTAINERS, _container)
    needed: list[Fraction] = []
    for place, name in enumerate(("vCPU", "GB of memory")):
        running = [each[place] for each in containers]
        starting = [each[place] for each in first] if rules.init_containers_count else []
        together = sum(running, Fraction(0)) if rules.containers_add_up else max(running, default=Fraction(0))
        before = sum(starting, Fraction(0)) if rules.init_containers_add_up else max(starting, default=Fraction(0))
        amount = max(together, before)
        text = (
            f"{_told(amount)} {name}: the containers ask for {_told(together)} together, the largest init container for"
            f" {_told(before)}."
        )
        steps.add("6.2", "A130", {"containers": float(together), "init": float(before)}, float(amount), text)
        needed.append(amount)
    needed[1] += Fraction(rules.overhead_mib, 1024)
    added = f"With the {rules.overhead_mib} MB that EKS adds it is {_told(needed[1])} GB."
    steps.add("6.2", "A130", {"overhead_mib": rules.overhead_mib}, float(needed[1]), added)
    size = _size(needed[0], needed[1], rules)
    if size is None:
        steps.add("6.2", "A130", {}, None, "No size is large enough: the pod stays pending.")
    else:
        text = f"The smallest size that holds both is {_told(size[0])} vCPU with {_told(size[1])} GB."
        steps.add("6.2", "A130", {}, [float(size[0]), float(size[1])], text)
    return {
        "vcpu": None if size is None else float(size[0]),
        "memory_gb": None if size is None else float(size[1]),
        "needed_vcpu": float(needed[0]),
        "needed_memory_gb": float(needed[1]),
    }


def _size(vcpu: Fraction, memory: Fraction, rules: Rules) -> Need | None:
    if rules.rounds_up:
        fitting = ((cpu, each) for cpu, memories in SIZES if cpu >= vcpu for each in memories if each >= memory)
        return next(fitting, None)
    cpu, memories = next(((cpu, memories) for cpu, memories in SIZES if cpu >= vcpu), SIZES[-1])
    return cpu, max((each for each in memories if each <= memory), default=memories[0])
