"""The configuration files of the older layout."""

import json
from pathlib import Path

ENTRY = {
    "SET_NAME": "retail",
    "DEV_ACCOUNT": "100000000002",
    "PREPROD_ACCOUNT": "100000000003",
    "PROD_ACCOUNT": "100000000004",
    "DEPLOYMENT_REGION": "us-west-2",
}
FILES = {
    "accounts.json": json.dumps([ENTRY]),
    "constants.py": 'CODE_COMMIT_REPO_NAME = "our-infra"\nPIPELINE_BRANCH = "main"\n'
    'PIPELINE_ACCOUNT = "012345670123"\nDEFAULT_DEPLOYMENT_REGION = "us-west-2"\n',
    "prod/constants.py": 'VPC_ID = "vpc-0123456789abcdef0"\nVPC_CIDR = "10.9.0.0/16"\n'
    'APP_SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]\n'
    'BASE_SECURITY_GROUP = "sg-0123456789abcdef0"\n',
    "dev/data_scientists.yml": "prefix: ds\nusers:\n  - user_profile_name: ada\n",
}


def older_layout(folder: Path) -> Path:
    """Write the files; the path of accounts.json."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "accounts.json"
