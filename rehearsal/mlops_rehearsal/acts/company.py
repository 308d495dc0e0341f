"""What the company has before the platform comes: networks, a boundary, buckets of logs and keys.

The policies of buckets and keys are what `config statements` prints for their owners, beside what
an owner has there of his own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.config import ImportNetwork, PlatformConfig
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.buckets_of_others import create_bucket
from mlops_rehearsal.emulator.own_network import OwnNetwork
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.places import occupied
from mlops_rehearsal.world.world import World

LOG_ARCHIVE: Final = "999999999998"
"""Whose bucket of flow logs it is; the ARN of a bucket does not say."""


def prepare_company(world: World) -> Iterator[Evidence]:
    """Make all of it that the configuration names."""
    yield from _networks(world)
    yield from _boundaries(world)
    org = world.config.org
    if org.flow_logs or org.access_logs or org.keys:
        yield from _owned(world)


def log_buckets(config: PlatformConfig) -> Mapping[str, tuple[str, str]]:
    """The company's buckets of access logs, with account and region of each."""
    archive = config.org.access_logs
    return {archive.bucket_in(*place): place for place in occupied(config)} if archive else {}


def _boundaries(world: World) -> Iterator[Evidence]:
    """The organization's boundary, which is in every account before anything is made there."""
    boundary = world.config.org.permissions_boundary
    if boundary is None:
        return
    path, _, name = f"/{boundary.name}".rpartition("/")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [everything, *boundary.denials]}
    rows = []
    for account in sorted(world.administrators):
        iam = world.administrator("iam", account, world.config.pipeline.region)
        made = iam.create_policy(
            PolicyName=name, Path=f"{path}/", PolicyDocument=json.dumps(document)
        )
        rows.append({"account": account, "boundary": made["Policy"]["Arn"]})
    yield Evidence("boundaries", tuple(rows))


def _networks(world: World) -> Iterator[Evidence]:
    """The VPCs that the configuration names: they belong to somebody, and are there before."""
    rows = []
    for account, region, network in _owners_networks(world.config):
        world.emulator.own_network(account, region, network)
        subnets = ", ".join(network.subnets)
        rows.append({"account": account, "vpc": network.vpc_id, "subnets": subnets})
    if rows:
        yield Evidence("networks", tuple(rows))


def _owners_networks(config: PlatformConfig) -> Iterator[tuple[str, str, OwnNetwork]]:
    """Each with its account and region."""
    if of_builds := config.org.builds.vpc:
        yield (
            config.pipeline.account,
            config.pipeline.region,
            OwnNetwork(
                vpc_id=of_builds.vpc_id,
                subnets=of_builds.subnet_ids,
                security_groups=of_builds.security_group_ids,
            ),
        )
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            network = config.network(deployment.set_name, stage.stage_name)
            if isinstance(network, ImportNetwork):
                yield stage.account, stage.region, _imported(network)


def _imported(network: ImportNetwork) -> OwnNetwork:
    return OwnNetwork(
        vpc_id=network.vpc_id,
        vpc_cidr=network.vpc_cidr,
        subnets=tuple(dict.fromkeys((*network.subnets, *network.endpoint_subnets))),
        security_groups=(network.base_security_group,),
        route_table_ids=network.route_table_ids,
    )


def _owned(world: World) -> Iterator[Evidence]:
    world.say("./mlops-multi-account.sh config statements --json")
    printed = json.loads(wrapper(world, "statements", "config", "statements", "--json"))
    statements: dict[str, list[Mapping[str, Any]]] = {}
    for row in printed:
        statements.setdefault(row["policy_of"], []).extend(row["statements"])
    found = dict(sorted(statements.items()))
    for arn, rows in found.items():
        if ":kms:" in arn:
            world.emulator.own_key(arn, _document(_own(arn), *rows))
        elif ":s3:" in arn:
            _make_bucket(world, arn.rpartition(":")[2], _document(*rows))
    yield Evidence(
        "policies of the company",
        tuple({"policy of": arn, "statements": str(len(rows))} for arn, rows in found.items()),
    )


def _own(key: str) -> Mapping[str, Any]:
    """What the policy of every key has that the console makes (KMS Developer Guide, "Default key
    policy")."""
    _, partition, _, _, account, _ = key.split(":")
    root = f"arn:{partition}:iam::{account}:root"
    return {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}


def _make_bucket(world: World, name: str, policy: Mapping[str, Any]) -> None:
    archive = (LOG_ARCHIVE, world.config.pipeline.region)
    account, region = log_buckets(world.config).get(name, archive)
    s3 = world.root("s3", account, region)
    create_bucket(s3, name, region)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def _document(*statements: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements]}
