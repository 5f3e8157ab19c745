"""CPU and memory of a task: their spellings, and the pairs that Fargate takes.

Source: API reference, RegisterTaskDefinitionRequest; ECS developer guide, fargate-tasks-services (2026).
"""

import re

_GIB = 1024  # MiB
FARGATE: dict[int, tuple[int, ...]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(gib * _GIB for gib in range(1, 5)),
    1024: tuple(gib * _GIB for gib in range(2, 9)),
    2048: tuple(gib * _GIB for gib in range(4, 17)),
    4096: tuple(gib * _GIB for gib in range(8, 31)),
    8192: tuple(gib * _GIB for gib in range(16, 61, 4)),
    16384: tuple(gib * _GIB for gib in range(32, 121, 8)),
    32768: (60 * _GIB, 120 * _GIB, 244 * _GIB),
}
WINDOWS_CPU = (1024, 2048, 4096)
EC2_CPU = (128, 196_608)

_UNITS = re.compile(r"[0-9]{1,9}")
_VCPU = re.compile(r"([0-9]{0,6}\.?[0-9]{1,6}) ?vcpu", re.IGNORECASE)
_GB = re.compile(r"([0-9]{0,6}\.?[0-9]{1,6}) ?gb", re.IGNORECASE)


def cpu_units(value: object) -> int | None:
    """Read a task's CPU: 1024, "1024", "1 vCPU" or ".25 vcpu". None if it is none of these."""
    return _size(value, _VCPU)


def mebibytes(value: object) -> int | None:
    """Read a task's memory: 2048, "2048", "2 GB" or "0.5GB". None if it is none of these."""
    return _size(value, _GB)


def _size(value: object, named: re.Pattern[str]) -> int | None:
    if type(value) is int:
        return value
    if not isinstance(value, str):
        return None
    if _UNITS.fullmatch(value):
        return int(value)
    match = named.fullmatch(value)
    return round(float(match[1]) * 1024) if match else None


def spoken(mib: int) -> str:
    """Say an amount of memory."""
    return f"{mib // _GIB} GB" if mib % _GIB == 0 else f"{mib} MiB"


def memory_for(cpu: int) -> str:
    """Say which memory goes with a CPU size on Fargate."""
    sizes = FARGATE[cpu]
    if len(sizes) <= 4:
        return ", ".join(map(spoken, sizes))
    return f"{spoken(sizes[0])} to {spoken(sizes[-1])} in steps of {spoken(sizes[1] - sizes[0])}"
