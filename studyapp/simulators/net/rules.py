"""What decides how a load balancer reaches a task. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (alb, networking-networkmode-*, task-networking-awsvpc), API reference (PortMapping,
LoadBalancer).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of ports, target types and security groups."""

    bridge_is_dynamic: bool = True  # section 8: host port 0 or none means a port picked at the start
    awsvpc_is_dynamic: bool = False  # an interface of its own needs no picked port
    awsvpc_target: str = "ip"  # LB-1: what is registered
    awsvpc_group: str = "task-security-group"  # LB-5: whose rules guard the way
    bridge_group: str = "instance-security-group"  # LB-3, LB-4
    opens_container_port: bool = False  # LB-4: the host port is what is reached from outside
    dynamic_copies: str = "cpu-memory-limit"  # several copies share an instance
    target_type_matters: bool = True  # LB-1: the target group must be of the type that the mode needs
    zones_matter: bool = True  # LB-7: the balancer must be in the task's zone
    part_of_range_is_enough: bool = False  # LB-3: every port that might be picked must be open


TRUTH = Rules()
INSTANCE, TASK = "instance-security-group", "task-security-group"
