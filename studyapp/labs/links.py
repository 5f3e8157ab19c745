"""A lab's whole state in its address: short, and readable after the format has grown.

A link begins with the version of its format. Version 1 is compact JSON, deflated with a preset dictionary, in URL-safe
base64. What a version means never changes: a new one is added beside it.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

LONGEST = 8_000  # characters of a link that is read
LARGEST = 1 << 18  # bytes that it may unpack to

# Part of version 1, never to be changed: what states often say, the most frequent last.
_OFTEN = (
    b'"dynamic_ports":1,"gpus":1,"enis":1,"udp":[53],"requires":["com.amazonaws.ecs.capability.logging-driver.splunk"],'
    b'"subnet_azs":["eu-west-1a"],"seed":1,"other":[{"type":"random"}],"status":"DRAINING","agent_connected":false,'
    b'"task_enis":3,"attributes":{"tier":"front"},"network_mode":"awsvpc","network_mode":"host","api":"RunTask",'
    b'"constraints":[{"type":"distinctInstance"},{"type":"memberOf","expression":"attribute:ecs.instance-type =~ c5.*"}'
    b',{"type":"memberOf","expression":"attribute:ecs.availability-zone in [eu-west-1a, eu-west-1b]"}],'
    b'"strategies":[{"type":"spread","field":"instanceId"},{"type":"binpack","field":"cpu"},'
    b'{"type":"spread","field":"attribute:ecs.availability-zone"},{"type":"binpack","field":"memory"}]'
    b'"request":{"api":"CreateService","count":4,"group":"service:web","cpu":256,"memory":512,"tcp":[8080],'
    b'"instances":[{"id":"i-1","az":"eu-west-1a","type":"m5.large","cpu":2048,"memory":7680,'
    b'"tasks":[{"group":"service:web","count":2,"cpu":256,"memory":512},{"group":"service:api","cpu":512,"memory":1024}'
    b']},{"id":"i-2","az":"eu-west-1b","type":"m5.xlarge","cpu":4096,"memory":15360,"tasks":[{"group":"service:jobs",'
    b'"count":1,"cpu":1024,"memory":2048}]},{"id":"i-3","az":"eu-west-1c","type":"c5.large","cpu":2048,"memory":3840}'
)


class BrokenLink(ValueError):
    """A link that cannot be read; the message says why, for the person who followed it."""


def pack(state: Mapping[str, Any]) -> str:
    """Give the link of a state, which is plain JSON."""
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _OFTEN)
    return "1" + base64.urlsafe_b64encode(deflate.compress(text) + deflate.flush()).decode().rstrip("=")


def unpack(link: str) -> dict[str, Any]:
    """Give the state of a link. Raises BrokenLink."""
    if len(link) > LONGEST:
        raise BrokenLink("The link is longer than any that this lab makes.")
    if not link.startswith("1"):
        raise BrokenLink("The link is not one of this lab's, or was made by a newer version of it.")
    cut = BrokenLink("The link is damaged; perhaps its end was cut off on the way.")
    body = link[1:]
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), b"-_", validate=True)
        inflate = zlib.decompressobj(-15, _OFTEN)
        text = inflate.decompress(raw, LARGEST)
        if not inflate.eof or inflate.unused_data:
            raise cut
        state = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise cut from None
    if not isinstance(state, dict):
        raise cut
    return state
