"""The product features: a standard project with a table of features."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.product_stack import ProductContext
from cdk_service_catalog.project.project_stack import ProjectStack
from mlops_commons.cdk.nag import acknowledge


class FeatureProject(ProjectStack):
    """The standard project, and a table that its training jobs read."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        entity = self.add_parameter(
            "FeatureKey",
            label="Key of the features",
            group="Features",
            description="What each row describes, such as customer_id",
            default="customer_id",
            allowed_pattern="[a-z_]{1,60}",
        )
        features = dynamodb.Table(
            self,
            "Features",
            table_name=self.physical_name("features"),
            partition_key=dynamodb.Attribute(
                name=entity.value_as_string, type=dynamodb.AttributeType.STRING
            ),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption_key=self.artifact_key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )
        features.grant_read_data(self.permissions("execution"))
        acknowledge(
            features,
            "NIST.800.53.R5-DynamoDBInBackupPlan",
            reason="the table can be restored to any second of the last 35 days",
        )


PRODUCT = ProductDefinition(
    name="Forecast with features",
    description="Trains on features from a table and deploys a forecast of demand.",
    version="1.0.0",
    build_layers=("build_app", "tabular_build_app"),
    deploy_layers=("deploy_app", "endpoint_deploy_app"),
    stack=FeatureProject,
)
