"""Policies that are longer than IAM takes, and what of the configuration makes them so."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mlops_commons.contract import Persona


class Part(StrEnum):
    """What of the configuration goes into policies, by its key."""

    ACTIONS = "actions"
    DATA_BUCKETS = "data_buckets"
    POLICY_ARNS = "policy_arns"
    INSTANCE_TYPES = "instance_types"
    SUBNETS = "subnets"
    DENIALS = "deny"
    ROLE_ACTIONS = "role_actions"
    DEPLOYS = "deploys"
    ROLES = "roles"
    PREFIX = "app_prefix"


OF_PERSONAS: Final = frozenset({Part.ACTIONS, Part.DATA_BUCKETS, Part.POLICY_ARNS})
SHORTER: Final = {
    Part.ACTIONS: "name fewer actions, or the beginning of several, such as 'athena:Get*'",
    Part.DATA_BUCKETS: "name fewer buckets here, and the others in a policy of yours, policy_arns",
    Part.POLICY_ARNS: "put what it needs into one policy, or let it use buckets by 'data_buckets'",
    Part.INSTANCE_TYPES: "name families, such as 'ml.m5.*'",
    Part.SUBNETS: "name fewer subnets",
    Part.DENIALS: "write the statements shorter (families of actions such as 'ec2:Create*'; what "
    "a service control policy denies as well need not stand there)",
    Part.ROLE_ACTIONS: "name fewer actions",
    Part.DEPLOYS: "name fewer types",
    Part.ROLES: "take a shorter path, or a shorter prefix",
    Part.PREFIX: "take a shorter prefix",
}
"""What there is to do about each."""


@dataclass(frozen=True, kw_only=True)
class LongPolicy:
    """A policy, or the policies of one role, that IAM would not take.

    Attributes:
        set_name, stage_name: the stage that would have it.
        message: what it would be, and what IAM takes.
        part: what of the configuration takes most of its room.
        persona: whose it is, where it is one's.
    """

    set_name: str
    stage_name: str
    message: str
    part: Part
    persona: Persona | None = None
