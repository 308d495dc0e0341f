"""The MLflow App of a stage: where notebooks and the builds of projects track their runs.

One action, `sagemaker:CallMlflowAppApi`, covers the whole REST API of an app, so who tracks a run
can also read and delete those of others; an auditor has no access. Nothing is deployed from here:
versions of models are registered by projects, and models stay out of the app's registry.
"""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IConstruct

from mlops_commons.cdk.policies import managed_policy
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.contract import ParameterName
from mlops_commons.iam.statements import Statement, actions
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.access.tracking import TRACK, TRACKERS

FIND: Final = actions("s3", "GetBucketLocation ListBucket")
ARTIFACTS: Final = actions("s3", "DeleteObject GetObject PutObject")
KEY: Final = actions("kms", "Decrypt GenerateDataKey")
"""MLflow's clients write the artifacts of runs to S3 themselves."""
OBJECTS: Final = (
    "the artifacts of runs have names made while people work; the statement ends at this bucket"
)


class MlflowApp(Construct):
    """An app, the bucket and key of its artifacts, its role, and its place in the contract.

    Exposes `arn`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        namespace: str,
        personas: PersonaRoles,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the app.

        Args:
            name: of the app; letters, digits and hyphens.
            namespace: of the stage's SSM parameters; empty for none.
            personas: whose roles track runs and see them.
        """
        super().__init__(scope, construct_id)
        bucket = SecureBucket(self, "Artifacts", removal_policy=removal_policy)
        role = iam.Role(
            self,
            "Role",
            description="MLflow App: reads and writes the artifacts of runs",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            ),
        )
        store = managed_policy(
            self,
            "Store",
            _use(bucket),
            description="MLflow App: its bucket and nothing else",
            roles=[role],
        )
        app = sagemaker.CfnMlflowApp(
            self,
            "App",
            name=name,
            artifact_store_uri=bucket.s3_url_for_object(),
            role_arn=role.role_arn,
            model_registration_mode="AutoModelRegistrationDisabled",
        )
        app.node.add_dependency(store)
        self.arn = app.attr_arn
        for persona in TRACKERS:
            for allowed, resource in _tracking(self.arn, bucket):
                personas.role(persona).add_to_principal_policy(
                    iam.PolicyStatement(actions=list(allowed), resources=[resource])
                )
        ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=ParameterName.MLFLOW_APP.within(namespace),
            description="ARN of the MLflow App",
            string_value=self.arn,
        )


def _tracking(app_arn: str, bucket: SecureBucket) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What a persona needs; all but the app itself its boundary lets through already."""
    return (
        (TRACK, app_arn),
        (FIND, bucket.bucket_arn),
        (ARTIFACTS, bucket.arn_for_objects("*")),
        (KEY, bucket.own_key.key_arn),
    )


def _use(bucket: SecureBucket) -> tuple[Statement, ...]:
    objects = f"${{{_logical_id(bucket)}.Arn}}"
    return (
        Statement(
            sid="FindArtifacts",
            actions=FIND,
            resources=(objects,),
        ),
        Statement(
            sid="UseArtifacts",
            actions=ARTIFACTS,
            resources=(f"{objects}/*",),
            reason=OBJECTS,
        ),
        Statement(
            sid="UseTheirKey",
            actions=KEY,
            resources=(f"${{{_logical_id(bucket.own_key)}.Arn}}",),
        ),
    )


def _logical_id(construct: IConstruct) -> str:
    element = construct.node.default_child
    assert isinstance(element, cdk.CfnElement)
    return str(cdk.Stack.of(construct).resolve(element.logical_id))
