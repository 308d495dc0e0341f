"""The standard project as a CDK stack, to which a product adds constructs of its own."""

from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_service_catalog.project.access.roles import (
    ProjectRole,
    project_roles,
    wildcard_reasons,
)
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.findings import STANDARD_FINDINGS
from cdk_service_catalog.project.product_stack import ProductContext, ProductStack
from cdk_service_catalog.project.props import Template
from cdk_service_catalog.project.template import project_template
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.organization import NO_PATH
from mlops_commons.utilities.errors import PlatformError


class ProjectStack(ProductStack):
    """Everything that a project with the standard pipelines gets in the dev account.

    Exposes what it has as constructs; `resource` gives any other resource by its logical id.
    """

    def __init__(self, scope: Construct, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        for row in self._rows.values():
            reasons = wildcard_reasons(row)
            if reasons:
                acknowledge_each(self.resource(row.policy), reasons)
        acknowledge_each(self.included, STANDARD_FINDINGS)

    def included_template(self) -> Template:
        """The standard project; its parameters are shown together with further ones."""
        content = project_template(
            self.definition,
            self.context.props,
            build_seed=self.context.seeds["build_app"],
            deploy_seed=self.context.seeds["deploy_app"],
        )
        return {name: section for name, section in content.items() if name != "Metadata"}

    @property
    def definition(self) -> ProductDefinition:
        """`PRODUCT` of the product's folder."""
        assert isinstance(self.context.definition, ProductDefinition)
        return self.context.definition

    def resource(self, logical_id: str) -> cdk.CfnResource:
        """A resource of the standard project as an L1 construct."""
        return self.included.get_resource(logical_id)

    def role(self, purpose: str) -> iam.IRole:
        """A role of the project by its purpose, such as `execution` or `build`.

        To give it permissions, grant them to `permissions(purpose)`.
        """
        row = self._row(purpose)
        beside = self.context.props.org.roles.path == NO_PATH
        return self._role(row) if beside else self._role_by_arn(row)

    def permissions(self, purpose: str) -> iam.ManagedPolicy:
        """A further policy of a role, which takes grants: `table.grant_read_data(...)`."""
        return self._permissions(self._row(purpose))

    @cached_property
    def artifact_key(self) -> kms.IKey:
        """The key of data and models."""
        return self._key("ArtifactKey")

    @cached_property
    def pipeline_key(self) -> kms.IKey:
        """The key of source code, build logs and notifications."""
        return self._key("PipelineKey")

    @cached_property
    def artifact_bucket(self) -> s3.IBucket:
        """The bucket of data and models."""
        return self._bucket("ArtifactBucket", self.artifact_key)

    @cached_property
    def pipeline_bucket(self) -> s3.IBucket:
        """The bucket that the actions of the pipelines share."""
        return self._bucket("PipelineBucket", self.pipeline_key)

    @cached_property
    def build_repository(self) -> codecommit.IRepository:
        """The repository that trains."""
        return self._repository("BuildRepository")

    @cached_property
    def deploy_repository(self) -> codecommit.IRepository:
        """The repository that deploys."""
        return self._repository("DeployRepository")

    @cached_property
    def image_repository(self) -> ecr.IRepository:
        """The project's container images; only where the definition says `image_repository`."""
        images = self.resource("ImageRepository")
        assert isinstance(images, ecr.CfnRepository)
        return ecr.Repository.from_repository_attributes(
            self, "Images", repository_arn=images.attr_arn, repository_name=images.ref
        )

    @cached_property
    def notifications(self) -> sns.ITopic:
        """The topic for approvals and failed pipelines."""
        return sns.Topic.from_topic_arn(self, "Topic", self.resource("Notifications").ref)

    @cached_property
    def security_group(self) -> ec2.ISecurityGroup:
        """The security group of the project's jobs."""
        group = self.parameter("SecurityGroupId").value_as_string
        return ec2.SecurityGroup.from_security_group_id(self, "JobsSecurityGroup", group)

    @cached_property
    def private_subnet_ids(self) -> list[str]:
        """The subnets of the project's jobs."""
        return self.parameter("PrivateSubnetIds").value_as_list

    @cached_property
    def _rows(self) -> dict[str, ProjectRole]:
        rows = project_roles(self.definition, self.context.props)
        return {row.purpose: row for row in rows}

    def _row(self, purpose: str) -> ProjectRole:
        if purpose not in self._rows:
            raise PlatformError(
                f"no role '{purpose}'; a project has: {', '.join(self._rows)}",
                hint="name one of them, or make an iam.Role of the product's own",
            )
        return self._rows[purpose]

    def _role(self, row: ProjectRole) -> iam.IRole:
        """A policy attaches to the name of a role, which the CDK cannot tell from an ARN."""
        name = f"{row.id}RoleOfProject"
        found = self.node.try_find_child(name)
        if found is not None:
            return found  # type: ignore[return-value]  # made below
        return iam.Role.from_role_name(self, name, self.resource(row.role).ref)

    def _role_by_arn(self, row: ProjectRole) -> iam.IRole:
        """What names a role in a policy has to know its path, which its name does not say."""
        name = f"{row.id}RoleByArn"
        found = self.node.try_find_child(name)
        if found is not None:
            return found  # type: ignore[return-value]  # made below
        arn = self.resource(row.role).get_att("Arn").to_string()
        return iam.Role.from_role_arn(self, name, arn, mutable=False)

    def _permissions(self, row: ProjectRole) -> iam.ManagedPolicy:
        found = self.node.try_find_child(f"{row.id}Permissions")
        if isinstance(found, iam.ManagedPolicy):
            return found
        return iam.ManagedPolicy(
            self,
            f"{row.id}Permissions",
            managed_policy_name=self.physical_name(f"{row.purpose}-more"),
            description=f"What this template gives the role that {row.title}",
            roles=[self._role(row)],
        )

    def _key(self, logical_id: str) -> kms.IKey:
        key = self.resource(logical_id)
        assert isinstance(key, kms.CfnKey)
        return kms.Key.from_key_arn(self, f"{logical_id}OfProject", key.attr_arn)

    def _bucket(self, logical_id: str, key: kms.IKey) -> s3.IBucket:
        bucket = self.resource(logical_id)
        assert isinstance(bucket, s3.CfnBucket)
        return s3.Bucket.from_bucket_attributes(
            self,
            f"{logical_id}OfProject",
            bucket_name=bucket.ref,
            bucket_arn=bucket.attr_arn,
            encryption_key=key,
        )

    def _repository(self, logical_id: str) -> codecommit.IRepository:
        repository = self.resource(logical_id)
        assert isinstance(repository, codecommit.CfnRepository)
        return codecommit.Repository.from_repository_arn(
            self, f"{logical_id}OfProject", repository.attr_arn
        )
