"""The cluster query language under fire: random and hostile expressions, none of which may crash or take 50 ms.

    .venv/bin/python -m bench.cql [--random 1000000] [--hostile 10000] [--seed 1]

Every expression is parsed and held against five instances, or its problem is shown with a caret. A SyntaxProblem is an
answer, every other exception a crash. Times are wall clock; what took longer than the limit is tried three more times
and counts as slow if it never stays below.
"""

import argparse
import random
import sys
import time

from studyapp.simulators.cql import LONGEST, SyntaxProblem, parse, subject_of

LIMIT = 0.050  # seconds
NAMES = ("stack", "team", "ssd", "ecs.instance-type", "ecs.availability-zone", "weight", "x" * 128, "a/b\\c.d_e-f")
VALUES = ("prod", "prod-eu", "t2.micro", "'blue team'", '"a"', "10", "2", "us-east-1a", "i-0aaa1111", "true", "x" * 128)
PATTERNS = ("t2.*", "c5\\..*", "'(t2|t3).*'", "[ct]5.*", "'[ct]5.*'", "p?rod", ".*", "'a{1,5}b*'", "'(?i:PROD).*'")
DATES = ("2018-06-18", "2018-06-18T22:28:28", "2018-06-18T22:28:28Z", "2018-06-18T22:28:28+02:00", "2018-02-30")
EQUAL = ("==", "!=", "equals", "not_equals")
ORDER = (*EQUAL, ">", ">=", "<", "<=", "greater_than", "less_than_equal")
NOISE = tuple(" \t\n()[],'\"!=<>~&|:.\\*+?{}^$-_/@#%;`0aZé🚢\u0301\u200b\x00\x1b\ud800\ufeff")
TOKENS = (
    "and", "or", "not", "!", "&&", "||", "(", ")", "[", "]", ",", "==", "!=", "=~", "!~", "in", "!in", "exists",
    "!exists", "not_exists", "matches", "attribute:", "attribute:stack", "task:group", "runningTasksCount",
    "agentVersion", "registeredAt", "agentConnected", "ec2InstanceId", "prod", "1", "1.2.3", "2018-06-18", "'", '"',
)  # fmt: skip
BOMBS = (
    "'(a+)+b'", "'(a|a)*b'", "'(.*)*x'", "'(a?){100}a{100}'", "'" + "(a|b|c)*" * 150 + "'", "'((a{30}){30}){30}'",
    "'x{1,1000}'", "'" + ".*" * 400 + "q'", "'" + "a?" * 300 + "a" * 300 + "'", "'\\w{400}.*'",
    "'(?i)" + "[^a]" * 200 + "'", "'" + "(" * 200 + "a" + ")" * 200 + "'", "'(?=a)a'", "'\\1'",
    "'[" + "a-z" * 300 + "]*'", "'" + "é" * 400 + "'",
)  # fmt: skip


def instances():
    """Give five instances, one of them with values as long as can be."""
    made = []
    for number, value in enumerate(("prod", "dev", None, "a" * 128, "ab" * 64)):
        made.append(
            subject_of(
                {
                    "id": f"c-{number}", "az": f"us-east-1{'abcde'[number]}",
                    "type": "t2.micro" if number else "c5.large",
                    "ec2_instance_id": f"i-0{number}", "agent_version": f"1.{number}.0",
                    "registered_at": "2018-06-18T22:28:28Z", "attributes": {"stack": value, "weight": str(number)},
                    "tasks": [{"group": "database", "count": number}],
                }
            )
        )  # fmt: skip
    return made


def simple(rng):
    """Make one simple expression, nearly always a valid one."""
    kind = rng.randrange(9)
    if kind == 0:
        return f"attribute:{rng.choice(NAMES)} {rng.choice(('exists', '!exists', 'not_exists'))}"
    if kind == 1:
        listed = ", ".join(rng.choices(VALUES, k=rng.randint(1, 5)))
        return f"attribute:{rng.choice(NAMES)} {rng.choice(('in', '!in', 'not_in'))} [{listed}]"
    if kind == 2:
        return (
            f"attribute:{rng.choice(NAMES)} {rng.choice(('=~', '!~', 'matches', 'not_matches'))} {rng.choice(PATTERNS)}"
        )
    if kind == 3:
        return f"runningTasksCount {rng.choice(ORDER)} {rng.randint(-1, 20)}"
    if kind == 4:
        return f"agentVersion {rng.choice(ORDER)} {rng.randint(0, 2)}.{rng.randint(0, 99)}.{rng.randint(0, 9)}"
    if kind == 5:
        return f"registeredAt {rng.choice(ORDER)} {rng.choice(DATES)}"
    if kind == 6:
        return f"task:group {rng.choice(EQUAL)} {rng.choice(('database', 'service:web', 'family:job'))}"
    if kind == 7:
        return f"agentConnected {rng.choice(EQUAL)} {rng.choice(('true', 'false'))}"
    return f"attribute:{rng.choice(NAMES)} {rng.choice(ORDER)} {rng.choice(VALUES)}"


