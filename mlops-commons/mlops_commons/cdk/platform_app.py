"""The CDK App that both apps start from, alike under the CDK CLI, in tests and in a bare Python."""

import aws_cdk as cdk

from mlops_commons.cdk.nag import check_with_nag
from mlops_commons.cdk.template_context import TEMPLATE_CONTEXT


def platform_app(*, outdir: str | None = None) -> cdk.App:
    """An App that fails on open nag findings and writes nothing of its surroundings.

    Args:
        outdir: the cloud assembly's folder; by default the CDK CLI's choice, else `cdk.out`.
    """
    app = cdk.App(
        analytics_reporting=False,
        tree_metadata=False,
        # Else the assembly of a slow machine holds one more file, with how long synth took there.
        performance_reporting=False,
        context=TEMPLATE_CONTEXT,
        outdir=outdir,
    )
    check_with_nag(app)
    return app
