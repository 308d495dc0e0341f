"""Register everything with MiniStack, then start it."""

import sys

import ministack.app
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from ministack_aws import api, corrections, own_calls, records
from ministack_aws.cloudformation import decisions, object_encryption, service_role, validation
from ministack_aws.delivery import events, repositories
from ministack_aws.network import ec2
from ministack_aws.sagemaker import endpoint_metrics, endpoints, images


def register():
    """Extend MiniStack in place; the order is of weight: corrections wrap what is there."""
    ec2.register(_RESOURCE_HANDLERS)
    repositories.register(_RESOURCE_HANDLERS)
    records.register(_RESOURCE_HANDLERS)
    corrections.register(_RESOURCE_HANDLERS)
    endpoints.register(_RESOURCE_HANDLERS)
    endpoint_metrics.register()
    validation.register(_RESOURCE_HANDLERS)
    images.register()
    object_encryption.register(_RESOURCE_HANDLERS)
    service_role.register()
    events.register()
    api.register(ministack.app.SERVICE_HANDLERS)
    decisions.register()


def main():
    register()
    ministack.app.app = own_calls.serving(ministack.app.app)
    # One port, the one that was asked for: MiniStack would take 443 as well.
    ministack.app._port_is_bindable = lambda *_: False
    sys.argv = ["ministack"]
    ministack.app.main()


if __name__ == "__main__":
    main()
