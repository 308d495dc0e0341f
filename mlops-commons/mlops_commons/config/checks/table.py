"""What no single value shows: the table of checks across the files."""

from collections.abc import Callable, Iterator
from typing import Final

from mlops_commons.config.checks import accounts as account_checks
from mlops_commons.config.checks import builds as build_checks
from mlops_commons.config.checks import collisions as collision_checks
from mlops_commons.config.checks import delivery_sources as source_checks
from mlops_commons.config.checks import endpoint_policies as endpoint_policy_checks
from mlops_commons.config.checks import identities as identity_checks
from mlops_commons.config.checks import keys as key_checks
from mlops_commons.config.checks import limits as limit_checks
from mlops_commons.config.checks import log_archive as log_archive_checks
from mlops_commons.config.checks import names as name_checks
from mlops_commons.config.checks import networks as network_checks
from mlops_commons.config.checks import notices as notice_checks
from mlops_commons.config.checks import organization as organization_checks
from mlops_commons.config.checks import people as people_checks
from mlops_commons.config.checks import principals as principal_checks
from mlops_commons.config.checks import ranges as range_checks
from mlops_commons.config.checks import regions as region_checks
from mlops_commons.config.checks import required_tags as required_tag_checks
from mlops_commons.config.checks import reviews as review_checks
from mlops_commons.config.checks import sharing as sharing_checks
from mlops_commons.config.checks import stage_roles as role_checks
from mlops_commons.config.checks import toolkits as toolkit_checks
from mlops_commons.config.checks import zones as zone_checks
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import Problem

Check = Callable[[Sources], Iterator[Problem]]

NEED_NAMES: Final[tuple[Check, ...]] = (
    role_checks.roles_are_known,
    role_checks.one_dev,
    role_checks.in_order_of_delivery,
    role_checks.names_of_projects_fit,
    role_checks.names_stay_apart,
    name_checks.unknown_places,
    name_checks.derived_names,
    name_checks.stage_names,
    name_checks.studio_names,
    collision_checks.unique_names,
    limit_checks.stage_names_free,
)
"""Checks that wait until set names, stage names and the governance account have no problems."""

CHECKS: Final[tuple[Check, ...]] = (
    *NEED_NAMES,
    account_checks.duplicate_sets,
    account_checks.duplicate_stages,
    account_checks.prod_is_approved,
    people_checks.projects_of_users,
    identity_checks.identities_of_users,
    people_checks.no_mlflow_app_where_projects_are_apart,
    people_checks.runs_have_an_app,
    people_checks.further_of_personas,
    account_checks.tags_allowed,
    account_checks.tags_of_bootstraps,
    account_checks.as_many_tags_as_fit,
    required_tag_checks.patterns_are_patterns,
    required_tag_checks.tags_are_there,
    required_tag_checks.governance_has_them,
    organization_checks.one_bootstrap_of_a_place,
    organization_checks.own_template_is_there,
    toolkit_checks.keys_of_buckets,
    toolkit_checks.stacks_of_their_own,
    organization_checks.boundaries_stay,
    organization_checks.denials_are_complete,
    organization_checks.denials_leave_something,
    organization_checks.denials_have_values_that_iam_takes,
    log_archive_checks.archive_of_flow_logs,
    log_archive_checks.buckets_of_access_logs,
    key_checks.keys_where_they_are_used,
    build_checks.proxies_are_reached,
    build_checks.parts_of_the_vpc_differ,
    source_checks.keys_of_the_type,
    source_checks.connections_are_complete,
    source_checks.each_set_has_its_own,
    source_checks.reviews_are_of_codecommit,
    principal_checks.roles_of_the_partition,
    principal_checks.roles_of_permission_sets,
    principal_checks.trust_policies_fit,
    principal_checks.roles_of_the_portfolio_differ,
    principal_checks.no_persona_approves,
    notice_checks.addresses_differ,
    review_checks.both_are_named,
    review_checks.nobody_is_both,
    account_checks.policies_in_their_account,
    name_checks.prefix_of_the_platform_alone,
    name_checks.duplicate_places,
    sharing_checks.shared_places,
    sharing_checks.shared_stack_names,
    sharing_checks.shared_service_catalog_roles,
    region_checks.one_partition,
    region_checks.services_in_their_region,
    region_checks.endpoints_in_their_region,
    region_checks.deploys_in_their_region,
    limit_checks.stages_of_a_pipeline,
    limit_checks.reasons_fit,
    limit_checks.names_of_a_firewall,
    limit_checks.subnets_of_a_domain,
    limit_checks.resources_of_a_stack,
    limit_checks.range_of_containers,
    network_checks.subnets_fit,
    network_checks.endpoints_leave_room,
    network_checks.gateways_fit,
    network_checks.ways_of_transit_gateways,
    network_checks.ways_to_central_endpoints,
    network_checks.resolver_rules_differ,
    zone_checks.zones_in_their_region,
    zone_checks.availability_zones_alone,
    zone_checks.zones_that_exist,
    zone_checks.as_many_zones_as_there_are,
    zone_checks.one_subnet_of_a_zone,
    network_checks.endpoints_are_closed,
    endpoint_policy_checks.endpoint_policies_fit,
    network_checks.mlflow_is_reached,
    network_checks.import_endpoints,
    network_checks.import_route_tables,
    network_checks.names_need_dns,
    range_checks.ranges_of_a_vpc_differ,
    range_checks.ranges_of_a_vpc_may_be_together,
    range_checks.overlapping_ranges,
)
"""To add a check, write a function that yields problems and name it here."""
