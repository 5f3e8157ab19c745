"""Small clusters and requests, drawn by hypothesis as the plain JSON that comes through the door."""

from hypothesis import strategies as st

ZONES = ["eu-north-1a", "eu-north-1b", "eu-north-1c"]
GROUPS = ["service:web", "service:other", "family:job"]
EXPRESSIONS = [
    "attribute:ecs.instance-type == m5.large",
    "attribute:rack exists",
    "not(task:group == service:other)",
    "runningTasksCount < 3",
    "attribute:rack == r1 or attribute:ecs.availability-zone == eu-north-1a",
]

ports = st.lists(st.sampled_from([22, 53, 80, 8080]), unique=True, max_size=2)
strategy = st.one_of(
    st.just({"type": "random"}),
    st.builds(
        lambda field: {"type": "spread", "field": field},
        st.sampled_from(["instanceId", "host", "attribute:ecs.availability-zone", "attribute:rack"]),
    ),
    st.builds(lambda field: {"type": "binpack", "field": field}, st.sampled_from(["cpu", "memory"])),
)
constraint = st.one_of(
    st.just({"type": "distinctInstance"}),
    st.builds(lambda text: {"type": "memberOf", "expression": text}, st.sampled_from(EXPRESSIONS)),
)
tasks = st.fixed_dictionaries(
    {
        "group": st.sampled_from(GROUPS),
        "count": st.integers(0, 2),
        "cpu": st.sampled_from([0, 64, 128]),
        "memory": st.sampled_from([64, 128, 200]),
    },
    optional={
        "tcp": ports,
        "udp": ports,
        "desired": st.sampled_from(["RUNNING", "STOPPED"]),
        "protected": st.booleans(),
        "memory_limit": st.sampled_from([250, 300]),
        "cpu_used": st.integers(0, 200),
    },
)
instance = st.fixed_dictionaries(
    {
        "az": st.sampled_from(ZONES),
        "type": st.sampled_from(["m5.large", "c5.large"]),
        "cpu": st.sampled_from([1024, 1536, 2048]),
        "memory": st.sampled_from([1600, 2000, 3000]),
        "tasks": st.lists(tasks, max_size=3),
    },
    optional={
        "status": st.sampled_from(["ACTIVE", "ACTIVE", "DRAINING", "INACTIVE"]),
        "agent_connected": st.sampled_from([True, True, False]),
        "reserved_tcp": ports,
        "capabilities": st.sampled_from(["all", ["ecs.capability.task-eni"], ["gelf", "ecs.capability.efs"]]),
        "gpus": st.integers(0, 2),
        "task_enis": st.sampled_from([None, 0, 1, 3]),
        "attributes": st.sampled_from([{"rack": "r1"}, {"rack": "r2"}, {"rack": None}, {"team": "x"}]),
    },
)


def _named(instances):
    return [{"id": f"i-{place:02}", **each} for place, each in enumerate(instances)]


clusters = st.lists(instance, max_size=7).map(_named)
requests = st.fixed_dictionaries(
    {
        "api": st.sampled_from(["RunTask", "CreateService"]),
        "count": st.integers(0, 12),
        "group": st.sampled_from(GROUPS),
        "cpu": st.sampled_from([0, 128, 256, 500]),
        "memory": st.sampled_from([0, 128, 300, 512]),
        "network_mode": st.sampled_from(["bridge", "bridge", "host", "awsvpc"]),
    },
    optional={
        "tcp": ports,
        "udp": ports,
        "gpus": st.integers(0, 1),
        "subnet_azs": st.lists(st.sampled_from(ZONES), max_size=2, unique=True),
        "requires": st.sampled_from([[], ["gelf"]]),
        "constraints": st.lists(constraint, max_size=2),
        "strategies": st.lists(strategy, max_size=3),
        "memory_limit": st.just(600),
    },
)
runs = st.fixed_dictionaries({"instances": clusters, "request": requests}, optional={"seed": st.integers(0, 1000)})
scale_ins = st.fixed_dictionaries(
    {"instances": clusters, "group": st.sampled_from(GROUPS), "stop": st.integers(0, 6)},
    optional={"strategies": st.lists(strategy, max_size=3), "seed": st.integers(0, 1000)},
)
