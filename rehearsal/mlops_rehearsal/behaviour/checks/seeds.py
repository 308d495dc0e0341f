"""The bucket from which projects get their seeds: filled by the CDK, and never emptied.

Source: aws-cdk-lib, module aws-s3-deployment: `Prune` removes what is not in this deployment, and
is on where nothing is said; `aws s3 cp` reads the archives, `aws s3 sync` writes.
"""

from collections.abc import Iterator
from typing import Final

from mlops_rehearsal.behaviour.asking import Need, lacking, role_of
from mlops_rehearsal.behaviour.checks.builds import ENCRYPT
from mlops_rehearsal.behaviour.checks.readers import key_of
from mlops_rehearsal.behaviour.stack import Stack

DEPLOYMENT: Final = "Custom::CDKBucketDeployment"
READ: Final = ("s3:GetObject", "s3:ListBucket")


def seeds_stay_and_arrive(stack: Stack) -> Iterator[str]:
    """Older versions of products still find their seeds; the function writes where it is told."""
    for deployment in stack.of_type(DEPLOYMENT):
        known = deployment.properties
        bucket = stack.referenced(known["DestinationBucketName"], "AWS::S3::Bucket")
        function = stack.referenced(known["ServiceToken"], "AWS::Lambda::Function")
        role = role_of(stack, function.properties["Role"]) if function else None
        if known["Prune"] is not False:
            yield f"{deployment.id} removes the seeds of older versions"
        if bucket is None or role is None or "-assets-" not in stack.ref(bucket.id):
            yield f"{deployment.id} fills {known['DestinationBucketName']}"
            continue
        arn, key = stack.arn(bucket.id), key_of(stack, bucket)
        yield from lacking(
            stack,
            role,
            [
                Need(why="write seeds", actions=("s3:PutObject",), resource=f"{arn}/x.zip"),
                Need(why="compare", actions=("s3:ListBucket",), resource=arn),
            ],
        )
        if key:
            encrypt = Need(why="encrypt seeds", actions=ENCRYPT, resource=stack.arn(key.id))
            yield from lacking(stack, role, [encrypt])
        for source in {*known["SourceBucketNames"]}:
            at = f"arn:aws:s3:::{source}"
            for action, on in zip(READ, (f"{at}/x.zip", at), strict=True):
                yield from lacking(stack, role, [Need(why="read", actions=(action,), resource=on)])


def gates_read_the_evidence(stack: Stack) -> Iterator[str]:
    """The gate reads what was registered and what was delivered before, of any project."""
    for function in stack.of_type("AWS::Lambda::Function"):
        role = role_of(stack, function.properties["Role"])
        if not str(function.properties["Handler"]).startswith("runtime.verify.") or role is None:
            continue
        artifacts = f"arn:aws:s3:::mlops-p-abc123-artifacts-{stack.account}"
        pipeline = f"arn:aws:s3:::mlops-p-abc123-pipeline-{stack.account}"
        version = ("s3:GetObject", "s3:GetObjectVersion")
        for why, actions, on in (
            ("read what was registered", version, f"{artifacts}/registered/1.json"),
            ("read what was delivered", version[:1], f"{pipeline}/churn/Verified/x.zip"),
        ):
            yield from lacking(stack, role, [Need(why=why, actions=actions, resource=on)])
