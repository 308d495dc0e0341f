"""Faults that remove a wall: the attacker's act must then fail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from mlops_commons.contract import Persona
from mlops_commons.utilities import names
from mlops_rehearsal.acts.attempts import Attacker
from mlops_rehearsal.world.world import World
from planted.fault import stage_of


@contextmanager
def with_every_bucket(world: World) -> Iterator[World]:
    """Somebody helps a data scientist out of a refusal, with a policy and without a boundary."""
    dev = stage_of(world, "dev")
    iam = world.administrator("iam", dev.account, dev.region)
    role = Attacker(world, world.projects[0]).role(Persona.DATA_SCIENTIST).rpartition("/")[2]
    boundary = iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    allowed = [
        {"Effect": "Allow", "Action": ["s3:PutObject", "kms:GenerateDataKey"], "Resource": "*"}
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_role_policy(RoleName=role, PolicyName="Help", PolicyDocument=document)
    iam.delete_role_permissions_boundary(RoleName=role)
    buckets = world.administrator("s3", dev.account, dev.region)
    bucket = Attacker(world, world.projects[0]).bucket(f"{world.projects[0].project_id}-pipeline")
    policy = buckets.get_bucket_policy(Bucket=bucket)["Policy"]
    buckets.delete_bucket_policy(Bucket=bucket)
    yield world
    buckets.put_bucket_policy(Bucket=bucket, Policy=policy)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    iam.delete_role_policy(RoleName=role, PolicyName="Help")


@contextmanager
def with_trust_of_dev(world: World) -> Iterator[World]:
    """The deploy role of prod trusts the dev account, and a data scientist may assume roles."""
    prod, project = stage_of(world, "prod"), world.projects[0]
    iam = world.administrator("iam", prod.account, prod.region)
    set_name = project.deployment.set_name
    deploy = names.project_deploy_role(
        world.config.app_prefix, set_name, prod.stage_name, prod.region
    )
    before = json.dumps(iam.get_role(RoleName=deploy)["Role"]["AssumeRolePolicyDocument"])
    persona = Attacker(world, project).role(Persona.DATA_SCIENTIST)
    trust = {"Effect": "Allow", "Principal": {"AWS": persona}, "Action": "sts:AssumeRole"}
    after = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName=deploy, PolicyDocument=after)
    role = persona.rpartition("/")[2]
    own = world.administrator("iam", project.dev.account, project.dev.region)
    boundary = own.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    own.delete_role_permissions_boundary(RoleName=role)
    allowed = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    own.put_role_policy(RoleName=role, PolicyName="Assume", PolicyDocument=document)
    yield world
    own.delete_role_policy(RoleName=role, PolicyName="Assume")
    own.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    iam.update_assume_role_policy(RoleName=deploy, PolicyDocument=before)
