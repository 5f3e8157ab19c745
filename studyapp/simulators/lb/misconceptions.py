"""Wrong rules about load balancers that people believe, each the true ones with one part exchanged."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from studyapp.simulators.lb.rules import NEEDS, TRUTH, Need
from studyapp.simulators.ruled import Misconception, named


def _also(name: str, *kinds: str) -> Mapping[str, Need]:
    return MappingProxyType({**NEEDS, name: replace(NEEDS[name], by=NEEDS[name].by | set(kinds))})


CHOOSE = named(
    Misconception(
        "classic_works_on_fargate",
        "A Classic Load Balancer works with Fargate as with EC2.",
        "N053",
        "It registers instances, and a task in awsvpc mode is none.",
        replace(TRUTH, with_awsvpc=TRUTH.with_awsvpc | {"clb"}),
    ),
    Misconception(
        "network_balancer_not_on_fargate",
        "On Fargate only an Application Load Balancer works.",
        "N052",
        "A Network Load Balancer works there too.",
        replace(TRUTH, with_awsvpc=frozenset(("alb",))),
    ),
    Misconception(
        "only_alb_has_dynamic_ports",
        "Dynamic host ports work with an Application Load Balancer only.",
        "A067",
        "ECS registers each task with its port; a Network Load Balancer takes that too.",
        replace(
            TRUTH,
            needs=MappingProxyType(
                {**NEEDS, "dynamic-host-ports": replace(NEEDS["dynamic-host-ports"], by=frozenset(("alb",)))}
            ),
        ),
    ),
    Misconception(
        "classic_has_dynamic_ports",
        "A Classic Load Balancer follows dynamic host ports.",
        "N053",
        "It registers whole instances with one port.",
        replace(TRUTH, needs=_also("dynamic-host-ports", "clb")),
    ),
    Misconception(
        "alb_does_udp_and_tcp",
        "An Application Load Balancer carries any traffic.",
        "N052",
        "It speaks HTTP; TCP and UDP are for a Network Load Balancer.",
        replace(
            TRUTH,
            needs=MappingProxyType(
                {**NEEDS, **{name: replace(NEEDS[name], by=NEEDS[name].by | {"alb"}) for name in ("tcp", "udp")}}
            ),
        ),
    ),
    Misconception(
        "nlb_routes_by_path",
        "A Network Load Balancer routes by path as well.",
        "N051",
        "It does not look into requests; paths and hosts are for an Application Load Balancer.",
        replace(TRUTH, needs=_also("http-rules", "nlb")),
    ),
    Misconception(
        "alb_serves_privatelink",
        "An Application Load Balancer stands behind AWS PrivateLink by itself.",
        "N052",
        "That is what a Network Load Balancer is for.",
        replace(
            TRUTH,
            needs=MappingProxyType(
                {
                    **NEEDS,
                    **{
                        name: replace(NEEDS[name], by=NEEDS[name].by | {"alb"})
                        for name in ("privatelink", "fixed-address")
                    },
                }
            ),
        ),
    ),
    Misconception(
        "network_balancer_is_the_default",
        "The faster one is always the better one: take a Network Load Balancer.",
        "N051",
        "For most services, above all HTTP, an Application Load Balancer is advised.",
        replace(TRUTH, order=("nlb", "alb", "gwlb", "clb")),
    ),
)
