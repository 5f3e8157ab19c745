"""A small tree of content files to break."""

from pathlib import Path

INVENTORY = """\
- section: Placement
  statements: [N001, N002]
"""
TOPIC = """\
---
title: Placement
order: 10
summary: How a task finds its instance.
neighbours: [ports]
---

Words about [ports](topic:ports).

![Four instances enter, one is left.](diagram:funnel "Rule by rule, fewer are left.")

{N001}

## More

{A001}
"""
PORTS = """\
---
title: Ports
order: 20
summary: How traffic finds a task.
---

See [the rule](fact:N001).

{N002}
"""
FACTS = """\
- key: N001
  covers: [N001]
  statement: Filters come before `strategies`.
  verdict: holds
  source: https://docs.aws.amazon.com/one.html
  checked: 2026-11-01
  confused_with: [N002]

- key: A001
  statement: A service spreads over zones by default.
  verdict: holds
  source: https://docs.aws.amazon.com/two.html
  checked: 2026-11-01
"""
PORTS_FACTS = """\
- key: N002
  covers: [N002]
  statement: Bridge mode picks a host port.
  verdict: simplified
  notes_say: The balancer picks it.
  today: The agent picks it, and tells ECS.
  source: https://docs.aws.amazon.com/three.html
  checked: 2026-11-01
"""


def _card(key: str, fact: str, front: str, back: str = "", kind: str = "basic", more: str = "") -> str:
    answer = f"  back: {back}\n" if back else ""
    return f"- key: {key}\n  fact: {fact}\n  kind: {kind}\n  front: {front}\n{answer}{more}  reason: Because.\n"


CARDS = "\n".join(
    [
        _card("N001-a", "N001", "What comes first?", "filters"),
        _card("N001-b", "N001", "The {{filters}} come before the rest.", kind="cloze"),
        _card("A001-a", "A001", "What is the default of a service?", "zone spread"),
        _card("A001-b", "A001", "Name the default.", "spread", "typed", "  accept: [zone spread]\n"),
    ]
)
PORTS_CARDS = "\n".join(
    [
        _card("N002-a", "N002", "Who picks a host port?", "the agent"),
        _card("N002-b", "N002", "What does the agent pick?", "a host port", "reversed"),
    ]
)
GLOSSARY = """\
- key: host-port
  term: host port
  aliases: [host ports]
  definition: A port of the instance.
  topic: ports
"""
PAIRS = """\
- key: filter-or-strategy
  left: filter
  right: strategy
  difference: One decides whether, the other where.
  facts: [N001, A001]
  left_cases: [Two copies must never share an instance., The task needs a GPU.]
  right_cases: [As few instances as possible., "Level over the zones, if that can be."]
"""
FUNNEL = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 80">
  <rect class="sea dash" x="10" y="10" width="100" height="60" rx="3"/>
  <text class="b mid" x="60" y="45">one &amp; only</text>
</svg>
"""
FILES = {
    "inventory.yaml": INVENTORY,
    "glossary.yaml": GLOSSARY,
    "pairs.yaml": PAIRS,
    "ecs/placement/funnel.svg": FUNNEL,
    "ecs/topic.md": "---\ntitle: ECS\norder: 1\nsummary: All of it.\n---\n",
    "ecs/placement/topic.md": TOPIC,
    "ecs/placement/facts.yaml": FACTS,
    "ecs/placement/cards.yaml": CARDS,
    "ecs/ports/topic.md": PORTS,
    "ecs/ports/facts.yaml": PORTS_FACTS,
    "ecs/ports/cards.yaml": PORTS_CARDS,
}


def plant(root: Path, **changes: str) -> Path:
    """Write the tree below `root/content`, with some files other than above; give its root."""
    tree = root / "content"
    for name, text in (FILES | changes).items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return tree


def texts(root: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
