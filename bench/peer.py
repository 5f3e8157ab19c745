# /// script
# requires-python = ">=3.13,<3.14"
# dependencies = ["boto3", "google-re2==1.1.20251105", "moto[ec2,ecs]==5.2.5"]
# ///
"""The same cluster and request through moto's ECS backend and through our engine: what each does, and how fast.

    uv run bench/peer.py [--instances 100] [--tasks 200] [--rounds 5]

moto is a mock of AWS for tests, in process and without a network; its backend object is called directly, past boto3.
It is a peer in speed alone: the second part asks both for what AWS documents and prints what comes out.
"""

import argparse
import collections
import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}

import boto3
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs import ecs_backends

from studyapp.simulators.door import simulate

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
CPU, MEMORY = 4096, 4096  # what moto gives every instance
TASK = {"cpu": 64, "memory": 64}


def moto_cluster(count):
    """Make a cluster of so many instances in three zones; give the zone of each container instance."""
    ec2, ecs = boto3.client("ec2"), boto3.client("ecs")
    ecs.create_cluster(clusterName="c")
    zones = {}
    for place in range(count):
        zone = ZONES[place % 3]
        run = ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            InstanceType="m5.large",
            Placement={"AvailabilityZone": zone},
        )
        document = {
            "instanceId": run["Instances"][0]["InstanceId"],
            "accountId": DEFAULT_ACCOUNT_ID,
            "region": "us-east-1",
        }
        made = ecs.register_container_instance(cluster="c", instanceIdentityDocument=json.dumps(document))
        zones[made["containerInstance"]["containerInstanceArn"]] = zone
    for family, memory in (("td", TASK["memory"]), ("big", 4096)):
        container = {"name": "x", "image": "x", "cpu": TASK["cpu"], "memory": memory, "essential": True}
        ecs.register_task_definition(family=family, containerDefinitions=[container])
    return ecs, zones


def our_input(count, tasks, memory=TASK["memory"], **request):
    """Give the same for our engine."""
    instances = [
        {"id": f"i-{place:04}", "az": ZONES[place % 3], "cpu": CPU, "memory": MEMORY, "reserved_tcp": []}
        for place in range(count)
    ]
    asked = {"api": "RunTask", "count": tasks, "group": "family:td", "cpu": TASK["cpu"], "memory": memory, **request}
    return {"instances": instances, "request": asked}


def speed(options):
    """Place the tasks by calls of ten through both, in turn."""
    ratios, theirs, ours = [], [], []
    for _ in range(options.rounds):
        with mock_aws():
            moto_cluster(options.instances)
            backend = ecs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
            begin = time.perf_counter()
            for _ in range(options.tasks // 10):
                backend.run_task("c", "td", 10, None, "", None, "EC2")
            theirs.append((time.perf_counter() - begin) / options.tasks * 1e6)
        given = our_input(options.instances, options.tasks)
        begin = time.perf_counter()
        simulate("placement.run", given)
        ours.append((time.perf_counter() - begin) / options.tasks * 1e6)
        ratios.append(theirs[-1] / ours[-1])
    print(f"{options.tasks} tasks on {options.instances} instances; microseconds a task")
    moto, door, ratio = (statistics.median(column) for column in (theirs, ours, ratios))
    print(f"moto {moto:8.1f}   door {door:8.1f}   x {ratio:.1f} [{min(ratios):.1f} .. {max(ratios):.1f}]\n")


def honour():
    """Ask both for what AWS documents."""
    spread = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    distinct = {"type": "distinctInstance"}
    nowhere = {"type": "memberOf", "expression": "attribute:nope == x"}
    probes = {
        "6 tasks spread over 3 zones": (6, "td", {"placementStrategy": [spread]}, {"strategies": [spread]}),
        "10 tasks, distinctInstance": (10, "td", {"placementConstraints": [distinct]}, {"constraints": [distinct]}),
        "2 tasks, memberOf nothing": (2, "td", {"placementConstraints": [nowhere]}, {"constraints": [nowhere]}),
        "10 tasks that fill an instance": (10, "big", {}, {"memory": 4096}),
    }
    for name, (count, family, theirs, ours) in probes.items():
        with mock_aws():
            ecs, zones = moto_cluster(6)
            got = ecs.run_task(cluster="c", launchType="EC2", taskDefinition=family, count=count, **theirs)
            per_zone = collections.Counter(zones[task["containerInstanceArn"]] for task in got["tasks"])
            said = f"{len(got['tasks'])} placed {sorted(per_zone.values())}, {len(got['failures'])} failures"
        answer = simulate("placement.run", our_input(6, count, **ours))
        spread_out = sorted(tasks for tasks in answer["per_az"].values() if tasks)
        print(f"{name:32} moto: {said:32} ours: {answer['placed']} placed {spread_out}, {answer['failed']} left")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    speed(options)
    honour()


if __name__ == "__main__":
    main()
