"""What decides about log drivers. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: API reference (LogConfiguration, FirelensConfiguration), ECS developer guide (using_awslogs, using_firelens,
task_execution_IAM_role, instance_IAM_role), README of the container agent (`ECS_AVAILABLE_LOGGING_DRIVERS`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DRIVERS = ("awslogs", "splunk", "awsfirelens", "json-file", "fluentd", "gelf", "journald", "syslog")
LAUNCH_TYPES = ("EC2", "FARGATE", "MANAGED_INSTANCES", "EXTERNAL")
MODES = ("blocking", "non-blocking")
_EVERYWHERE = frozenset(("awslogs", "splunk", "awsfirelens"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of log drivers."""

    on: Mapping[str, frozenset[str]] = MappingProxyType(
        {
            "EC2": frozenset(DRIVERS),
            "EXTERNAL": frozenset(DRIVERS),
            "FARGATE": _EVERYWHERE,
            "MANAGED_INSTANCES": _EVERYWHERE | {"json-file"},
        }
    )  # section 12
    required: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {"awslogs": ("awslogs-group", "awslogs-region"), "splunk": ("splunk-url", "splunk-token")}
    )
    prefix_required_on: frozenset[str] = frozenset(("FARGATE",))
    secrets_count: bool = True  # an option may come from secretOptions
    default_mode: str = "non-blocking"  # since 25 June 2025
    account_decides_first: bool = False  # the container's own option does
    must_be_offered: bool = True  # 2.5: by ECS_AVAILABLE_LOGGING_DRIVERS of the instance
    router_must_be_offered: bool = False  # awsfirelens registers by itself
    group_is_made: bool = False  # without awslogs-create-group
    writes: str = "execution"  # whose permissions the awslogs driver uses on Fargate
    router_sends: str = "task"  # whose permissions the router uses
    creating_needs_right: bool = True  # awslogs-create-group takes logs:CreateLogGroup
    router_needed: bool = True  # awsfirelens takes a container that routes


TRUTH = Rules()
