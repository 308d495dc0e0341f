#!/usr/bin/env python3
"""Synthesise what is deployed: one template for each stage of the account set."""

import sys

from deploy_app.node import use_packaged_node

use_packaged_node()

from deploy_app.application import synthesise  # noqa: E402
from deploy_app.errors import DeployError  # noqa: E402
from deploy_app.settings import load_settings  # noqa: E402

try:
    synthesise(load_settings())
except DeployError as error:
    sys.exit(f"error: {error}")
