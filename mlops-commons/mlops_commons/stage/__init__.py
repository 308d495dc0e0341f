"""What a platform and its stages are made of: the types, and every default once.

The files' models and the constructs take their defaults from here. A key of a configuration file
fills the field of the same name; in a network `vpc_` may stand in front of it.
"""

from mlops_commons.stage.bootstrap import Bootstrap, RemovalPolicy
from mlops_commons.stage.deployments import (
    APP_PREFIX,
    Budget,
    Deployment,
    PlatformConfig,
    Stage,
    unapproved_afterwards,
)
from mlops_commons.stage.governance import CodeCommit, Governance, Portfolio, Repository, Reviews
from mlops_commons.stage.networks import (
    ALONE,
    EVERYWHERE,
    CentralEndpoints,
    CreateNetwork,
    DnsFirewall,
    EgressMode,
    EndpointRules,
    ImportNetwork,
    Network,
    TransitGateway,
    is_zone_id,
)
from mlops_commons.stage.projects import Approvers, Projects, ProtectedBranches, Separation
from mlops_commons.stage.studio import (
    Access,
    AuthMode,
    DataBucket,
    Further,
    Jobs,
    Studio,
    StudioUser,
)

__all__ = [
    "ALONE",
    "APP_PREFIX",
    "EVERYWHERE",
    "Access",
    "Approvers",
    "AuthMode",
    "Bootstrap",
    "Budget",
    "CentralEndpoints",
    "CodeCommit",
    "CreateNetwork",
    "DataBucket",
    "Deployment",
    "DnsFirewall",
    "EgressMode",
    "EndpointRules",
    "Further",
    "Governance",
    "ImportNetwork",
    "Jobs",
    "Network",
    "PlatformConfig",
    "Portfolio",
    "Projects",
    "ProtectedBranches",
    "RemovalPolicy",
    "Repository",
    "Reviews",
    "Separation",
    "Stage",
    "Studio",
    "StudioUser",
    "TransitGateway",
    "is_zone_id",
    "unapproved_afterwards",
]
