"""EKS: storage by compute, Fargate pod sizes, logs, nodes, and the permissions of storage drivers."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.eks import misconceptions
from studyapp.simulators.eks.logs import QUESTIONS, TYPES
from studyapp.simulators.eks.nodes import NEEDS
from studyapp.simulators.errors import InputError
from tests.oracles import surroundings as oracle
from tests.simulators.ruled import check, check_steps, check_wrong, vectors

DRIVERS = ("ebs", "efs", "fsx_lustre", "fsx_ontap", "fsx_openzfs", "s3_mountpoint")
COMPUTE = ("managed_node_group", "self_managed", "auto_mode", "fargate", "hybrid")
STORAGE_CASES = [
    {"driver": driver, "compute": compute, "provisioning": way, "os": system}
    for driver, compute, way, system in itertools.product(DRIVERS, COMPUTE, ("dynamic", "static"), ("linux", "windows"))
]
POLICY = "AmazonEBSCSIDriverPolicyV2"


@vectors("eks")
def test_an_example_of_the_interface(vector):
    check(vector)


def test_storage_agrees_with_the_oracle_everywhere():
    for case in STORAGE_CASES:
        answer = simulate("eks.storage", case)
        assert answer["works"] == oracle.storage(case), case
        assert answer["works"] == (answer["because"] is None) == (not answer["reasons"])
        for other in answer["instead"]:
            assert simulate("eks.storage", case | {"driver": other})["works"]
        check_steps("eks.storage", case)


@pytest.mark.parametrize(
    ("case", "because"),
    [
        (("ebs", "fargate", "dynamic"), "fargate"),
        (("efs", "fargate", "dynamic"), "fargate-dynamic"),
        (("efs", "fargate", "static"), None),
        (("efs", "hybrid", "static"), "hybrid"),
        (("s3_mountpoint", "self_managed", "dynamic"), "static-only"),
        (("s3_mountpoint", "self_managed", "static"), None),
        (("s3_mountpoint", "fargate", "static"), "fargate"),
        (("fsx_lustre", "fargate", "static"), "fargate"),
        (("efs", "managed_node_group", "dynamic", "windows"), "windows"),
        (("ebs", "managed_node_group", "dynamic", "windows"), None),
        (("ebs", "auto_mode", "dynamic", "windows"), "windows-compute"),
        (("ebs", "auto_mode", "dynamic"), None),
    ],
)
def test_what_speaks_against_a_storage(case, because):
    names = ("driver", "compute", "provisioning", "os")
    assert simulate("eks.storage", dict(zip(names, case, strict=False)))["because"] == because


@pytest.mark.parametrize(
    ("containers", "init", "vcpu", "memory"),
    [
        ([(1, 8)], [], 2, 9), ([(0, 0)], [], 0.25, 0.5), ([(0.25, 0.25)], [], 0.25, 0.5),
        ([(0.25, 0.26)], [], 0.25, 1), ([(0.25, 0.75)], [], 0.25, 1), ([(0.25, 1.75)], [], 0.25, 2),
        ([(0.25, 1.8)], [], 0.5, 3), ([(0.25, 0.5), (0.25, 0.5)], [], 0.5, 2), ([(0.1, 0.1)], [(1, 3)], 1, 4),
        ([(0.25, 0.25)], [(0.5, 0.25), (0.5, 0.25)], 0.5, 1), ([(4, 29.75)], [], 4, 30), ([(4, 30)], [], 8, 32),
        ([(8, 16.5)], [], 8, 20), ([(16, 119.75)], [], 16, 120), ([(16, 120)], [], None, None),
        ([(17, 1)], [], None, None), ([(9, 9)], [], 16, 32),
    ],
)  # fmt: skip
def test_the_size_of_a_pod(containers, init, vcpu, memory):
    case = {
        name: [{"vcpu": cpu, "memory_gb": size} for cpu, size in rows]
        for name, rows in (("containers", containers), ("init_containers", init))
    }
    answer = simulate("eks.fargate_size", case)
    assert (answer["vcpu"], answer["memory_gb"]) == (vcpu, memory)
    check_steps("eks.fargate_size", case)


def test_who_adds_init_containers_up_gets_a_larger_pod():
    init = [{"vcpu": 0.25, "memory_gb": 3}, {"vcpu": 0.25, "memory_gb": 4}]
    case = {"containers": [{"vcpu": 0.25, "memory_gb": 0.5}], "init_containers": init}
    true = simulate("eks.fargate_size", case)
    wrong = simulate("eks.fargate_size", case, misconception="init_containers_add_up")
    assert (true["vcpu"], true["memory_gb"]) == (1, 5)
    assert (wrong["vcpu"], wrong["memory_gb"]) == (1, 8)


CONTAINER = st.fixed_dictionaries(
    {"vcpu": st.integers(0, 80).map(lambda n: n / 16), "memory_gb": st.integers(0, 200).map(lambda n: n / 8)}
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(CONTAINER, min_size=1, max_size=5), st.lists(CONTAINER, max_size=3))
def test_sizes_agree_with_the_oracle(containers, init):
    case = {"containers": containers, "init_containers": init}
    answer = simulate("eks.fargate_size", case)
    found = oracle.fargate_size(case)
    assert (answer["vcpu"], answer["memory_gb"]) == (found or (None, None))


@pytest.mark.parametrize(
    ("question", "log"),
    [
        ("api-server-messages", "api"), ("who-changed-an-object", "audit"), ("who-read-a-secret", "audit"),
        ("iam-identity-mapping", "authenticator"), ("login-refused", "authenticator"),
        ("control-loops", "controllerManager"), ("why-pod-unplaced", "scheduler"), ("pod-placement", "scheduler"),
        ("cluster-created-by", "cloudtrail"), ("container-output", "application"), ("kubelet-messages", "dataplane"),
        ("kernel-messages", "host"),
    ],
)  # fmt: skip
def test_which_log_shows_it_and_whether_it_is_there(question, log):
    off = simulate("eks.log", {"question": question})
    assert off["log"] == log
    assert off["control_plane"] == (log in TYPES)
    assert off["recorded"] == (log == "cloudtrail")
    assert off["where"] is None
    on = simulate("eks.log", {"question": question, "enabled": [log] if log in TYPES else [], "fluent_bit": True})
    group = "/aws/eks/prod/cluster" if log in TYPES else f"/aws/containerinsights/prod/{log}"
    assert on["recorded"]
    assert on["where"] == (None if log == "cloudtrail" else group)
    others = [each for each in TYPES if each != log]
    assert simulate("eks.log", {"question": question, "enabled": others})["recorded"] == (log == "cloudtrail")
    check_steps("eks.log", {"question": question})


@pytest.mark.parametrize(
    ("needs", "fits"),
    [
        ([], list(COMPUTE)),
        (["daemonset"], ["managed_node_group", "self_managed", "auto_mode", "hybrid"]),
        (["daemonset", "nothing_to_patch"], ["auto_mode"]),
        (["gpu", "spot"], ["managed_node_group", "self_managed", "auto_mode"]),
        (["spot_and_on_demand_in_one_group"], ["self_managed", "auto_mode"]),
        (["windows"], ["managed_node_group", "self_managed"]),
        (["efs", "kernel_of_its_own"], ["fargate"]),
        (["ebs", "kernel_of_its_own"], []),
        (["own_premises"], ["hybrid"]),
        (["ssh"], ["managed_node_group", "self_managed", "hybrid"]),
        (["custom_ami"], ["managed_node_group", "self_managed"]),
        (["arm"], ["managed_node_group", "self_managed", "auto_mode", "hybrid"]),
        (["privileged", "host_network"], ["managed_node_group", "self_managed", "auto_mode", "hybrid"]),
    ],
)
def test_which_nodes_meet_the_needs(needs, fits):
    answer = simulate("eks.nodes", {"needs": needs})
    assert answer["fits"] == fits
    assert {kind for kind, lacking in answer["against"].items() if lacking} == set(COMPUTE) - set(fits)
    check_steps("eks.nodes", {"needs": needs})


@pytest.mark.parametrize(
    ("fields", "works", "acts"),
    [
        ({"identity": "pod_identity", "policies": [POLICY]}, True, "controller-role"),
        ({"identity": "irsa", "policies": ["AmazonEBSCSIDriverPolicy"]}, True, "controller-role"),
        ({"identity": "irsa", "policies": ["service-role/AmazonEBSCSIDriverPolicy"]}, True, "controller-role"),
        ({"identity": "pod_identity", "policies": []}, False, "controller-role"),
        ({"identity": "pod_identity", "policies": ["AmazonEFSCSIDriverPolicy"]}, False, "controller-role"),
        ({"identity": "none", "policies": [POLICY]}, False, None),
        ({"identity": "pod_identity", "service_account": "default", "policies": [POLICY]}, False, None),
        ({"identity": "none", "node_policies": [POLICY], "metadata_reachable": True}, True, "node-role"),
        ({"identity": "none", "node_policies": [POLICY]}, False, None),
        ({"identity": "none", "metadata_reachable": True}, False, "node-role"),
        ({"identity": "irsa", "policies": [], "node_policies": [POLICY], "metadata_reachable": True}, False,
         "controller-role"),
        ({"identity": "irsa", "policies": [POLICY], "customer_key": True}, False, "controller-role"),
        ({"identity": "irsa", "policies": [POLICY], "customer_key": True, "key_permissions": True}, True,
         "controller-role"),
        ({"driver": "efs", "identity": "irsa", "policies": ["service-role/AmazonEFSCSIDriverPolicy"]}, True,
         "controller-role"),
        ({"driver": "efs", "identity": "irsa", "service_account": "ebs-csi-controller-sa",
          "policies": ["AmazonEFSCSIDriverPolicy"]}, False, None),
    ],
)  # fmt: skip
def test_whether_a_driver_makes_its_volume(fields, works, acts):
    answer = simulate("eks.driver", fields)
    assert (answer["provisions"], answer["acts_as"]) == (works, acts)
    assert answer["error"] == (None if works else "UnauthorizedOperation")
    assert bool(answer["fix"]) == (not works)
    trust = {"pod_identity": "pods.eks.amazonaws.com", "irsa": "the OIDC provider of the cluster", "none": None}
    assert answer["trust"] == trust[fields["identity"]]
    check_steps("eks.driver", fields)


@pytest.mark.parametrize(
    ("family", "case", "field"),
    [
        ("eks.storage", {"driver": "nfs", "compute": "fargate", "provisioning": "static"}, "driver"),
        ("eks.storage", {"driver": "efs", "compute": "lambda", "provisioning": "static"}, "compute"),
        ("eks.storage", {"driver": "efs", "compute": "fargate"}, "provisioning"),
        ("eks.fargate_size", {"containers": [{"vcpu": -1, "memory_gb": 1}]}, "containers[0].vcpu"),
        ("eks.fargate_size", {"containers": [{"memory": 1}]}, "containers[0].memory"),
        ("eks.fargate_size", {}, "containers"),
        ("eks.log", {"question": "why"}, "question"),
        ("eks.log", {"question": "control-loops", "enabled": ["kernel"]}, "enabled[0]"),
        ("eks.nodes", {"needs": ["speed"]}, "needs[0]"),
        ("eks.driver", {"identity": "key"}, "identity"),
    ],
)
def test_what_is_refused(family, case, field):
    with pytest.raises(InputError) as refused:
        simulate(family, case)
    assert refused.value.field == field


def test_the_misconceptions():
    sizes = [
        {"containers": [{"vcpu": 1, "memory_gb": 8}, {"vcpu": 0.25, "memory_gb": 1}], "init_containers": init}
        for init in ([], [{"vcpu": 2, "memory_gb": 12}], [{"vcpu": 1, "memory_gb": 5}, {"vcpu": 1, "memory_gb": 6}])
    ]
    known = {
        "eks.storage": misconceptions.STORAGE, "eks.fargate_size": misconceptions.SIZE, "eks.log": misconceptions.LOG,
        "eks.nodes": misconceptions.NODES, "eks.driver": misconceptions.DRIVER,
    }  # fmt: skip
    drivers = [
        {"identity": "none"}, {"identity": "none", "node_policies": [POLICY]},
        {"identity": "irsa", "customer_key": True, "policies": [POLICY]},
        {"identity": "irsa", "service_account": "default", "policies": [POLICY]},
        {"identity": "none", "node_policies": [POLICY], "metadata_reachable": True},
    ]  # fmt: skip
    pool = {
        "eks.storage": STORAGE_CASES, "eks.fargate_size": sizes, "eks.log": [{"question": each} for each in QUESTIONS],
        "eks.nodes": [{"needs": [each]} for each in NEEDS], "eks.driver": drivers,
    }  # fmt: skip
    check_wrong("eks", known, pool)
