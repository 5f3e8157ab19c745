"""Which tasks stop, beside a reading of AWS's rules task by task; and how rebalancing evens zones out."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate

GROUP = "service:web"
ZONE = {"type": "spread", "field": "attribute:ecs.availability-zone"}
INSTANCE = {"type": "spread", "field": "instanceId"}
MEMORY, CPU = {"type": "binpack", "field": "memory"}, {"type": "binpack", "field": "cpu"}

instances = st.lists(
    st.fixed_dictionaries(
        {
            "az": st.sampled_from("abc"),
            "cpu": st.sampled_from([4096, 8192]),
            "memory": st.sampled_from([4096, 8192]),
            "mine": st.integers(0, 4),
            "kept": st.integers(0, 1),  # protected from scale-in
            "size": st.sampled_from([128, 256, 512]),
            "others": st.integers(0, 2),
        }
    ),
    min_size=1,
    max_size=5,
)
chains = st.sampled_from(
    [[], [ZONE], [INSTANCE], [MEMORY], [CPU, ZONE], [ZONE, MEMORY], [INSTANCE, CPU], [ZONE, INSTANCE]]
)


def cluster(drawn):
    """Make instances whose tasks of the group are all alike, but for the protected one."""
    made = []
    for number, each in enumerate(drawn, start=1):
        task = {"group": GROUP, "cpu": each["size"], "memory": each["size"]}
        tasks = [task | {"count": each["mine"]}, task | {"count": each["kept"], "protected": True}]
        tasks.append({"group": "service:api", "count": each["others"], "cpu": 64, "memory": 64})
        made.append({"id": f"i-{number}", "tasks": tasks} | {name: each[name] for name in ("az", "cpu", "memory")})
    return made


def candidates(made, chain, stopped):
    """Read the rules of section "scale-in" as they stand: which instances may lose the next task."""
    here = Counter(stopped)
    own = {each["id"]: sum(t["count"] for t in each["tasks"][:2]) - here[each["id"]] for each in made}
    able = [each for each in made if each["tasks"][0]["count"] > here[each["id"]]]
    for strategy in chain or [ZONE, INSTANCE]:
        if not able:
            break

        def value(each, strategy=strategy):
            if strategy["type"] == "binpack":
                name = strategy["field"]
                held = sum(t["count"] * t[name] for t in each["tasks"]) - here[each["id"]] * each["tasks"][0][name]
                return each[name] - held + each["tasks"][0][name]  # what is left once its task has stopped
            if strategy["field"] == "instanceId":
                return own[each["id"]]
            return sum(own[other["id"]] for other in made if other["az"] == each["az"])

        most = max(map(value, able))
        able = [each for each in able if value(each) == most]
    return {each["id"] for each in able}


@given(instances, chains, st.integers(1, 8), st.none() | st.integers(0, 50))
def test_every_stop_is_one_that_the_rules_allow(drawn, chain, stop, seed):
    made = cluster(drawn)
    given_ = {"instances": made, "group": GROUP, "stop": stop, "strategies": chain}
    answer = simulate("placement.scale_in", given_ if seed is None else given_ | {"seed": seed}, trace=True)
    able = sum(each["mine"] for each in drawn)
    assert len(answer["stops"]) == min(stop, able)
    assert answer["not_stopped"] == stop - len(answer["stops"])
    for number, (pick, step) in enumerate(zip(answer["stops"], answer["trace"], strict=False)):
        allowed = candidates(made, chain, answer["stops"][:number])
        assert pick in allowed
        assert set(step["legal"]) >= allowed
    stops = Counter(answer["stops"])
    left = {f"i-{n}": each["mine"] + each["kept"] - stops[f"i-{n}"] for n, each in enumerate(drawn, start=1)}
    assert answer["remaining_per_instance"] == {name: tasks for name, tasks in left.items() if tasks}
    zones = Counter({each["az"]: 0 for each in drawn})
    for number, each in enumerate(drawn, start=1):
        zones[each["az"]] += left[f"i-{number}"]
    assert answer["remaining_per_az"] == dict(zones)


def test_without_a_seed_the_first_by_name_stops_and_a_seed_chooses_among_equals():
    made = cluster([{"az": "a", "cpu": 2048, "memory": 4096, "mine": 1, "kept": 0, "size": 128, "others": 0}] * 4)
    given_ = {"instances": made, "group": GROUP, "stop": 4}
    assert simulate("placement.scale_in", given_)["stops"] == ["i-1", "i-2", "i-3", "i-4"]
    orders = {tuple(simulate("placement.scale_in", given_ | {"seed": seed})["stops"]) for seed in range(30)}
    assert len(orders) > 5
    assert {tuple(sorted(order)) for order in orders} == {("i-1", "i-2", "i-3", "i-4")}


def test_binpack_stops_the_task_that_frees_the_most_on_its_instance():
    tasks = [{"group": GROUP, "memory": 256}, {"group": GROUP, "memory": 1024}, {"group": GROUP, "memory": 512}]
    made = [{"id": "i-1", "az": "a", "cpu": 1024, "memory": 4096, "tasks": tasks}]
    given_ = {"instances": made, "group": GROUP, "stop": 2, "strategies": [MEMORY]}
    steps = simulate("placement.scale_in", given_, trace=True)["trace"]
    assert [step["steps"][0]["numbers"]["i-1"] for step in steps] == [4096 - 768, 4096 - 256]


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1))
def test_the_moves_of_rebalancing_level_the_zones_with_as_few_as_can_be(per_az):
    answer = simulate("placement.rebalance", {"per_az": per_az}, trace=True)
    counts = Counter(per_az)
    for start, stop in answer["trace"]["moves"]:
        assert counts[start] == min(counts.values())
        assert counts[stop] == max(counts.values())
        counts[start] += 1
        counts[stop] -= 1
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) == sum(per_az.values())
    level, rest = divmod(sum(per_az.values()), len(per_az))
    wanted = [level + 1] * rest + [level] * (len(per_az) - rest)
    above = sum(max(0, have - want) for have, want in zip(sorted(per_az.values(), reverse=True), wanted, strict=True))
    assert len(answer["trace"]["moves"]) == above


def test_a_tie_of_two_is_told():
    made = [{"id": f"i-{n}", "az": "a", "cpu": 1024, "memory": 1024} for n in (1, 2)]
    request = {"api": "CreateService", "count": 1, "group": GROUP, "memory": 64}
    answer = simulate("placement.run", {"instances": made, "request": request}, trace=True)
    assert answer["trace"][0]["legal"] == ["i-1", "i-2"]
    assert any("equally good" in note for note in answer["notes"])
    alone = simulate("placement.run", {"instances": made[:1], "request": request}, trace=True)
    assert not any("equally good" in note for note in alone["notes"])
