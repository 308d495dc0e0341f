"""How builds reach an organization's network: its VPC, proxy, package mirrors and authorities.

The keys of the block `org.builds` in `cdk-app.yml` fill the fields of the same name.
"""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from mlops_commons.utilities.partitions import partition_by_region

HTTPS_PORT: Final = 443
BUNDLE: Final = "/tmp/organization-ca.pem"
"""What a build trusts: the authorities of its image, and those of the organization."""
IMAGE_BUNDLE: Final = "/etc/ssl/certs/ca-certificates.crt"
"""The authorities of the build image, which is an Ubuntu (update-ca-certificates(8))."""
CERTIFICATES: Final = "CA_CERTIFICATES"
TRUST: Final = (
    f'test -z "${{{CERTIFICATES}:-}}" || '
    f'{{ cat {IMAGE_BUNDLE}; printf \'%s\\n\' "${CERTIFICATES}"; }} > "$SSL_CERT_FILE"'
)
"""The first command of a build, for any shell of POSIX. It adds to what the image trusts, because
the variables below replace it."""
BY_PROXY: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
"""Small letters too: curl and git know no `HTTP_PROXY` (curl(1), "Environment")."""
NOT_BY_PROXY: Final = ("NO_PROXY", "no_proxy")
INDEX: Final = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX")
REGISTRY: Final = ("npm_config_registry",)
TRUSTED: Final = (
    "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "npm_config_cafile",
)
"""What boto3, the AWS CLI, curl, git, node with the CDK CLI, pip, requests, Python with uv, and npm
read."""
ALWAYS_DIRECT: Final = ("localhost", "127.0.0.1", "169.254.169.254", "169.254.170.2")
"""Besides the machine itself: the metadata of instances, and the credentials of containers, which
builds have (AWS SDKs and Tools Reference Guide, "Container credential provider")."""


@dataclass(frozen=True, kw_only=True)
class BuildVpc:
    """A VPC of the governance account, or one that is shared with it."""

    vpc_id: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A forward proxy.

    Attributes:
        url: of the proxy itself, without credentials.
        no_proxy: hosts, addresses, and domains with a dot in front, that builds reach directly.
    """

    url: str
    no_proxy: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Builds:
    """What holds for builds of delivery pipelines and of projects; nothing by default.

    Attributes:
        vpc: where builds of delivery pipelines run; none for outside of any VPC. Builds of
            projects run in the network of dev.
        proxy: by which builds reach all but AWS's endpoints of their region; none for directly.
        pip_index_url: where pip and uv install from; empty for the public index.
        npm_registry: where npm installs from; empty for the public registry.
        ca_certificates: PEM of authorities that builds trust besides those of their image.
    """

    vpc: BuildVpc | None = None
    proxy: Proxy | None = None
    pip_index_url: str = ""
    npm_registry: str = ""
    ca_certificates: str = ""

    def environment(self, region: str) -> dict[str, str]:
        """The variables of a build in a region."""
        proxy = self.proxy.url if self.proxy else ""
        direct = ",".join(self._direct(region)) if self.proxy else ""
        bundle = BUNDLE if self.ca_certificates else ""
        rows = (
            (BY_PROXY, proxy),
            (NOT_BY_PROXY, direct),
            (INDEX, self.pip_index_url),
            (REGISTRY, self.npm_registry),
            (TRUSTED, bundle),
            ((CERTIFICATES,), self.ca_certificates),
        )
        return {name: value for names, value in rows if value for name in names}

    def of_projects(self, package_index: str) -> "Builds":
        """What holds for the projects of a set, which may have a Python package index of its own.

        Args:
            package_index: empty for that of all builds.
        """
        return replace(self, pip_index_url=package_index or self.pip_index_url)

    @property
    def ports(self) -> tuple[int, ...]:
        """To which builds connect besides 443."""
        urls = (self.proxy.url if self.proxy else "", self.pip_index_url, self.npm_registry)
        found = {port_of(url) for url in urls if url}
        return tuple(sorted(found - {HTTPS_PORT}))

    def _direct(self, region: str) -> tuple[str, ...]:
        suffix = partition_by_region(region).suffix
        own = self.proxy.no_proxy if self.proxy else ()
        return tuple(dict.fromkeys((*ALWAYS_DIRECT, f".{region}.{suffix}", *own)))


def port_of(url: str) -> int:
    """The port that a URL names; the mirrors', whose scheme is https, may name none."""
    return urlsplit(url).port or HTTPS_PORT


NO_BUILDS: Final = Builds()
