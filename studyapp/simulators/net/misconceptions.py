"""Wrong rules about ports and reachability that people believe, each the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.net.rules import INSTANCE, TASK, TRUTH
from studyapp.simulators.ruled import Misconception, named

_FIXED = Misconception(
    "host_port_is_the_container_port",
    "Without a host port, the host port is the container port.",
    "N013",
    "In bridge mode a port left out is picked from the ephemeral range when the task starts.",
    replace(TRUTH, bridge_is_dynamic=False),
)
_CONTAINER = Misconception(
    "container_port_must_be_open",
    "The security group must open the container port.",
    "N014",
    "In bridge mode traffic arrives at the host port, so that is what must be open.",
    replace(TRUTH, opens_container_port=True),
)
_INSTANCE_GROUP = Misconception(
    "instance_group_guards_awsvpc",
    "The security group of the instance guards every task on it.",
    "A069",
    "In awsvpc mode a task has an interface and security groups of its own.",
    replace(TRUTH, awsvpc_group=INSTANCE),
)
_TASK_GROUP = Misconception(
    "task_group_guards_bridge",
    "Every task has a security group of its own.",
    "A069",
    "Only in awsvpc mode; in bridge and host mode the way leads through the instance's group.",
    replace(TRUTH, bridge_group=TASK),
)
_INSTANCE_TARGET = Misconception(
    "awsvpc_registers_instances",
    "On EC2 the target is always the instance.",
    "A068",
    "In awsvpc mode the task's own IP address is the target, on EC2 too.",
    replace(TRUTH, awsvpc_target="instance"),
)
MAPPING = named(
    _FIXED,
    _CONTAINER,
    _INSTANCE_GROUP,
    _TASK_GROUP,
    _INSTANCE_TARGET,
    Misconception(
        "awsvpc_ports_are_picked",
        "On Fargate and in awsvpc mode a host port is picked too, if none is given.",
        "N015",
        "The task has its own address, so its container port is free; nothing has to be picked.",
        replace(TRUTH, awsvpc_is_dynamic=True),
    ),
    Misconception(
        "one_copy_per_instance",
        "Only one copy of a task with a port fits on an instance.",
        "N013",
        "That is so with a fixed host port; with picked ones CPU and memory are the limit.",
        replace(TRUTH, dynamic_copies="1"),
    ),
)
REACH = named(
    _FIXED,
    _CONTAINER,
    _INSTANCE_GROUP,
    _TASK_GROUP,
    _INSTANCE_TARGET,
    Misconception(
        "target_type_does_not_matter",
        "Targets of type instance and ip serve any task.",
        "A068",
        "In awsvpc mode the type must be ip, in bridge and host mode instance.",
        replace(TRUTH, target_type_matters=False),
    ),
    Misconception(
        "any_zone_will_do",
        "A load balancer reaches targets in zones where it has no subnet.",
        "A070",
        "A target in a zone that the balancer does not cover never becomes healthy.",
        replace(TRUTH, zones_matter=False),
    ),
    Misconception(
        "part_of_the_range_is_enough",
        "It is enough to open the port on which a task happens to run.",
        "N014",
        "The next task gets another port: all of the range must be open.",
        replace(TRUTH, part_of_range_is_enough=True),
    ),
)
