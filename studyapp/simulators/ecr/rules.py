"""How a lifecycle policy chooses images. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECR user guide (LifecyclePolicies, lifecycle_policy_parameters, lifecycle_policy_examples).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of selecting, counting and applying."""

    pool_shields: bool = True  # 5.2-3: being in a higher rule's pool is enough
    list_means_all: bool = True  # 5.1: each entry of a list must be met by some tag
    shielded_count: bool = True  # 5.2-5: what a higher rule holds still counts among the newest N
    older_than: bool = True  # 5.2-2: strictly older than the days
    lowest_first: bool = True  # 5.2-3: by ascending priority
    keeps_newest: bool = True  # 5.2-2: the first N of young to old are kept
    anywhere: bool = False  # a prefix is met at the beginning of a tag alone
    pull_age: bool = True  # 5.2-2: sinceImagePulled looks at the last pull


TRUTH = Rules()
