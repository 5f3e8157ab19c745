# /// script
# requires-python = ">=3.13,<3.14"
# dependencies = ["google-re2==1.1.20251105"]
# ///
"""Placing tasks: our engine beside the loops that one writes first, in Python and in C. All must agree, task by task.

    .venv/bin/python bench/placement.py [--instances 1000] [--tasks 10000] [--rounds 5]     (C needs gcc)

`loop` filters and sorts every instance for every task over plain dictionaries; `C loop` does so over arrays at -O3;
`engine` is `place` on instances already read; `door` is `simulate`, from JSON objects to the answer. Rounds are
interleaved, ratios are medians of one run. Then: growth in tasks and in instances, and a run as large as a question,
with its trace.
"""

import argparse
import ctypes
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from studyapp.simulators.door import families, simulate
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.placement.cluster import read_cluster
from studyapp.simulators.placement.placing import place
from studyapp.simulators.placement.request import read_request

TYPES = [("m5.large", 2048, 7680), ("m5.xlarge", 4096, 15360), ("c5.xlarge", 4096, 7680), ("r5.large", 2048, 15872)]
ZONE = "attribute:ecs.availability-zone"
CHAINS = {
    "zone spread, binpack memory": [{"type": "spread", "field": ZONE}, {"type": "binpack", "field": "memory"}],
    "binpack memory": [{"type": "binpack", "field": "memory"}],
    "the service's default": None,
}
C_LOOP = r"""
#include <stdint.h>
void place(int m, int n, int32_t *cpu, int32_t *mem, const int32_t *zone, int32_t *own, int32_t *count,
           int c, int k, int kind, int32_t *out) {
  for (int t = 0; t < n; t++) {
    int best = -1; int64_t least = INT64_MAX;
    for (int i = 0; i < m; i++) {
      if (cpu[i] < c || mem[i] < k) continue;
      int64_t key = kind == 0 ? ((int64_t)count[zone[i]] << 32) + mem[i]
                  : kind == 1 ? mem[i] : ((int64_t)count[zone[i]] << 32) + own[i];
      if (key < least) { least = key; best = i; }
    }
    out[t] = best;
    if (best >= 0) { cpu[best] -= c; mem[best] -= k; own[best]++; count[zone[best]]++; }
  }
}
"""


def world(instances, tasks, chain):
    """Draw a cluster and a request as they come through the door."""
    chance = random.Random(3)
    cluster = []
    for number in range(instances):
        name, cpu, memory = TYPES[chance.randrange(4)]
        zone = "eu-north-1" + chance.choice("abc")
        cluster.append({"id": f"i-{number:05}", "az": zone, "type": name, "cpu": cpu, "memory": memory})
    request = {"api": "CreateService", "count": tasks, "group": "service:web", "cpu": 128, "memory": 512}
    if chain:
        request["strategies"] = chain
    return {"instances": cluster, "request": request}


def loop(given, chain):
    """Place as one writes it first: every instance filtered and sorted for every task."""
    request = given["request"]
    left = [{"name": i["id"], "az": i["az"], "cpu": i["cpu"], "mem": i["memory"], "own": 0} for i in given["instances"]]
    zones, picks = {}, []

    def key(one):
        keys = []
        for strategy in chain or [{"field": ZONE}, {"field": "instanceId"}]:
            field = strategy["field"]
            keys.append(zones.get(one["az"], 0) if field == ZONE else one["mem" if field == "memory" else "own"])
        return (*keys, one["name"])

    for _ in range(request["count"]):
        fitting = [one for one in left if one["cpu"] >= request["cpu"] and one["mem"] >= request["memory"]]
        if not fitting:
            break
        best = sorted(fitting, key=key)[0]
        best["cpu"] -= request["cpu"]
        best["mem"] -= request["memory"]
        best["own"] += 1
        zones[best["az"]] = zones.get(best["az"], 0) + 1
        picks.append(best["name"])
    return picks


def c_library():
    """Compile the loop in C."""
    folder = Path(tempfile.mkdtemp(prefix="stowage-bench-"))
    (folder / "place.c").write_text(C_LOOP)
    source, library = str(folder / "place.c"), str(folder / "place.so")
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source]
    subprocess.run(command, check=True)
    return ctypes.CDLL(library)


