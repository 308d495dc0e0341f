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


def reference_layout(folder: Path, *, filled: bool) -> tuple[Path, Path]:
    """Both apps as the reference system's `main` has them, untouched or filled in.

    Its placeholders, its second entry without accounts, one prefix for each app, and what its
    script of questions leaves. The paths of accounts.json of the infrastructure and the templates.
    """
    accounts = ("100000000002", "100000000003", "100000000004") if filled else ("", "", "")
    names = ("DEV_ACCOUNT", "PREPROD_ACCOUNT", "PROD_ACCOUNT")
    entries = [
        {"SET_NAME": "first-example", **dict(zip(names, accounts, strict=True))},
        {"SET_NAME": "second-example", **dict.fromkeys(names, "")},
    ]
    governance = "012345670123" if filled else ""

    def constants(repository: str, prefix: str) -> str:
        return (
            f'CODE_COMMIT_REPO_NAME = "{repository}"\nPIPELINE_BRANCH = "main"\n\n'
            f'PIPELINE_ACCOUNT = "{governance}"  # hosts the pipeline\n\n'
            f'DEFAULT_DEPLOYMENT_REGION = "eu-west-1"\nAPP_PREFIX = "{prefix}"\n'
        )

    infra = "mlops-infra/mlops_infra/config"
    templates = "mlops-sm-project-template/mlops_sm_project_template/config"
    files = {
        f"{infra}/accounts.json": json.dumps(entries, indent=4),
        f"{infra}/constants.py": constants("mlops-infra", "acme"),
        f"{infra}/dev/constants.py": 'VPC_ID = "vpc-"\nVPC_CIDR = "10.0.0.0/16"\n\n'
        'APP_SUBNETS = ["subnet-", "subnet-", "subnet-"]\n\nBASE_SECURITY_GROUP = "sg-"\n',
        f"{infra}/dev/data_scientists.yml": 'prefix: "ds"\nusers:\n'
        '  - user_profile_name: "data-scientist"\n',
        f"{infra}/dev/lead_data_scientists.yml": 'prefix: "lead-ds"\nusers:\n'
        '  - user_profile_name: "lead-data-scientist"\n',
        f"{templates}/accounts.json": json.dumps(
            [{**entry, "PREPROD_ACCOUNT": "", "PROD_ACCOUNT": ""} for entry in entries]
        ),
        f"{templates}/constants.py": constants("mlops-sm-project-template", "mlops-cdk"),
    }
    if filled:
        files["scripts/bootstrap_conf.tmp"] = (
            "012345670123#eu-west-1#gov#\n100000000002#eu-west-1#my-dev#012345670123\n"
        )
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / infra / "accounts.json", folder / templates / "accounts.json"