def expression(rng, depth=0):
    """Make an expression of some depth."""
    kind = rng.random()
    if depth > 4 or kind < 0.45:
        return simple(rng)
    if kind < 0.6:
        return f"{rng.choice(('not', '!'))}({expression(rng, depth + 1)})"
    joined = rng.choice((" and ", " or ", " && ", " || ", "&&", "||"))
    parts = [expression(rng, depth + 1) for _ in range(rng.randint(2, 3))]
    return joined.join(f"({part})" if rng.random() < 0.6 else part for part in parts)


def mutated(rng, text):
    """Break an expression in one to four places."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(text))
        cut = place + rng.choice((0, 0, 1, 3))
        text = text[:place] + rng.choice((rng.choice(NOISE), rng.choice(TOKENS), "")) + text[cut:]
    return text


def random_one(rng):
    """Make a random expression: sound, broken, or words at random."""
    kind = rng.random()
    if kind < 0.5:
        return expression(rng)
    if kind < 0.8:
        return mutated(rng, expression(rng))
    return " ".join(rng.choices(TOKENS, k=rng.randint(0, 30)))


def bomb(rng):
    """Give a pattern that hurts, never the same twice, so that nothing is remembered of it."""
    return f"{rng.choice(BOMBS)[:-1]}{rng.randrange(10**9)}'"


def hostile_one(rng):
    """Make an expression that wants to hurt, and say whether the limit of its length is to be lifted."""
    kind = rng.randrange(12)
    size = rng.choice((100, 600, 1900, 10_000))
    test = "attribute:stack == prod"
    if kind == 0:
        return "(" * size + test + ")" * rng.choice((size, size - 1, 0)), True
    if kind == 1:
        return rng.choice(("!", "not ", "! ", "!(", "not(")) * size + test, True
    if kind == 2:
        return f"attribute:stack {rng.choice(('=~', '!~'))} {bomb(rng)}", True
    if kind == 3:
        tests = [f"attribute:stack =~ {bomb(rng)}" for _ in range(rng.randint(2, 20))]
        return rng.choice((" or ", " and ", "||")).join(tests), True
    if kind == 4:
        return "".join(rng.choices(NOISE, k=rng.randint(0, size))), True
    if kind == 5:
        return rng.choice(TOKENS) * size, True
    if kind == 6:
        return rng.choice((" and ", " or ")).join([test] * (size // 20)), True
    if kind == 7:
        return f"attribute:stack in [{','.join(['a'] * size)}{rng.choice((']', '', ',]'))}", True
    if kind == 8:
        return (
            f"{rng.choice(('runningTasksCount', 'agentVersion', 'registeredAt'))} == {rng.choice('19.') * size}",
            True,
        )
    if kind == 9:
        pattern = "".join(rng.choices("ab.*+?{}[]()|^$\\0,1-é", k=rng.randint(1, 300)))
        return f"attribute:stack =~ '{pattern}'", False
    if kind == 10:
        return f"attribute:{'x' * size} == {'y' * size}", True
    return mutated(rng, expression(rng)) * rng.randint(1, 50), rng.random() < 0.5


def once(text, lifted, subjects):
    """Parse and evaluate once; tell how long it took and whether it was valid."""
    start = time.perf_counter()
    try:
        parsed = parse(text, longest=1_000_000) if lifted else parse(text)
        for subject in subjects:
            parsed.matches(subject)
        valid = True
    except SyntaxProblem as problem:
        problem.caret()
        valid = False
    return time.perf_counter() - start, valid


def run(name, made, subjects, verbose=True):
    """Run expressions; give the number of crashes and of slow ones."""
    crashes, slow, valid, total, worst, over = [], [], 0, 0, (0.0, ""), 0
    began = time.perf_counter()
    for text, lifted in made:
        total += 1
        try:
            took, was_valid = once(text, lifted, subjects)
        except Exception as error:
            crashes.append((type(error).__name__, text[:100]))
            continue
        valid += was_valid
        if took > LIMIT:
            over += 1
            took = min(took, *(once(text, lifted, subjects)[0] for _ in range(3)))
            if took > LIMIT:
                slow.append((took, text[:100]))
        worst = max(worst, (took, text[:80]))
    if verbose:
        print(
            f"{name}: {total} expressions, {valid} valid, {len(crashes)} crashes, "
            f"{len(slow)} over {LIMIT * 1000:.0f} ms ({over} on the first try);"
            f" worst {worst[0] * 1000:.2f} ms: {worst[1]!a}; {time.perf_counter() - began:.0f} s"
        )
        for problem in (*crashes[:5], *slow[:5]):
            print("   ", ascii(problem))
    return len(crashes), len(slow)


def main():
    """Run what is asked for; exit with 1 if anything crashed or was slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--random", type=int, default=1_000_000)
    parser.add_argument("--hostile", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    subjects = instances()
    print(f"seed {options.seed}, at most {LONGEST} characters unless lifted")
    bad = run("random", ((random_one(rng), False) for _ in range(options.random)), subjects)
    hostile = [hostile_one(rng) for _ in range(options.hostile)]
    worse = run("hostile, limit kept", ((text, False) for text, _ in hostile), subjects)
    worst = run("hostile, limit lifted where that hurts more", hostile, subjects)
    sys.exit(1 if any((*bad, *worse, *worst)) else 0)


if __name__ == "__main__":
    main()
