"""The template of a project: all blocks, in an order in which nothing is referred to too early."""

from cdk_service_catalog.project.access.roles import (
    policy_resources,
    project_roles,
    role_resources,
)
from cdk_service_catalog.project.builds import build_resources, builds
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.lost_events import lost_event_resources
from cdk_service_catalog.project.notifications import notification_resources
from cdk_service_catalog.project.parameters import groups_of, interface, labels_of, parameters
from cdk_service_catalog.project.pipelines import pipeline_resources
from cdk_service_catalog.project.props import ProjectProps, SeedLocation, Template
from cdk_service_catalog.project.registries import registry_resources
from cdk_service_catalog.project.repositories import repository_resources
from cdk_service_catalog.project.settings import setting_resources
from cdk_service_catalog.project.storage import bucket_resources, key_resources
from cdk_service_catalog.project.triggers import trigger_resources


def project_template(
    definition: ProductDefinition,
    props: ProjectProps,
    *,
    build_seed: SeedLocation,
    deploy_seed: SeedLocation,
) -> Template:
    """What Service Catalog launches when somebody creates a project of a product.

    Args:
        props: what projects of one account set share.
        build_seed, deploy_seed: the archives with which the repositories start.
    """
    roles = project_roles(definition, props)
    offered = parameters(props)
    return {
        "Metadata": interface(groups_of(props, offered), labels_of(props, offered)),
        "Parameters": offered,
        "Resources": {
            **key_resources(props),
            **bucket_resources(props),
            **role_resources(roles, props),
            **registry_resources(definition, props),
            **repository_resources(props, build_seed=build_seed, deploy_seed=deploy_seed),
            **notification_resources(props),
            **policy_resources(roles),
            **build_resources(builds(definition, props), props),
            **pipeline_resources(definition, props),
            **trigger_resources(definition),
            **lost_event_resources(),
            **setting_resources(props),
        },
    }
