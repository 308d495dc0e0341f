"""Where people work: in private subnets, with what is in their own account.

Sources: "Connect Studio in a VPC to external resources", SageMaker Developer Guide (a domain that
is `VpcOnly` needs private subnets with NAT or endpoints); "aws:ResourceAccount", IAM User Guide
(buckets have names that anybody may take).
"""

from collections.abc import Iterator
from typing import Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.subnets import private_subnets
from mlops_rehearsal.behaviour.stack import Stack

FOREIGN: Final = "999999999999"
OBJECTS: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
VOLUMES: Final = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
)
TAKEN: Final = ("sagemaker-project-theirs", "sagemaker-p-abc123-theirs", "mlops-p-abc123-artifacts")
"""Names of buckets that somebody else has taken."""


def people_work_in_private_subnets(stack: Stack) -> Iterator[str]:
    """The domain is in the subnets that the stage publishes for jobs, and in no other."""
    wanted = {stack.ref(subnet.id) for subnet in private_subnets(stack)}
    for domain in stack.of_type("AWS::SageMaker::Domain"):
        if wanted and set(domain.properties["SubnetIds"]) != wanted:
            yield f"{domain.id} is not in the private subnets"


def people_stay_in_their_account(stack: Stack) -> Iterator[str]:
    """A bucket of another account that has a name like ours is not read, written or listed."""
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        role = stack.by_arn.get(str(parameter.properties["Value"]))
        if role is None or role.type != "AWS::IAM::Role":
            continue
        where = {"aws:ResourceAccount": FOREIGN, "s3:ResourceAccount": FOREIGN}
        for name in TAKEN:
            for bucket in (name, f"{name}-{stack.account}"):
                arn = f"arn:aws:s3:::{bucket}"
                yield from excess(
                    stack,
                    role,
                    [
                        Need(
                            why="list theirs",
                            actions=("s3:ListBucket",),
                            resource=arn,
                            context=where,
                        ),
                        *(
                            Need(
                                why="use theirs",
                                actions=OBJECTS,
                                resource=f"{arn}/{key}",
                                context=where,
                            )
                            for key in ("x", "data/x", "input/x")
                        ),
                    ],
                )


def people_have_spaces_of_their_own(stack: Stack) -> Iterator[str]:
    """A persona with a profile opens private spaces of this profile, and of nobody else's.

    Source: "Amazon SageMaker AI domain space", SageMaker Developer Guide; Service Authorization
    Reference, "Amazon SageMaker", sagemaker:OwnerUserProfileArn, sagemaker:SpaceSharingType.
    """
    place = f"arn:aws:sagemaker:{stack.region}:{stack.account}"
    for profile in stack.of_type("AWS::SageMaker::UserProfile"):
        role = role_of(stack, profile.properties["UserSettings"]["ExecutionRole"])
        if role is None:
            continue
        name = str(profile.properties["UserProfileName"])
        session = {"sagemaker:DomainId": "d-1", "sagemaker:UserProfileName": name}
        # The key is there while something is created: tags of what exists decide who may use it.
        tag = Need(why="tag", actions=("sagemaker:AddTags",), resource=f"{place}:endpoint/x")
        yield from excess(stack, role, [tag])
        for owner, ask in ((name, lacking), ("of-somebody-else", excess)):
            own = {
                **session,
                "sagemaker:OwnerUserProfileArn": f"{place}:user-profile/d-1/{owner}",
                "sagemaker:SpaceSharingType": "Private",
            }
            kinds = (("CreateSpace", "space/d-1/x"), ("CreateApp", "app/d-1/x/jupyterlab/default"))
            for action, on in kinds:
                need = Need(
                    why=f"work in spaces of {owner}",
                    actions=(f"sagemaker:{action}",),
                    resource=f"{place}:{on}",
                    context=own,
                )
                yield from ask(stack, role, [need])


def people_may_encrypt_volumes_of_spaces(stack: Stack) -> Iterator[str]:
    """Whoever has a profile may do with keys, through EBS alone, what an encrypted volume takes.

    Source: "Requirements for Amazon EBS encryption", section "Permissions for users", Amazon EBS
    User Guide; the name of EBS for KMS: "kms:ViaService", AWS KMS Developer Guide.
    """
    key = f"arn:aws:kms:{stack.region}:{stack.account}:key/1"
    grants = Need(
        why="let AWS use a key",
        actions=("kms:CreateGrant",),
        resource=key,
        context={"kms:GrantIsForAWSResource": "true"},
    )
    for profile in stack.of_type("AWS::SageMaker::UserProfile"):
        role = role_of(stack, profile.properties["UserSettings"]["ExecutionRole"])
        if role is None:
            continue
        yield from lacking(stack, role, [grants])
        for service, ask in (("ec2", lacking), ("sqs", excess)):
            use = Need(
                why=f"encrypt a volume through {service}",
                actions=VOLUMES,
                resource=key,
                context={"kms:ViaService": f"{service}.{stack.region}.amazonaws.com"},
            )
            yield from ask(stack, role, [use])


def roles_of_aws_are_where_it_looks(stack: Stack) -> Iterator[str]:
    """Roles of AWS's own project templates have the path that their ARNs have in its guide.

    Source: "SageMaker Studio Permissions Required to Use Projects", SageMaker Developer Guide.
    """
    for role in stack.of_type("AWS::IAM::Role"):
        named = str(role.properties["RoleName"] or "")
        path = role.properties["Path"]
        if named.startswith("AmazonSageMakerServiceCatalogProducts") and path != "/service-role/":
            yield f"{role.id}: SageMaker looks for {named} below /service-role/"
