"""The CDK App that both apps start from, alike under the CDK CLI, in tests and in a bare Python."""

from typing import Final

import aws_cdk as cdk

from mlops_commons.cdk.nag import check_with_nag
from mlops_commons.cdk.template_context import TEMPLATE_CONTEXT
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.toolkit import QUALIFIER, Toolkit

QUALIFIER_KEY: Final = "@aws-cdk/core:bootstrapQualifier"
"""AWS CDK Developer Guide, "Customize AWS CDK bootstrapping"."""
BOUNDARY_KEY: Final = "@aws-cdk/core:permissionsBoundary"
"""With it the CDK writes one boundary into every role of every stack, over what the role has
(aws-cdk-lib, core/lib/stack.ts, addPermissionsBoundaryAspect)."""


def platform_app(*, qualifier: str = QUALIFIER, outdir: str | None = None) -> cdk.App:
    """An App that fails on open nag findings and writes nothing of its surroundings.

    Args:
        qualifier: of the bootstrap where its own stacks go; stages have their own.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice, else `cdk.out`.

    Raises:
        PlatformError: cdk.json names another qualifier of the CDK's bootstrap, or a boundary.
    """
    app = cdk.App(
        analytics_reporting=False,
        tree_metadata=False,
        # Else the assembly of a slow machine holds one more file, with how long synth took there.
        performance_reporting=False,
        context=TEMPLATE_CONTEXT,
        outdir=outdir,
    )
    check_qualifier(app, qualifier)
    name_bootstrap(app, qualifier)
    check_boundary(app)
    check_with_nag(app)
    return app


def name_bootstrap(scope: cdk.App | cdk.Stage, qualifier: str) -> None:
    """Let the stacks below a scope that has none yet use the bootstrap of a qualifier."""
    if scope.node.try_get_context(QUALIFIER_KEY) != qualifier:
        scope.node.set_context(QUALIFIER_KEY, qualifier)


def bootstrap_of(stack: cdk.Stack) -> Toolkit:
    """The bootstrap that a stack uses."""
    return Toolkit(qualifier=str(stack.node.try_get_context(QUALIFIER_KEY) or QUALIFIER))


def check_qualifier(app: cdk.App, qualifier: str) -> None:
    """Refuse a qualifier that a part of the platform would use and another part would not.

    Policies, `bootstrap`, `doctor` and `teardown` know the roles of the CDK's bootstrap by name.

    Raises:
        PlatformError: the context, such as that of cdk.json, has another qualifier.
    """
    found = app.node.try_get_context(QUALIFIER_KEY)
    if found not in (None, qualifier):
        raise PlatformError(
            f"{QUALIFIER_KEY} is {found!r} in the context of cdk.json, and '{qualifier}' in "
            "cdk-app.yml, by which policies, 'bootstrap' and 'doctor' go",
            hint="remove the key from cdk.json of both apps, and write below cdk_app_config: "
            f"'org: {{bootstrap: {{qualifier: {found}}}}}' where the accounts are bootstrapped so",
        )


def check_boundary(app: cdk.App) -> None:
    """Refuse a boundary that would take the place of those which confine people and projects.

    Raises:
        PlatformError: the context, such as that of cdk.json, has a boundary for every role.
    """
    found = app.node.try_get_context(BOUNDARY_KEY)
    if found is not None:
        raise PlatformError(
            f"{BOUNDARY_KEY} is {found!r} in the context of cdk.json: it would take the place of "
            "the boundaries of personas and projects, since a role can have one; no project could "
            "be started, and nothing would confine the personas",
            hint="remove the key from cdk.json of both apps, and name the boundary in cdk-app.yml "
            "below org.permissions_boundary; see docs/how-to/use-a-permissions-boundary.md",
        )
