"""What a network is made from, under the names that this room still uses."""

from mlops_commons.stage import CreateNetwork as CreateNetworkProps
from mlops_commons.stage import EgressMode as Egress
from mlops_commons.stage import ImportNetwork as ImportNetworkProps
from mlops_commons.stage import Network as NetworkProps

__all__ = ["CreateNetworkProps", "Egress", "ImportNetworkProps", "NetworkProps"]
