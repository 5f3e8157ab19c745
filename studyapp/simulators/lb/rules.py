"""What decides between load balancers. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (service-load-balancing, load-balancer-types, alb), API reference
(CreateServiceRequest.loadBalancers, LoadBalancer); section 6.6 and the rules LB-1 to LB-9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

KINDS = MappingProxyType(
    {
        "alb": "Application Load Balancer",
        "nlb": "Network Load Balancer",
        "gwlb": "Gateway Load Balancer",
        "clb": "Classic Load Balancer",
    }
)


@dataclass(frozen=True, slots=True)
class Need:
    """Something a service needs: in words, its fact, and which load balancers do it."""

    words: str
    fact: str
    by: frozenset[str]


def _need(words: str, fact: str, *by: str) -> Need:
    return Need(words, fact, frozenset(by))


NEEDS = MappingProxyType(
    {
        "http-rules": _need("routing by path or host", "N051", "alb"),
        "several-target-groups": _need("several target groups for one service", "A071", "alb", "nlb"),
        "dynamic-host-ports": _need("dynamic host ports", "N053", "alb", "nlb"),
        "tcp": _need("plain TCP", "N052", "nlb", "clb"),
        "udp": _need("UDP", "N052", "nlb"),
        "extreme-throughput": _need("extreme throughput", "N052", "nlb"),
        "privatelink": _need("access through AWS PrivateLink", "N052", "nlb"),
        "fixed-address": _need("a fixed IP address in each zone", "N052", "nlb"),
        "appliances": _need("virtual appliances in the path", "N053", "gwlb"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of what works with what."""

    with_awsvpc: frozenset[str] = frozenset(("alb", "nlb", "gwlb"))  # LB-6, and so on Fargate
    needs: Mapping[str, Need] = NEEDS
    order: tuple[str, ...] = ("alb", "nlb", "gwlb", "clb")  # which one is advised where several fit
    awsvpc_target: str = "ip"  # LB-1


TRUTH = Rules()
