"""What `--stage` takes behind the account; apart from its reader, because the help shows it."""

from typing import Final

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
