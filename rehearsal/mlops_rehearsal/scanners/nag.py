"""Rule packs of cdk-nag over finished templates, where no acknowledgement of the code counts.

Synthesis itself passes AwsSolutions and NIST 800-53 R5 with acknowledgements (`cdk/nag.py`).
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import aws_cdk as cdk
import cdk_nag
from aws_cdk import cloudformation_include

from mlops_rehearsal.scanners.finding import Finding, Scanner, resources

PACKS: Final = (
    cdk_nag.HIPAASecurityChecks,
    cdk_nag.NIST80053R5Checks,
    cdk_nag.PCIDSS321Checks,
    cdk_nag.ServerlessChecks,
)
REPORT: Final = "validation-report.json"


def findings(templates: Sequence[Path], folder: Path) -> list[Finding]:
    """What the packs find, each rule once however many packs have it.

    Args:
        templates: files of CloudFormation.
        folder: an empty one, for the assembly.
    """
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    for number, template in enumerate(templates):
        # A template brings the parameter of its own synthesis.
        synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        stack = cdk.Stack(app, f"Template{number}", synthesizer=synthesizer)
        cloudformation_include.CfnInclude(stack, "T", template_file=str(template))
    # An error says no more than that there is a report.
    with suppress(RuntimeError):
        app.synth()
    reports = json.loads((folder / REPORT).read_bytes())["pluginReports"]
    found = {
        _finding(violation["ruleName"], place["constructPath"], templates)
        for report in reports
        for violation in report["violations"]
        for place in violation["violatingConstructs"]
    }
    return sorted(found)


def _finding(rule: str, path: str, templates: Sequence[Path]) -> Finding:
    """A finding at a construct such as `Template3/T/Bucket`."""
    stack, _, resource = path.split("/")
    template = templates[int(stack.removeprefix("Template"))]
    return Finding(
        scanner=Scanner.CDK_NAG,
        rule=rule.partition("-")[2],
        kind=resources(template)[resource]["Type"],
        resource=resource,
        template=template.name,
    )