def c_loop(library, given, kind):
    """Place in C; the arrays are ready before the clock starts. Give the picks and the seconds."""
    instances, request = given["instances"], given["request"]
    zones = sorted({one["az"] for one in instances})
    array = ctypes.c_int32 * len(instances)
    arrays = [
        array(*(one["cpu"] for one in instances)),
        array(*(one["memory"] for one in instances)),
        array(*(zones.index(one["az"]) for one in instances)),
        array(),
        (ctypes.c_int32 * len(zones))(),
    ]
    out = (ctypes.c_int32 * request["count"])()
    start = time.perf_counter()
    library.place(len(instances), request["count"], *arrays, request["cpu"], request["memory"], kind, out)
    seconds = time.perf_counter() - start
    return [instances[rank]["id"] for rank in out if rank >= 0], seconds


def timed(act, *given, **named):
    """Time an act; give what it gave and the seconds."""
    start = time.perf_counter()
    gave = act(*given, **named)
    return gave, time.perf_counter() - start


def read(given):
    """Read a cluster and its request."""
    fields = Fields({"instances": given["instances"]}, "", known("instances"))
    return read_cluster(fields), read_request(given["request"], "request")


def compare(library, arguments):
    """Compare the four ways on every chain, rounds interleaved."""
    for kind, (title, chain) in enumerate(CHAINS.items()):
        given = world(arguments.instances, arguments.tasks, chain)
        instances, request = read(given)
        times = {"loop": [], "C loop": [], "engine": [], "door": []}
        for number in range(arguments.rounds):
            outcome, seconds = timed(place, instances, request)
            times["engine"].append(seconds)
            answer, seconds = timed(simulate, "placement.run", given)
            times["door"].append(seconds)
            in_c, seconds = c_loop(library, given, kind)
            times["C loop"].append(seconds)
            picks = outcome.picks
            assert picks == answer["picks"] == in_c
            if number < arguments.loop_rounds:
                plain, seconds = timed(loop, given, chain)
                times["loop"].append(seconds)
                assert picks == plain
        print(f"{title}: {arguments.tasks} tasks on {arguments.instances} instances, {len(picks)} placed, all agree")
        median = {way: statistics.median(seconds) for way, seconds in times.items()}
        for way, seconds in median.items():
            print(
                f"   {way:7} {seconds * 1e3:9.2f} ms {seconds / arguments.tasks * 1e6:8.3f} us/task"
                f"   loop/this x{median['loop'] / seconds:8.1f}   this/C x{seconds / median['C loop']:7.2f}"
            )


def growth(arguments):
    """Show how the engine's time grows with the tasks, and with the instances."""
    chain = CHAINS["zone spread, binpack memory"]
    for title, sizes in (
        ("tasks, on 2000 instances", [(2000, tasks) for tasks in (5000, 10_000, 20_000, 40_000)]),
        ("instances, 10000 tasks", [(instances, 10_000) for instances in (1000, 2000, 4000, 8000)]),
    ):
        print(f"growth in {title}")
        before = None
        for instances, tasks in sizes:
            cluster, request = read(world(instances, tasks, chain))
            seconds = min(timed(place, cluster, request)[1] for _ in range(arguments.rounds))
            ratio = f"   x{seconds / before:.2f} for x2" if before else ""
            print(f"   {tasks:6} tasks on {instances:5} instances {seconds * 1e3:8.2f} ms{ratio}")
            before = seconds


def question():
    """Time a run as large as a question, with and without its trace."""
    for title, chain in CHAINS.items():
        given = world(8, 6, chain)
        for trace in (True, False):
            seconds = sorted(timed(simulate, "placement.run", given, trace=trace)[1] for _ in range(500))
            print(
                f"question ({title}), 6 tasks on 8 instances, trace {trace}:"
                f" median {seconds[250] * 1e3:.3f} ms, 99th percentile {seconds[495] * 1e3:.3f} ms"
            )


def main():
    """Run all parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loop-rounds", type=int, default=2)
    arguments = parser.parse_args()
    families()  # the modules are read before any clock runs
    compare(c_library(), arguments)
    growth(arguments)
    question()


if __name__ == "__main__":
    main()
