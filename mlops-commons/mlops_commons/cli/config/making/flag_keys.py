"""What options of `config` take; apart from their reader, because the help shows it."""

from typing import Final

from mlops_commons.contract import USER_GROUPS

KEYS: Final = {
    "role": "dev, preprod or prod; default: the stage's name",
    "profile": "the AWS profile",
    "region": "default: the set's",
    "namespace": "keeps stages of one account apart",
    "approval": "yes or no",
    "vpc-cidr": "the range of its VPC",
    "secondary-cidrs": "further ranges, for its private subnets, with + between them",
    "egress": "nat or endpoints-only",
    "vpc-id": "a VPC that exists",
    "subnets": "its private subnets, with + between them",
    "security-group": "its security group",
}
"""What may follow the account, and what each means."""
GROUPS: Final = tuple(group.name for group in USER_GROUPS.values())
SOURCE_APPS: Final = {"infra": "infra", "template": "project_template"}
"""An app as the command line names it, and as `pipeline.source` does."""
SOURCE_KEYS: Final = {
    "provider": "provider",
    "repository": "repository",
    "branch": "branch_name",
    "connection-arn": "connection_arn",
    "remote": "remote",
}
"""What may follow the type of a source, and its key in the file."""
