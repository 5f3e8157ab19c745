"""Storage of tasks and their load balancers: what mounts, what outlives what, how much room, which balancer."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.lb import misconceptions as lb
from studyapp.simulators.lb.rules import NEEDS
from studyapp.simulators.volume import misconceptions
from tests.simulators.ruled import check_steps, check_wrong

# The table of the ECS guide: where a kind works, and with which systems.
WHERE = {
    "bind": ("EC2 FARGATE MANAGED_INSTANCES", "linux windows"),
    "host_path": ("EC2 MANAGED_INSTANCES", "linux windows"),
    "docker": ("EC2", "linux windows"),
    "efs": ("EC2 FARGATE MANAGED_INSTANCES", "linux"),
    "s3_files": ("FARGATE MANAGED_INSTANCES", "linux"),
    "fsx_windows": ("EC2", "windows"),
    "fsx_ontap": ("EC2", "linux"),
}
PLACES = [
    {"launch_type": launch, "os": system}
    for launch, system in itertools.product(("EC2", "FARGATE", "MANAGED_INSTANCES"), ("linux", "windows"))
]


@pytest.mark.parametrize("kind", WHERE)
def test_where_a_volume_mounts(kind):
    launch_types, systems = (each.split() for each in WHERE[kind])
    for place in PLACES:
        answer = simulate("volume.mount", {"kind": kind, **place})
        assert answer["mounts"] == (place["launch_type"] in launch_types and place["os"] in systems), place
        assert (answer["reason"] is None) == answer["mounts"] == (answer["outlives_task"] is not None)
        check_steps("volume.mount", {"kind": kind, **place})


def test_ebs_is_for_linux_but_on_ec2():
    works = [place for place in PLACES if simulate("volume.mount", {"kind": "ebs", **place})["mounts"]]
    assert works == [place for place in PLACES if place["os"] == "linux" or place["launch_type"] == "EC2"]


@pytest.mark.parametrize(
    ("fields", "task", "instance", "shared"),
    [
        ({"kind": "bind"}, False, False, "task"),
        ({"kind": "host_path"}, True, False, "instance"),
        ({"kind": "docker"}, True, False, "instance"),
        ({"kind": "docker", "scope": "task"}, False, False, "task"),
        ({"kind": "ebs"}, False, False, "task"),
        ({"kind": "ebs", "standalone": True}, False, False, "task"),
        ({"kind": "ebs", "standalone": True, "delete_on_termination": False}, True, True, "task"),
        ({"kind": "ebs", "delete_on_termination": False}, False, False, "task"),
        ({"kind": "efs"}, True, True, "anywhere"),
        ({"kind": "s3_files", "launch_type": "FARGATE"}, True, True, "anywhere"),
        ({"kind": "fsx_windows", "os": "windows"}, True, True, "anywhere"),
        ({"kind": "fsx_ontap"}, True, True, "anywhere"),
    ],
)
def test_what_outlives_what(fields, task, instance, shared):
    answer = simulate("volume.mount", fields)
    assert (answer["outlives_task"], answer["outlives_instance"], answer["shared"]) == (task, instance, shared)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"access_point": True}, "With an access point encryption"),
        ({"access_point": True, "transit_encryption": "ENABLED"}, None),
        ({"iam_authorization": True}, "With IAM authorization encryption"),
        ({"iam_authorization": True, "transit_encryption": "ENABLED"}, None),
        ({"iam_authorization": True, "transit_encryption": "ENABLED", "task_role": False}, "takes a task role"),
        ({"transit_encryption": "ENABLED", "task_role": False}, None),
        ({"access_point": True, "transit_encryption": "ENABLED", "root_directory": "/data"}, "left out or /"),
        ({"root_directory": "/data"}, None),
        ({"launch_type": "FARGATE", "platform_version": "1.3.0"}, "1.4.0 or later"),
        ({"launch_type": "FARGATE", "platform_version": "1.4.0"}, None),
        ({"launch_type": "EC2", "platform_version": "1.3.0"}, None),
    ],
)
def test_what_efs_wants(fields, reason):
    answer = simulate("volume.mount", {"kind": "efs", **fields})
    assert (answer["reason"] is None) == (reason is None) == answer["mounts"]
    assert (reason or "") in (answer["reason"] or "")
    check_steps("volume.mount", {"kind": "efs", **fields})


def test_s3_files_take_a_task_role():
    case = {"kind": "s3_files", "launch_type": "FARGATE"}
    assert not simulate("volume.mount", case | {"task_role": False})["mounts"]
    assert not simulate("volume.mount", case | {"platform_version": "1.3.0"})["mounts"]


@pytest.mark.parametrize(
    ("size", "image", "data", "answer"),
    [
        (None, 9, 11, (True, 20, 11, True, None)), (None, 9, 11.5, (True, 20, 11, False, 21)),
        (None, 9, 14, (True, 20, 11, False, 23)), (20, 0, 1, (False, None, None, False, None)),
        (21, 1, 20, (True, 21, 20, True, 21)), (21, 1, 19, (True, 21, 20, True, None)),
        (200, 100, 100, (True, 200, 100, True, 200)), (201, 0, 1, (False, None, None, False, None)),
        (200, 150, 51, (True, 200, 50, False, -1)), (None, 20, 0, (True, 20, 0, True, None)),
        (50, 2.5, 30, (True, 50, 47.5, True, 33)), (None, 25, 0, (True, 20, -5, False, 25)),
    ],
)  # fmt: skip
def test_the_storage_of_a_fargate_task(size, image, data, answer):
    case = {"size_gib": size, "image_gib": image, "data_gib": data}
    found = simulate("volume.ephemeral", case)
    assert tuple(found[name] for name in ("accepted", "total_gib", "free_gib", "fits", "ask_for")) == answer
    check_steps("volume.ephemeral", case)


@given(st.integers(0, 250), st.integers(0, 250))
def test_what_is_to_be_asked_for_is_the_least_that_fits(image, data):
    ask = simulate("volume.ephemeral", {"image_gib": image, "data_gib": data})["ask_for"]
    fits = [
        size
        for size in (None, *range(21, 201))
        if simulate("volume.ephemeral", {"size_gib": size, "image_gib": image, "data_gib": data})["fits"]
    ]
    assert ask == (fits[0] if fits else -1)


@pytest.mark.parametrize(
    ("needs", "fields", "fits"),
    [
        ([], {}, ["alb", "nlb", "clb"]),
        ([], {"network_mode": "awsvpc"}, ["alb", "nlb"]),
        ([], {"launch_type": "FARGATE"}, ["alb", "nlb"]),
        (["http-rules"], {}, ["alb"]), (["tcp"], {}, ["nlb", "clb"]), (["tcp"], {"launch_type": "FARGATE"}, ["nlb"]),
        (["udp"], {}, ["nlb"]), (["dynamic-host-ports"], {}, ["alb", "nlb"]),
        (["several-target-groups", "udp"], {}, ["nlb"]), (["http-rules", "udp"], {}, []),
        (["extreme-throughput"], {}, ["nlb"]), (["privatelink"], {}, ["nlb"]), (["fixed-address"], {}, ["nlb"]),
        (["appliances"], {}, ["gwlb"]), (["appliances"], {"launch_type": "FARGATE"}, ["gwlb"]),
        (["appliances", "http-rules"], {}, []),
    ],
)  # fmt: skip
def test_which_load_balancer(needs, fields, fits):
    case = {"needs": needs, **fields}
    answer = simulate("lb.choose", case)
    assert answer["fits"] == fits
    assert answer["choice"] == (fits[0] if fits else None)
    assert set(answer["why_not"]) == {"alb", "nlb", "gwlb", "clb"} - set(fits)
    own = fields.get("network_mode") == "awsvpc" or fields.get("launch_type") == "FARGATE"
    assert answer["target_type"] == ("ip" if own else "instance")
    check_steps("lb.choose", case)


@pytest.mark.parametrize(
    ("family", "case", "field"),
    [
        ("volume.mount", {"kind": "floppy"}, "kind"),
        ("volume.mount", {"kind": "bind", "launch_type": "EXTERNAL"}, "launch_type"),
        ("volume.mount", {"kind": "bind", "access_point": True}, "access_point"),
        ("volume.mount", {"kind": "ebs", "transit_encryption": "ENABLED"}, "transit_encryption"),
        ("volume.mount", {"kind": "ebs", "root_directory": "/x"}, "root_directory"),
        ("volume.ephemeral", {"image_gib": 1}, "data_gib"),
        ("volume.ephemeral", {"image_gib": -1, "data_gib": 1}, "image_gib"),
        ("volume.ephemeral", {"size_gib": 20.5, "image_gib": 1, "data_gib": 1}, "size_gib"),
        ("lb.choose", {"needs": ["speed"]}, "needs[0]"),
        ("lb.choose", {"needs": [], "launch_type": "FARGATE", "network_mode": "bridge"}, "network_mode"),
        ("lb.choose", {"needs": ["dynamic-host-ports"], "network_mode": "awsvpc"}, "needs"),
    ],
)
def test_what_is_refused(family, case, field):
    with pytest.raises(InputError) as refused:
        simulate(family, case)
    assert refused.value.field == field


def test_the_misconceptions():
    mounts = [{"kind": kind, **place} for kind in (*WHERE, "ebs") for place in PLACES]
    mounts.append({"kind": "efs", "access_point": True})
    sizes = [{"size_gib": size, "image_gib": 9, "data_gib": 9} for size in (None, 20, 201)]
    known = {"volume.mount": misconceptions.MOUNT, "volume.ephemeral": misconceptions.EPHEMERAL}
    check_wrong("volume", known, {"volume.mount": mounts, "volume.ephemeral": sizes})
    needs = [{"needs": [each]} for each in NEEDS] + [{"needs": [], "launch_type": "FARGATE"}]
    check_wrong("lb", {"lb.choose": lb.CHOOSE}, {"lb.choose": needs})
