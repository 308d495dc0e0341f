"""SageMaker Studio of a stage, composed."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.retention import retention
from mlops_commons.stage import AuthMode, Studio
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.personas import DEFAULT_PERSONA, PERSONAS
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.networking.network import Network
from mlops_infra.networking.security_groups import MembersSecurityGroup
from mlops_infra.studio.domain import KEY, domain_resources
from mlops_infra.studio.mlflow import MlflowApp
from mlops_infra.studio.projects import SageMakerProjects
from mlops_infra.studio.service_catalog_roles import ServiceCatalogRoles


class SageMakerStudio(Construct):
    """Domain, user profiles, roles of project templates, projects enabled; exposes `key`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        studio: Studio,
        network: Network,
        roles: PersonaRoles,
        key: kms.IKey | None = None,
        namespace: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create Studio in a network, for the personas' roles.

        Args:
            key: an existing one for volumes and logs; by default one is made.
            namespace: of the stage's SSM parameters; empty for none.

        Raises:
            PlatformError: a user cannot sign in as the domain wants it.
        """
        super().__init__(scope, construct_id)
        _check_identities(studio)
        security_group = MembersSecurityGroup(
            self,
            "SecurityGroup",
            vpc=network.vpc,
            description="SageMaker Studio: spaces, apps and kernels",
            between_members=ec2.Port.all_tcp(),
        )
        resources = domain_resources(
            studio,
            vpc_id=network.vpc.vpc_id,
            subnet_ids=network.private_subnet_ids,
            security_group_id=security_group.security_group_id,
            role_arns=roles.arns,
            default_persona=DEFAULT_PERSONA,
            key_arn=key.key_arn if key else "",
            retention=retention(removal_policy),
        )
        included = IncludedResources(self, "Resources", resources)
        if studio.create_service_catalog_roles:
            ServiceCatalogRoles(self, "ServiceCatalogRoles", personas=roles)
        if studio.mlflow:
            MlflowApp(
                self,
                "Mlflow",
                name=studio.domain_name,
                namespace=namespace,
                personas=roles,
                removal_policy=removal_policy,
            )
        self.key = key or _made(included)
        SageMakerProjects(
            self,
            "Projects",
            role_arns=[roles.role(persona.key).role_arn for persona in PERSONAS],
            key=self.key,
        )


def _made(included: IncludedResources) -> kms.IKey:
    arn = cdk.Token.as_string(included.get_resource(KEY).get_att("Arn"))
    return kms.Key.from_key_arn(included, "KeyOfStudio", arn)


def _check_identities(studio: Studio) -> None:
    by_identity_center = studio.auth_mode is AuthMode.SSO
    wrong = [
        user.profile_name
        for user in studio.users
        if bool(user.identity_center_user) is not by_identity_center
    ]
    if wrong:
        what = "without" if by_identity_center else "with"
        raise PlatformError(
            f"the domain has auth_mode {studio.auth_mode}, and users {what} identity_center_user: "
            f"{', '.join(wrong)}",
            hint="give each user one where auth_mode is SSO, and none where it is IAM",
        )
