"""What functions call, read from their code, is what their roles may do.

Sources: botocore's models (operations and the names that sign their calls); "Actions, resources,
and condition keys for Amazon S3", Service Authorization Reference (permissions that are named
otherwise than the operation); "Configure Lambda function timeout", Lambda Developer Guide.
"""

from collections.abc import Iterator
from typing import Final

from mlops_commons.iam.evaluation import action_matches
from mlops_rehearsal.behaviour.asking import role_of
from mlops_rehearsal.behaviour.code import (
    Files,
    action_of,
    has_handler,
    operations,
    variables,
)
from mlops_rehearsal.behaviour.policies import identity
from mlops_rehearsal.behaviour.stack import Resource, Stack

NAMED_OTHERWISE: Final = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    **dict.fromkeys(
        (f"s3:{name}Upload" for name in ("CreateMultipart", "CompleteMultipart")), "s3:PutObject"
    ),
    **dict.fromkeys(("s3:CopyObject", "s3:UploadPart", "s3:UploadPartCopy"), "s3:PutObject"),
}
BESIDE: Final = {
    "servicecatalog:AssociatePrincipalWithPortfolio": ("iam:GetRole",),
    "sagemaker:EnableSagemakerServicecatalogPortfolio": ("servicecatalog:AcceptPortfolioShare",),
}
"""What a service does as its caller: "Granting access to users", Service Catalog Administrator
Guide (it looks at the principal that it is given); SageMaker's portfolio is shared with the
account, and the share is accepted: AcceptPortfolioShare, Service Catalog API Reference."""
NOT_AS_ITS_ROLE: Final = {
    ("runtime.verify.handler", "s3:PutObject"): "with the credentials that CodePipeline lends",
    ("index.handler", "cloudfront:CreateInvalidation"): "only where there is a distribution",
}
"""By handler and action: why the role does without."""
LEAST_SECONDS: Final = 30
"""A function without a timeout has three seconds, less than one call that is tried again takes."""


def functions_may_what_they_call(stack: Stack) -> Iterator[str]:
    """Each operation that a handler reaches is an action that its role has, on something."""
    for function in stack.of_type("AWS::Lambda::Function"):
        role, files = role_of(stack, function.properties["Role"]), code_of(stack, function)
        if role is None or files is None:
            continue
        for operation in operations(files, str(function.properties["Handler"])):
            wanted = [action_of(service, operation.written) for service in operation.services]
            names = [NAMED_OTHERWISE.get(action, action) for action in wanted]
            if any((function.properties["Handler"], name) in NOT_AS_ITS_ROLE for name in names):
                continue
            if not any(_has(stack, role, action) for action in names):
                yield f"{function.id} calls {' or '.join(names)}, which {role.id} may not"
            for action in (more for name in names for more in BESIDE.get(name, ())):
                if not _has(stack, role, action):
                    yield f"{function.id} calls {names[0]}, which needs {action}: {role.id}"


def functions_have_their_handler(stack: Stack) -> Iterator[str]:
    """The handler is in the code, and has the time for more than one call."""
    for function in stack.of_type("AWS::Lambda::Function"):
        files, known = code_of(stack, function), function.properties
        if files is not None and not has_handler(files, str(known["Handler"])):
            yield f"{function.id}: {known['Handler'] or 'no handler'} is not in its code"
        given = known["Environment"] or {"Variables": {}}
        for name in sorted(variables(files, str(known["Handler"])) if files else ()):
            if name not in given["Variables"]:
                yield f"{function.id} reads {name}, which nobody gives it"
        if "ImageUri" not in known["Code"] and not (known["Handler"] and known["Runtime"]):
            yield f"{function.id} has no handler or no runtime"
        if files is not None and int(known["Timeout"] or 3) < LEAST_SECONDS:
            yield f"{function.id} has {known['Timeout'] or 3} seconds"


def code_of(stack: Stack, function: Resource) -> Files | None:
    """The code of a function in Python; None for what is not known here."""
    code = function.properties["Code"]
    if "ZipFile" in code:
        return {"index.py": str(code["ZipFile"])}
    return stack.code.get(str(code.get("S3Key")))


def _has(stack: Stack, role: Resource, action: str) -> bool:
    return any(
        statement["Effect"] == "Allow" and action_matches(statement, action)
        for statement in identity(stack, role)
    )
