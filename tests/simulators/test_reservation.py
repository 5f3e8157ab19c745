"""What a task takes from a container instance."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "reservation.json").read_text())["vectors"]


def reserve(*containers, **more):
    return simulate("task.reserve", {"containers": list(containers), **more})


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_an_example_of_the_interface(vector):
    answer = simulate("task.reserve", vector["input"])
    assert {key: answer[key] for key in vector["expect"]} == vector["expect"]


@pytest.mark.parametrize(
    ("given_", "memory"),
    [
        ({"containers": [{"memory": 1024, "memoryReservation": 512}, {"memory": 512}]}, 1024),
        ({"task_memory": 2048, "containers": [{"memory": 1024, "memoryReservation": 512}, {"memory": 512}]}, 2048),
        ({"containers": [{"memory": 300, "memoryReservation": 128}]}, 128),
        ({"containers": [{"memoryReservation": 128}]}, 128),
        ({"task_memory": None, "containers": [{"memory": 300, "memoryReservation": None}]}, 300),
        ({"task_memory": 512, "os": "windows", "containers": [{"memory": 300}]}, 300),
        ({"task_memory": 512}, 512),
    ],
)
def test_memory(given_, memory):
    assert simulate("task.reserve", given_)["memory"] == memory


def test_cpu_and_memory_are_looked_at_separately():
    answer = reserve({"cpu": 100, "memory": 50}, {"memory": 60}, task_memory=512)
    assert (answer["cpu"], answer["memory"]) == (100, 512)
    answer = reserve({"cpu": 100, "memory": 50}, {"memory": 60}, task_cpu=256)
    assert (answer["cpu"], answer["memory"]) == (256, 110)


@pytest.mark.parametrize(
    ("mode", "ports", "tcp", "udp", "enis"),
    [
        ("bridge", [{"containerPort": 80}, {"containerPort": 81, "hostPort": 0}], [], [], 0),
        ("bridge", [{"containerPort": 80, "hostPort": 8080}], [8080], [], 0),
        ("bridge", [{"containerPort": 53, "hostPort": 53, "protocol": "udp"}], [], [53], 0),
        ("bridge", [{"containerPort": 53, "hostPort": 53, "protocol": "UDP"}], [53], [], 0),
        ("bridge", [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 8}], [8, 9], [], 0),
        ("bridge", [{"containerPortRange": "8000-8010"}], [], [], 0),
        ("host", [{"containerPort": 80}, {"containerPort": 53, "protocol": "udp"}], [80], [53], 0),
        ("host", [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 0}], [80, 81], [], 0),
        ("awsvpc", [{"containerPort": 80, "hostPort": 80}], [], [], 1),
        ("awsvpc", [], [], [], 1),
        ("none", [], [], [], 0),
    ],
)
def test_ports_and_interfaces(mode, ports, tcp, udp, enis):
    answer = reserve({"memory": 64, "ports": ports}, network_mode=mode)
    assert (answer["tcp"], answer["udp"], answer["enis"]) == (tcp, udp, enis)
    assert answer["remarks"] == []


@pytest.mark.parametrize(
    ("mode", "container", "part"),
    [
        ("host", {"memory": 6, "ports": [{"containerPort": 80, "hostPort": 81}]}, "must be the container port"),
        ("none", {"memory": 6, "ports": [{"containerPort": 80}]}, "no port mappings"),
        ("bridge", {"cpu": 10}, "Memory is missing"),
        (
            "bridge",
            {"memory": 6, "ports": [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9}]},
            "wanted twice",
        ),
    ],
)
def test_what_aws_would_not_take_is_remarked(mode, container, part):
    assert part in " ".join(reserve(container, network_mode=mode)["remarks"])


@pytest.mark.parametrize(
    ("misconception", "given_", "key", "wrong"),
    [
        ("hard-limit", {"containers": [{"memory": 300, "memoryReservation": 128}]}, "memory", 300),
        ("containers-always", {"task_memory": 2048, "containers": [{"memory": 300}]}, "memory", 300),
        ("dynamic-port-taken", {"containers": [{"memory": 6, "ports": [{"containerPort": 80}]}]}, "tcp", [80]),
        (
            "awsvpc-ports",
            {"network_mode": "awsvpc", "containers": [{"memory": 6, "ports": [{"containerPort": 80}]}]},
            "tcp",
            [80],
        ),
    ],
)
def test_a_misconception_reserves_otherwise(misconception, given_, key, wrong):
    assert simulate("task.reserve", given_, misconception=misconception)[key] == wrong
    assert simulate("task.reserve", given_)[key] != wrong


def test_the_steps_add_up_and_name_the_containers():
    given_ = {
        "containers": [{"name": "web", "cpu": 1, "memory": 10}, {"name": "log", "memoryReservation": 5, "memory": 9}]
    }
    steps = simulate("task.reserve", given_, trace=True)["trace"]
    memory = next(step for step in steps if step["about"] == "memory")
    assert memory["numbers"] == {"web": 10, "log": 5}
    assert memory["result"] == 15
    assert memory["text"].startswith("Memory: the task has no size, so its containers' 10 + 5 = 15 MiB")


def test_containers_of_one_name_are_still_two():
    assert reserve({"name": "a", "memory": 10}, {"name": "a", "memory": 10})["memory"] == 20


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"task_cpu": "1024"}, "task_cpu"),
        ({"task_cpu": -1}, "task_cpu"),
        ({"network_mode": "nat"}, "network_mode"),
        ({"containers": {}}, "containers"),
        ({"containers": [{"memory": 1.5}]}, "containers[0].memory"),
        ({"containers": [{"ports": [{"containerPort": 0}]}]}, "containers[0].ports[0].containerPort"),
        ({"containers": [{"ports": [{"hostPort": 70000}]}]}, "containers[0].ports[0].hostPort"),
        ({"container": []}, "container"),
    ],
)
def test_a_bad_input_names_its_field(given_, field):
    with pytest.raises(InputError) as caught:
        simulate("task.reserve", given_)
    assert caught.value.field == field


sizes = st.none() | st.integers(1, 5000)
containers = st.lists(st.fixed_dictionaries({"cpu": sizes, "memory": sizes, "memoryReservation": sizes}), max_size=5)


@given(sizes, sizes, containers)
def test_a_size_stands_above_the_sum_and_the_steps_give_the_answer(cpu, memory, made):
    given_ = {"task_cpu": cpu, "task_memory": memory, "containers": made}
    answer = simulate("task.reserve", given_, trace=True)
    soft = sum(each["memoryReservation"] or each["memory"] or 0 for each in made)
    assert answer["memory"] == (memory if memory is not None else soft)
    assert answer["cpu"] == (cpu if cpu is not None else sum(each["cpu"] or 0 for each in made))
    for step in answer["trace"]:
        if step["about"] in ("cpu", "memory"):
            assert sum(step["numbers"].values()) == step["result"] == answer[step["about"]]
