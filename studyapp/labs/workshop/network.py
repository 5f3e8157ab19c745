"""The lab of ports and reachability."""

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field, Rows
from studyapp.labs.workshop.lab import Bench, Example, Lab

_PLACE = (
    Field("launch_type", "launchType", "choice", ("EC2", "FARGATE", "MANAGED_INSTANCES", "EXTERNAL")),
    Field("network_mode", "networkMode", "choice", ("bridge", "host", "awsvpc", "default"), optional=True),
    Field("container_port", "containerPort"),
    Field("host_port", "hostPort", optional=True, help="Empty or 0: none is given."),
    Field("ip_local_port_range", "Ephemeral range of the instance", "numbers", optional=True,
          help="Two ports; empty if it cannot be read."),
)  # fmt: skip
_RULE = (
    Field("from", "from"), Field("to", "to", optional=True),
    Field("source", "source", "choice", ("balancer", "anywhere", "elsewhere")),
)  # fmt: skip
_BRIDGE = {
    "launch_type": "EC2", "network_mode": "bridge", "container_port": 8080, "ip_local_port_range": [32768, 60999],
    "target_type": "instance", "listener_port": 443, "listener_open": True,
    "balancer_zones": ["eu-west-1a", "eu-west-1b"], "task_zone": "eu-west-1a", "instance_rules": [], "task_rules": [],
}  # fmt: skip
_AWSVPC = {
    "launch_type": "FARGATE", "network_mode": "awsvpc", "container_port": 8080, "target_type": "ip",
    "listener_port": 443, "listener_open": True, "balancer_zones": ["eu-west-1a", "eu-west-1b"],
    "task_zone": "eu-west-1a", "instance_rules": [], "task_rules": [{"from": 8080, "source": "balancer"}],
}  # fmt: skip

NETWORK = Lab(
    "network", "Can the load balancer reach the task?",
    "Ports, target types, zones and security groups, hop by hop. Close a door and see what mends it.",
    "load-balancing",
    (
        Bench("net.reach", "The path",
              (*_PLACE, Field("target_type", "Target type of the target group", "choice", ("instance", "ip")),
               Field("listener_port", "Listener port", optional=True),
               Field("listener_open", "The balancer lets clients in", "flag", default=True),
               Field("balancer_zones", "Zones of the balancer", "words", optional=True),
               Field("task_zone", "Zone of the task", "word", optional=True),
               Rows("instance_rules", "Inbound rules of the instance's security group", _RULE, "rule"),
               Rows("task_rules", "Inbound rules of the task's security group", _RULE, "rule"),
               Field("listens_on", "The application listens on", optional=True)),
              "reaches", "Does it reach the task: always, sometimes or never?", boards.path_to_task, hidden=("hops",)),
        Bench("net.mapping", "Where the port is", _PLACE, "open_on", "Whose security group must be opened?",
              boards.mapping),
    ),
    (
        Example("range-closed", "Dynamic ports, a closed range", "Only 8080 is open, and that is not where it is.",
                "N014", "net.reach", {**_BRIDGE, "instance_rules": [{"from": 8080, "source": "balancer"}]}),
        Example("range-open", "The whole range open", "Whichever port is picked, the balancer gets there.", "N013",
                "net.reach", {**_BRIDGE, "instance_rules": [{"from": 32768, "to": 60999, "source": "balancer"}]}),
        Example("sometimes", "Half of the range", "It works until a task starts on a port of the other half.", "N014",
                "net.reach", {**_BRIDGE, "instance_rules": [{"from": 32768, "to": 49152, "source": "balancer"}]}),
        Example("fargate", "On Fargate", "The task has an address and a security group of its own.", "A069",
                "net.reach", _AWSVPC),
        Example("wrong-target", "The wrong target type", "A task in awsvpc mode is no instance.", "A068", "net.reach",
                {**_AWSVPC, "target_type": "instance"}),
        Example("wrong-zone", "A zone without the balancer", "The target there never becomes healthy.", "A070",
                "net.reach", {**_AWSVPC, "task_zone": "eu-west-1c"}),
        Example("fixed", "A fixed host port", "One port to open, and one copy on an instance.", "N012", "net.mapping",
                {"launch_type": "EC2", "network_mode": "bridge", "container_port": 80, "host_port": 8080}),
        Example("dynamic", "No host port", "Picked at the start: several copies share an instance.", "N013",
                "net.mapping", {"launch_type": "EC2", "network_mode": "bridge", "container_port": 80,
                                "ip_local_port_range": [32768, 60999]}),
    ),
    reads="A task definition, as register-task-definition takes it or describe-task-definition prints it",
)  # fmt: skip
