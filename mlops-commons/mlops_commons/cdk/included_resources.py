"""Plain resources brought into a stack by one call."""

import json
import tempfile
from collections.abc import Mapping
from typing import Any

from aws_cdk import cloudformation_include
from constructs import Construct

from mlops_commons.utilities.cloudformation import Resources


class IncludedTemplate(cloudformation_include.CfnInclude):
    """A template given as plain data, as L1 constructs, which tags, aspects and rules see as usual.

    One call for all of them costs a third of a call for each, and what is created stays data
    that a test can read without starting node. The logical ids stay as they are, so a stack has
    room for one set of them.
    """

    def __init__(self, scope: Construct, construct_id: str, content: Mapping[str, Any]) -> None:
        # The CDK reads the template during this call and never again.
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as template:
            # Not json.dump, which bypasses the fast encoder.
            template.write(json.dumps(content))
            template.flush()
            super().__init__(scope, construct_id, template_file=template.name)


class IncludedResources(IncludedTemplate):
    """Plain resources and nothing else of a template."""

    def __init__(self, scope: Construct, construct_id: str, resources: Resources) -> None:
        super().__init__(scope, construct_id, {"Resources": resources})
