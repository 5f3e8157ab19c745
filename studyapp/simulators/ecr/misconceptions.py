"""Wrong rules about lifecycle policies that people believe, each the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.ecr.rules import TRUTH
from studyapp.simulators.ruled import Misconception, named

LIFECYCLE = named(
    Misconception(
        "rules_one_after_the_other",
        "Each rule acts on what the rules before it left.",
        "A025",
        "An image in the pool of a higher rule is out of reach of all later rules, though it is kept.",
        replace(TRUTH, pool_shields=False, shielded_count=False),
    ),
    Misconception(
        "list_means_or",
        "An image that meets one entry of a tag list is selected.",
        "A027",
        "It must meet every entry of the list.",
        replace(TRUTH, list_means_all=False),
    ),
    Misconception(
        "shielded_images_do_not_count",
        "Images that a higher rule keeps do not count among the newest of a later rule.",
        "A025",
        "They count; they only cannot be acted on.",
        replace(TRUTH, shielded_count=False),
    ),
    Misconception(
        "age_of_exactly_the_days_is_too_old",
        "An image that is exactly as old as the rule says is expired.",
        "N112",
        "It must be older than that.",
        replace(TRUTH, older_than=False),
    ),
    Misconception(
        "highest_number_first",
        "The rule with the highest priority number is applied first.",
        "N114",
        "The lowest number is applied first.",
        replace(TRUTH, lowest_first=False),
    ),
    Misconception(
        "count_keeps_the_oldest",
        "A rule by count keeps the first images and removes the newer ones.",
        "N112",
        "The newest are kept.",
        replace(TRUTH, keeps_newest=False),
    ),
    Misconception(
        "prefix_met_anywhere",
        "A prefix or pattern is met anywhere in a tag.",
        "A027",
        "A prefix is met at the beginning, a pattern by the whole tag.",
        replace(TRUTH, anywhere=True),
    ),
    Misconception(
        "last_pull_is_ignored",
        "Only the time since the push counts.",
        "N112",
        "Rules by the last pull count from that, and move images to the archive.",
        replace(TRUTH, pull_age=False),
    ),
)
