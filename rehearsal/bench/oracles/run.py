"""What cloudsplaining says of every account, beside what the graph says of the same roles.

    .venv/bin/python rehearsal/bench/oracles/run.py --product basic

Prints the roles in which cloudsplaining sees a privilege escalation, with its name for it, and what
the graph finds of the role: whether an attacker who has it gets a role without any boundary.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
    SAMPLE,
)
from mlops_reachability.accounts import world_of
from mlops_reachability.export import authorization_details
from mlops_reachability.reach import Graph
from mlops_reachability.synthesis import synthesise

LOCK = Path(__file__).with_name("requirements.txt")
ENVIRONMENTS = REPOSITORY_ROOT / ".venv" / "oracle-environments"
ASK = """
import json, sys
from cloudsplaining.scan.authorization_details import AuthorizationDetails
from cloudsplaining.shared.exclusions import DEFAULT_EXCLUSIONS
details = AuthorizationDetails(json.load(open(sys.argv[1])), exclusions=DEFAULT_EXCLUSIONS)
found = {}
for policy in details.policies.policy_details:
    found[policy.arn] = [row["type"] for row in policy.policy_document.allows_privilege_escalation]
for role in details.role_detail_list.roles:
    for policy in role.inline_policies:
        rows = policy.policy_document.allows_privilege_escalation
        found[role.arn] = found.get(role.arn, []) + [row["type"] for row in rows]
print(json.dumps(found))
"""


def main() -> None:
    """Ask cloudsplaining about each account of the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--product", default="basic")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cdk_app, infra = (SAMPLE / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
        made = synthesise(cdk_app, infra, Path(folder), (chosen.product,))
        world = world_of(made, chosen.product)
        graph, python = Graph(world), python_of(LOCK, ENVIRONMENTS)
        for account, place in world.places.items():
            file = Path(folder) / f"{account}.json"
            file.write_text(json.dumps(authorization_details(world, account)))
            asked = [str(python), "-c", ASK, str(file)]
            said = subprocess.run(asked, capture_output=True, text=True, check=True)
            escalating = json.loads(said.stdout.splitlines()[-1])
            for role in world.roles.values():
                keys = [role.arn, *(key.removeprefix("policy ") for key in role.policies)]
                found = sorted({kind for key in keys for kind in escalating.get(key, ())})
                if role.account == account and found:
                    admin = f"made arn:aws:iam::{account}:role/administrator"
                    ours = "administrator" if admin in graph.from_([role.arn]).by else "bounded"
                    print(f"{place:11} {role.name:64} {', '.join(found)}: {ours}")


if __name__ == "__main__":
    main()
