"""The model of the block `org.builds` in `cdk-app.yml`, as it stands in the file."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from mlops_commons.config.certificates import certificates
from mlops_commons.config.values import (
    ConfigModel,
    SecurityGroupId,
    Shape,
    SubnetId,
    Text,
    VpcId,
    of_text,
)


def _without_credentials(value: str) -> str:
    """A password that a file holds is in every repository, template and build log."""
    try:
        found = urlsplit(value)
        named = "@" in found.netloc
    except ValueError:
        return value  # its shape is told in words
    if named:
        host = found.netloc.rpartition("@")[2]
        raise ValueError(
            f"'{found.scheme}://***@{host}{found.path}' has a user or a password in it, which "
            "would be in repositories, templates and logs; leave it out, and let the network of "
            "the builds use it without one"
        )
    return value


PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
PATH = "(/[^\\s\"'$`\\\\@]*)?"
IndexUrl = Annotated[
    Text,
    Shape(f"https://{HOST}(:{PORT})?{PATH}", "an https URL of a Python package index"),
    of_text(_without_credentials),
]
RegistryUrl = Annotated[
    Text,
    Shape(f"https://{HOST}(:{PORT})?{PATH}", "an https URL of an npm registry"),
    of_text(_without_credentials),
]
ProxyUrl = Annotated[
    Text,
    # Without a port curl takes 1080 (curl(1), --proxy), Python 80.
    Shape(
        f"https?://{HOST}:{PORT}/?",
        "the URL of a proxy with its port, such as http://proxy.example.com:8080",
    ),
    of_text(_without_credentials),
]
DirectHost = Annotated[
    Text,
    # npm and the CDK CLI know no ranges, Python no '*': what one tool skips, another one must too.
    Shape(
        rf"\.?{HOST}",
        "a host, an address, or a domain with a dot in front such as '.example.com'",
    ),
]


class BuildVpcFile(ConfigModel):
    """A VPC of the governance account, or one that is shared with it."""

    vpc_id: VpcId = Field(description="such as vpc-0123456789abcdef0")
    # CodeBuild User Guide, "Quotas": subnets and security groups under VPC configuration.
    subnet_ids: tuple[SubnetId, ...] = Field(
        min_length=1, max_length=16, description="private ones, from which the proxy is reached"
    )
    security_group_ids: tuple[SecurityGroupId, ...] = Field(
        min_length=1, max_length=5, description="they let builds out to proxy and endpoints"
    )


class ProxyFile(ConfigModel):
    """A forward proxy, by which builds reach all but AWS's endpoints of their region."""

    url: ProxyUrl = Field(description="without credentials")
    no_proxy: tuple[DirectHost, ...] = Field(
        (), description="what builds reach directly besides AWS's endpoints of their region"
    )


class BuildsFile(ConfigModel):
    """How builds of delivery pipelines and of projects reach packages."""

    vpc: BuildVpcFile | None = Field(
        None,
        description="where builds of delivery pipelines run; default: outside of any VPC. Builds "
        "of projects run in the network of dev",
    )
    proxy: ProxyFile | None = None
    pip_index_url: IndexUrl | None = Field(
        None, description="where pip and uv install from; default: the public index"
    )
    npm_registry: RegistryUrl | None = Field(
        None, description="where npm installs from; default: the public registry"
    )
    ca_certificates: Annotated[Text, AfterValidator(certificates)] | None = Field(
        None,
        description="PEM of the organization's authorities, which builds trust besides the public "
        "ones",
    )
