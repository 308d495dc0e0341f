"""The CDK's bootstrap of an account and region: what it is made with, and the names it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

QUALIFIER: Final = "hnb659fds"
"""The CDK's default, in every name that `cdk bootstrap` gives (AWS CDK Developer Guide,
"Customize AWS CDK bootstrapping"); the one place where it is written."""
STACK: Final = "CDKToolkit"
TRUSTING: Final = ("deploy", "file-publishing", "image-publishing", "lookup")
"""The roles that trusted accounts may become: to deploy, to publish, to look up."""


@dataclass(frozen=True, kw_only=True)
class Toolkit:
    """The bootstrap of one account and region.

    Attributes:
        qualifier: in every name that it gives.
        toolkit_stack_name: the name of its stack.
        template: of the organization's own; None for that of the CDK CLI.
        toolkit_tags: of its stack and, where CloudFormation hands them on, of its resources.
        public_access_block: false where only the organization may block public access.
        kms_key_id: of the key of its bucket; empty for none of its own.
        termination_protection: of its stack.
        deny_external_id: false where callers have to bring an external id.
    """

    qualifier: str = QUALIFIER
    toolkit_stack_name: str = STACK
    template: Path | None = None
    toolkit_tags: Mapping[str, str] = field(default_factory=dict)
    public_access_block: bool = True
    kms_key_id: str = ""
    termination_protection: bool = False
    deny_external_id: bool = True

    @property
    def version_parameter(self) -> str:
        """The SSM parameter with the version of the bootstrap's template."""
        return f"/cdk-bootstrap/{self.qualifier}/version"

    @property
    def assets_prefix(self) -> str:
        """How the bucket of assets begins; account and region follow."""
        return f"cdk-{self.qualifier}-assets-"

    def deploy_role(self, account: str, region: str) -> str:
        """The role with which pipelines of trusted accounts deploy."""
        return self._role("deploy", account, region)

    def file_role(self, account: str, region: str) -> str:
        """The role with which files of assets are published."""
        return self._role("file-publishing", account, region)

    def lookup_role(self, account: str, region: str) -> str:
        """The role with which trusted accounts may read, but no secret (`ReadOnlyAccess`)."""
        return self._role("lookup", account, region)

    def execution_role(self, account: str, region: str) -> str:
        """The role with which CloudFormation makes resources."""
        return self._role("cfn-exec", account, region)

    def trusting_roles(self, account: str, region: str) -> tuple[str, ...]:
        """The roles that trusted accounts may become; the first one deploys."""
        return tuple(self._role(purpose, account, region) for purpose in TRUSTING)

    def _role(self, purpose: str, account: str, region: str) -> str:
        return f"cdk-{self.qualifier}-{purpose}-role-{account}-{region}"


DEFAULT: Final = Toolkit()
