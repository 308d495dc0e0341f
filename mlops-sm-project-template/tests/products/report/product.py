"""The product report: one repository and one build, in place of the standard pipelines."""

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_service_catalog.project.definition import StackProduct
from cdk_service_catalog.project.product_stack import ProductContext, ProductStack


class ReportStack(ProductStack):
    """A repository with a report, and the build that renders it."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        name = self.physical_name("report")
        key = kms.Key(self, "Key", enable_key_rotation=True)
        key.grant_encrypt_decrypt(iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com"))
        repository = codecommit.Repository(self, "Code", repository_name=name, kms_key=key)
        self.seed(repository, "report")
        role = iam.Role(
            self,
            "Role",
            role_name=name,
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
        )
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/codebuild/{name}",
            encryption_key=key,
            retention=logs.RetentionDays.ONE_YEAR,
        )
        # One named policy: the rule packs refuse the inline policy that a project would write.
        policy = iam.ManagedPolicy(self, "Policy", managed_policy_name=name, roles=[role])
        repository.grant_pull(policy)
        log.grant_write(policy)
        codebuild.Project(
            self,
            "Build",
            project_name=name,
            role=role.without_policy_updates(),
            source=codebuild.Source.code_commit(repository=repository),
            build_spec=codebuild.BuildSpec.from_source_filename("buildspec.yml"),
            encryption_key=key,
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.STANDARD_7_0
            ),
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log)
            ),
        )


PRODUCT = StackProduct(
    name="Report",
    description="Renders a report from data, without a model.",
    version="1.0.0",
    stack=ReportStack,
    repositories={"report": ()},
)
