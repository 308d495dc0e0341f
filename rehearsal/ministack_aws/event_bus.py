"""Events of services on the default bus of the account and region of the request."""

import json
from collections.abc import Iterable, Mapping

from ministack_aws.engine import eventbridge


def emit(
    source: str, detail_type: str, detail: Mapping[str, object], resources: Iterable[str] = ()
) -> None:
    """Put an event of an AWS service on the default bus of the account and region."""
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail, default=str),
        "Resources": list(resources),
    }
    eventbridge.put_events({"Entries": [entry]}, True)
