"""A product as a CDK stack: the base of every product that brings constructs of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import CatalogueEntry
from cdk_service_catalog.project.parameters import (
    PROJECT_PARAMETERS,
    groups_of,
    interface,
    labels_of,
    parameters,
)
from cdk_service_catalog.project.props import ProjectProps, SeedLocation, Template
from cdk_service_catalog.project.tagging import OF_PROJECTS
from mlops_commons.cdk.included_resources import IncludedTemplate
from mlops_commons.cdk.role_names import name_roles_by_organization
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError


@dataclass(frozen=True, kw_only=True)
class ProductContext:
    """What the portfolio hands to a product's stack.

    Attributes:
        definition: `PRODUCT` of the product's folder.
        props: what projects of one account set share, such as the accounts of the set.
        env: account and region in which projects are launched.
        assets_bucket: the name of the bucket from which launches read assets.
        seeds: the archives with which repositories start, by their folder in `seed_code`.
        tags: go on every resource.
    """

    definition: CatalogueEntry
    props: ProjectProps
    env: cdk.Environment
    assets_bucket: str
    seeds: Mapping[str, SeedLocation]
    tags: Mapping[str, str]


class ProductStack(cdk.Stack):
    """The template of a product, which Service Catalog launches once for each project.

    SageMaker fills in two parameters, whose values are `project_name` and `project_id`. Every
    role gets the permissions boundary of projects and every resource the tags of its project.
    Files (`s3_assets.Asset`, the code of functions) are copied to the assets bucket of the
    portfolio; container images, nested stacks and lookups are refused.
    """

    def __init__(self, scope: Construct, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(
            scope,
            construct_id,
            env=context.env,
            description=context.definition.name,
            analytics_reporting=False,
            # A launch knows no bootstrap of its own, and reads files from one bucket only.
            synthesizer=cdk.DefaultStackSynthesizer(
                file_assets_bucket_name=context.assets_bucket,
                generate_bootstrap_version_rule=False,
            ),
        )
        self.context = context
        self.included = IncludedTemplate(self, "Project", self.included_template())
        self._groups = groups_of(context.props, self._included_parameters)
        self._labels = labels_of(context.props, self._included_parameters)
        self._show_parameters()
        self.project_name = self.parameter("SageMakerProjectName").value_as_string
        self.project_id = self.parameter("SageMakerProjectId").value_as_string
        for key, value in context.tags.items():
            cdk.Tags.of(self).add(key, value)
        for key, name in OF_PROJECTS.items():
            cdk.Tags.of(self).add(key, self.parameter(name).value_as_string)
        boundary = iam.ManagedPolicy.from_managed_policy_arn(
            self, "Boundary", cdk.Fn.sub(context.props.boundary_arn)
        )
        iam.PermissionsBoundary.of(self).apply(boundary)
        name_roles_by_organization(self, context.props.org, named=self._role_name)

    def included_template(self) -> Template:
        """What the template starts with, as plain data: the parameters that SageMaker fills in."""
        known = parameters(self.context.props)
        return {"Parameters": {name: known[name] for name in PROJECT_PARAMETERS}}

    def parameter(self, name: str) -> cdk.CfnParameter:
        """A parameter that the template starts with, by its name."""
        return self.included.get_parameter(name)

    def add_parameter(
        self, name: str, *, label: str, group: str = "This template", **settings: Any
    ) -> cdk.CfnParameter:
        """A further parameter, which Studio shows to the person who creates a project.

        Args:
            label: what the person reads beside the field.
            group: the heading above the field.
            settings: of `CfnParameter`: `type`, `default`, `description`, `allowed_pattern` ...

        Raises:
            PlatformError: the template has a parameter of this name.
        """
        if name in self._labels:
            raise PlatformError(
                f"the parameter '{name}' is there already; there are: {', '.join(self._labels)}",
                hint=f"take it by parameter('{name}'), or choose another name",
            )
        parameter = cdk.CfnParameter(self, name, **settings)
        self._groups.setdefault(group, []).append(name)
        self._labels[name] = label
        self._show_parameters()
        return parameter

    def physical_name(self, purpose: str) -> str:
        """A name that belongs to the project: `sagemaker-<project id>-<purpose>`.

        The launch role may create resources whose names begin like this.
        """
        return f"sagemaker-{self.project_id}-{purpose}"

    def seed(
        self, repository: codecommit.Repository, folder: str, *, branch: str = naming.BRANCH
    ) -> None:
        """Let a repository start with the code of a folder of `seed_code`."""
        archive = self.context.seeds[folder]
        resource = repository.node.default_child
        assert isinstance(resource, codecommit.CfnRepository)
        # CodeCommit takes the code only when it creates the repository.
        resource.code = codecommit.CfnRepository.CodeProperty(
            branch_name=branch,
            s3=codecommit.CfnRepository.S3Property(bucket=archive.bucket, key=archive.key),
        )

    def _role_name(self, role: cdk.CfnResource) -> str:
        """Of a role of the product's own; the id of the project keeps two launches apart."""
        return self.physical_name(names.shorten(str(self.resolve(role.logical_id)), 23))

    @property
    def _included_parameters(self) -> list[str]:
        return list(self.included_template()["Parameters"])

    def _show_parameters(self) -> None:
        groups = {title: names for title, names in self._groups.items() if names}
        self.template_options.metadata = interface(groups, self._labels)
