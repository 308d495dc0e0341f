"""Events of services on the default bus of the account and region of the request."""

import json

import ministack.services.eventbridge as eventbridge


def emit(source, detail_type, detail, resources=()):
    """Put an event of an AWS service on the default bus of the account and region."""
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail, default=str),
        "Resources": list(resources),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
