"""Register everything with MiniStack, then start it."""

import sys

from ministack_aws import api, own_calls, parent
from ministack_aws.access import decisions, scps
from ministack_aws.cloudformation import records, service_role, validation
from ministack_aws.corrections import (
    access,
    buckets,
    build_projects,
    conditional_writes,
    event_paths,
    log_streams,
    object_encryption,
    policy_variables,
    resources,
    role_paths,
)
from ministack_aws.delivery import builds, events, repositories
from ministack_aws.engine import application, cloudformation
from ministack_aws.network import ec2
from ministack_aws.sagemaker import endpoint_metrics, endpoints, images
from ministack_aws.strict import (
    deeds_of_stacks,
    iam_limits,
    log_keys,
    names,
    networks,
    order,
    pipeline_types,
    quotas,
    resource_policies,
)


def register() -> None:
    """Extend MiniStack in place; the order matters: corrections wrap what is there."""
    handlers = cloudformation.resource_handlers()
    for types in (ec2, repositories, records, resources, buckets, build_projects, endpoints):
        types.register(handlers)
    for checks in (
        deeds_of_stacks,
        iam_limits,
        resource_policies,
        log_keys,
        networks,
        pipeline_types,
        names,
        quotas,
    ):
        checks.register(handlers)
    order.register()
    access.register()
    policy_variables.register()
    conditional_writes.register()
    log_streams.register()
    event_paths.register()
    role_paths.register()
    endpoint_metrics.register(handlers)
    validation.register(handlers)
    images.register()
    object_encryption.register(handlers)
    service_role.register()
    events.register()
    builds.register()
    api.register(application.services())
    scps.register()
    decisions.register()


def main() -> None:
    """Serve until the process is ended."""
    parent.watch()
    register()
    application.serve.wrap(own_calls.serving)
    # Only the requested port: MiniStack would take 443 as well.
    application.port_is_bindable.replace(lambda *_: False)
    sys.argv = ["ministack"]
    application.main()


if __name__ == "__main__":
    main()
