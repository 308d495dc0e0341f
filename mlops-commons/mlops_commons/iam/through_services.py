"""The names under which KMS knows the services that use a key for somebody."""

from typing import Final

from mlops_commons.iam.statements import Condition

HERE: Final = "${AWS::Region}"


def via(*services: str, region: str = HERE) -> tuple[str, ...]:
    """Values of `kms:ViaService`: they end in `amazonaws.com` in China too, as no endpoint does.

    Source: KMS Developer Guide, "kms:ViaService": "Use the .amazonaws.com suffix of the AWS KMS
    ViaService name in all AWS partitions"; the template of the CDK's bootstrap writes it so too.

    Args:
        services: such as `s3`; EBS is `ec2`.
        region: where the key is; as a template writes it, unless it is known.
    """
    return tuple(f"{service}.{region}.amazonaws.com" for service in services)


def through(*services: str, region: str = HERE) -> Condition:
    """The condition that one of these services makes the request in the name of the principal."""
    names = via(*services, region=region)
    return {"StringEquals": {"kms:ViaService": names if len(names) > 1 else names[0]}}
