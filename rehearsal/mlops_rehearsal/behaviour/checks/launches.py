"""What a launch of a product needs: the offer, its constraint, and the role that makes it.

Sources: "AWS Service Catalog launch constraints" (what a launch role does with CloudFormation and
with the template that Service Catalog keeps), "Granting a user permissions to pass a role", IAM.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.keys import CODECOMMIT
from mlops_rehearsal.behaviour.checks.makers import makers
from mlops_rehearsal.behaviour.checks.readers import key_of
from mlops_rehearsal.behaviour.checks.trust import services_given
from mlops_rehearsal.behaviour.policies import policies_of
from mlops_rehearsal.behaviour.stack import Resource, Stack

OFFER: Final = "AWS::ServiceCatalog::PortfolioProductAssociation"
CONSTRAINT: Final = "AWS::ServiceCatalog::LaunchRoleConstraint"
PRINCIPAL: Final = "AWS::ServiceCatalog::PortfolioPrincipalAssociation"
CHANGES: Final = tuple(
    f"cloudformation:{name}"
    for name in (
        *("CreateStack", "DeleteStack", "DescribeStackEvents", "DescribeStackResources"),
        *("DescribeStacks", "GetTemplate", "SetStackPolicy", "UpdateStack", "CreateChangeSet"),
        *("DeleteChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "ListChangeSets"),
        *("TagResource", "UntagResource"),
    )
)
KEPT: Final = "s3:ExistingObjectTag/servicecatalog:provisioning"


def products_are_offered(stack: Stack) -> Iterator[str]:
    """Each product is in the portfolio, launched with a role of the stack, for somebody."""
    portfolios = {stack.ref(found.id) for found in stack.of_type("AWS::ServiceCatalog::Portfolio")}
    for product in stack.of_type("AWS::ServiceCatalog::CloudFormationProduct"):
        for kind in (OFFER, CONSTRAINT):
            links = [
                found
                for found in stack.of_type(kind)
                if found.properties["ProductId"] == stack.ref(product.id)
                and found.properties["PortfolioId"] in portfolios
            ]
            if len(links) != 1:
                yield f"{product.id} has {len(links)} of {kind}"
        for artifact in product.properties["ProvisioningArtifactParameters"] or [{}]:
            if artifact.get("DisableTemplateValidation") is not False:
                yield f"{product.id}: CloudFormation does not look at its template"


def people_may_launch(stack: Stack) -> Iterator[str]:
    """Each launch has a role of the stack, and somebody may launch."""
    for found in stack.of_type(CONSTRAINT):
        if role_of(stack, found.properties["RoleArn"]) is None:
            yield f"{found.id} launches without a role of this stack"
    for found in stack.of_type("AWS::ServiceCatalog::Portfolio"):
        portfolio = stack.ref(found.id)
        people = [p.properties for p in stack.of_type(PRINCIPAL)]
        if not any(p["PortfolioId"] == portfolio and p["PrincipalARN"] for p in people):
            yield f"nobody may launch from {portfolio}"


def launches_change_their_stacks(stack: Stack) -> Iterator[str]:
    """The launch role works on stacks of Service Catalog, and reads what it keeps."""
    for role in makers(stack):
        if not any(stack.of_type(CONSTRAINT)):
            return
        place = f"arn:aws:cloudformation:{stack.region}:{stack.account}:stack"
        look = ("cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate")
        kept = "arn:aws:s3:::sc-of-service-catalog/template"
        yield from lacking(
            stack,
            role,
            [
                Need(why="launch", actions=CHANGES, resource=f"{place}/SC-{stack.account}-pp-1/x"),
                Need(why="look at the template", actions=look),
                Need(why="read it", actions=READ, resource=kept, context={KEPT: "true"}),
                *_seeds(stack),
            ],
        )
        other = f"{place}/dev-mlops-infra/x"
        contract = ("ssm:DeleteParameter", "ssm:PutParameter")
        names = [f"mlops/{name}" for name in ("role/ds", "boundary/deployment")]
        parameters = f"arn:aws:ssm:{stack.region}:{stack.account}:parameter"
        yield from excess(
            stack,
            role,
            [
                Need(why="change other stacks", actions=CHANGES, resource=other),
                Need(why="read anything", actions=READ, resource="arn:aws:s3:::of-others/x"),
                *(
                    Need(why="exchange it", actions=contract, resource=f"{parameters}/{n}")
                    for n in names
                ),
            ],
        )


def makers_pass_what_they_make(stack: Stack) -> Iterator[str]:
    """Each role of what is made is passed to the service that it is given to, and to no other."""
    for role in makers(stack):
        for made in stack.makes:
            for worker in made.of_type("AWS::IAM::Role"):
                arn = made.arn(worker.id).replace(made.account, stack.account)
                for service in {*_passed(made, worker)}:
                    yield from lacking(stack, role, [_passing(arn, service)])
                    yield from excess(stack, role, [_passing(arn, "lambda.amazonaws.com")])


def makers_make_roles_with_their_boundary(stack: Stack) -> Iterator[str]:
    """Each role of what is made is made with its boundary, and with no other.

    Source: Service Authorization Reference, "AWS Identity and Access Management", CreateRole and
    PutRolePermissionsBoundary: iam:PermissionsBoundary.
    """
    for role in makers(stack):
        for made in stack.makes if any(stack.of_type(CONSTRAINT)) else ():
            for worker in made.of_type("AWS::IAM::Role"):
                arn = made.arn(worker.id).replace(made.account, stack.account)
                boundary = str(worker.properties["PermissionsBoundary"])
                boundary = boundary.replace(made.account, stack.account)
                yield from lacking(stack, role, [_bounded(arn, boundary)])
                yield from excess(stack, role, [_bounded(arn, f"{boundary}-of-others")])


def _bounded(arn: str, boundary: str) -> Need:
    names = ("iam:CreateRole", "iam:PutRolePermissionsBoundary")
    bounded = {"iam:PermissionsBoundary": boundary}
    return Need(why=f"make {arn} within {boundary}", actions=names, resource=arn, context=bounded)


def launches_encrypt_repositories(stack: Stack) -> Iterator[str]:
    """Whoever makes a repository with a key of the account uses the key through CodeCommit.

    Source: "AWS KMS and encryption for AWS CodeCommit repositories", CodeCommit User Guide.
    """
    for role in makers(stack):
        for tags in _keys_of_repositories(stack):
            key = f"arn:aws:kms:{stack.region}:{stack.account}:key/one"
            through = {"kms:ViaService": f"codecommit.{stack.region}.amazonaws.com"}
            actions = tuple(f"kms:{name}" for name in CODECOMMIT)
            own = Need(
                why="encrypt repositories",
                actions=actions,
                resource=key,
                context={**through, **tags},
            )
            yield from lacking(stack, role, [own])
            yield from excess(stack, role, [replace(own, context=through, why="use any key")])


def launches_attach_policies(stack: Stack) -> Iterator[str]:
    """The launch role attaches a product's policies to its roles, within the boundary, no others.

    Source: "Controlling access to policies" (iam:PolicyARN), IAM User Guide.
    """
    for role in makers(stack):
        for made in stack.makes:
            for worker in made.of_type("AWS::IAM::Role"):
                bound = str(worker.properties["PermissionsBoundary"])
                arn = made.arn(worker.id)
                for policy in policies_of(made, worker):
                    if made.name.startswith("SC-"):
                        own = _attaching(arn, bound, made.arn(policy.id))
                        yield from lacking(stack, role, [own])
                foreign = "arn:aws:iam::aws:policy/AdministratorAccess"
                yield from excess(stack, role, [_attaching(arn, bound, foreign)])


def _attaching(role: str, bound: str, policy: str) -> Need:
    keys = {"iam:PermissionsBoundary": bound, "iam:PolicyARN": policy}
    attach = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
    return Need(why=f"attach {policy}", actions=attach, resource=role, context=keys)


def _keys_of_repositories(stack: Stack) -> Iterator[dict[str, str]]:
    """The tags of each key with which a product encrypts a repository, as a policy sees them."""
    for made in stack.makes:
        for repository in made.of_type("AWS::CodeCommit::Repository"):
            key = made.referenced(repository.properties["KmsKeyId"], "AWS::KMS::Key")
            if key:
                tags = key.properties["Tags"] or []
                yield {f"aws:ResourceTag/{tag['Key']}": str(tag["Value"]) for tag in tags}


READ: Final = ("s3:GetObject",)
ASKS_NOBODY: Final = ("sagemaker",)
"""Given by a variable: who makes the SageMaker pipeline passes it, which is not CloudFormation."""


def _passed(made: Stack, worker: Resource) -> Iterator[str]:
    for service in services_given(made, worker):
        variable = service.startswith(ASKS_NOBODY) and made.name.startswith("SC-")
        if not variable:
            yield service


def _passing(arn: str, service: str) -> Need:
    passed = {"iam:PassedToService": service}
    return Need(why=f"pass to {service}", actions=("iam:PassRole",), resource=arn, context=passed)


def _seeds(stack: Stack) -> Iterator[Need]:
    """The code with which repositories start, in the bucket of assets."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        key = key_of(stack, bucket)
        if key and "-assets-" in stack.ref(bucket.id):
            read = (*READ, "s3:GetObjectVersion")
            yield Need(why="read the seeds", actions=read, resource=f"{stack.arn(bucket.id)}/x.zip")
            yield Need(why="decrypt them", actions=("kms:Decrypt",), resource=stack.arn(key.id))
