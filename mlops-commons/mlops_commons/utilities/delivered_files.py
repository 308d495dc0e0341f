"""Which files of this repository that of one app has, and why the others stay here."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

ROOT_FILES: Final = (
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "conftest.py",
    "constraints.txt",
    "mlops-multi-account.sh",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
)
SHARED_DIRECTORIES: Final = ("docs", "examples", "mlops-commons")
COMMONS: Final = PurePosixPath("mlops-commons/mlops_commons")
UPKEEP: Final = ("checks", "coverage", "diagram", "docs", "pictures")
"""What `cli/upkeep` has besides `generate`, which records the versions of products there too."""
MONOREPO_ONLY: Final = (
    # Verbs on all account sets, or on the sources of this repository, with what serves them alone.
    *(COMMONS / "cli" / room for room in ("accounts", "delivery")),
    *(COMMONS / "cli/upkeep" / f"{name}.py" for name in UPKEEP),
    *(COMMONS / room for room in ("costs", "diagrams", "doctor", "fleet", "teardown")),
    *(
        COMMONS / "accounts" / f"{name}.py"
        for name in (
            *("account_policies", "archives", "authors", "bootstrap_changes", "bootstrap_command"),
            *("bootstrap_plan", "bootstrap_record", "managed_policies", "obstacle"),
            *("boundaries", "endpoint_statements", "key_statements", "owner_statements"),
            *("permission_changes", "platform_stacks", "signed_in", "stack_set", "taken_names"),
        )
    ),
    *(
        COMMONS / f"{name}.py"
        for name in (
            *("instance_extraction", "reference_tables", "region_extraction"),
            "service_extraction",
        )
    ),
    *(COMMONS / "cli/apps" / f"{name}.py" for name in ("ai_controls", "assemblies")),
    *(COMMONS / "cli/apps" / f"{name}.py" for name in ("costs", "costs_report")),
    *(COMMONS / "cli/config" / name for name in ("making", "statements.py")),
    COMMONS / "config/writing",
    COMMONS / "cli/asking.py",
    *(COMMONS / "ai_controls" / f"{name}.py" for name in ("guard", "jobs", "pipelines")),
    *(COMMONS / "config/explaining" / name for name in ("schema.py", "examples.py", "every-key")),
    COMMONS / "execution_policies/extraction.py",
    *(
        COMMONS / "utilities" / f"{name}.py"
        for name in (
            *("archive_publication", "at_once", "brought", "generated_tables", "git"),
            *("locked_environment", "publication", "seed_environments", "stack_failures"),
        )
    ),
    PurePosixPath("mlops-infra/mlops_infra/reference_tables.py"),
    PurePosixPath("mlops-infra/mlops_infra/access/promises.py"),
    PurePosixPath("mlops-sm-project-template/cdk_service_catalog/portfolio/product_table.py"),
    *(PurePosixPath(name) for name in ("CODE_OF_CONDUCT.md", "CONTRIBUTING.md")),
    # Tests that make whole checkouts, and those of pictures, of tables in documents and of seeds.
    *(PurePosixPath(f"{app}/tests/app") for app in ("mlops-infra", "mlops-sm-project-template")),
    *(
        PurePosixPath(f"{app}/tests/diagrams")
        for app in ("mlops-infra", "mlops-sm-project-template")
    ),
    PurePosixPath("mlops-infra/tests/access/test_reference_tables.py"),
    PurePosixPath("mlops-infra/tests/access/test_permission_sets.py"),
    PurePosixPath("mlops-infra/tests/access/test_promises.py"),
    *(
        PurePosixPath(f"mlops-infra/tests/networking/test_{name}_networks.py")
        for name in ("prices_of", "validated")
    ),
    PurePosixPath("mlops-sm-project-template/tests/portfolio/test_product_table.py"),
    PurePosixPath("mlops-sm-project-template/tests/project/test_migration_guide.py"),
    PurePosixPath("mlops-sm-project-template/tests/seed_code"),
    PurePosixPath("mlops-sm-project-template/tests/seed_layers"),
    PurePosixPath("mlops-sm-project-template/tests/seed_repositories.py"),
)
"""What no app needs to be delivered; a repository of one app does without it."""
LISTED: Final[Mapping[PurePosixPath, tuple[str, ...]]] = {
    PurePosixPath("mlops-commons/tests"): (
        "cdk",
        "shared/policy_evaluation.py",
        "shared/service_authorization.py",
    ),
    PurePosixPath("docs"): (
        "decisions/0004-validators.md",
        "decisions/0005-jobs-of-a-lead.md",
        "decisions/0014-what-a-delivery-checks.md",
        "decisions/0018-people-branches-approvers.md",
        "how-to/add-a-persona.md",
        "how-to/add-a-product.md",
        "how-to/add-a-vpc-endpoint.md",
        "how-to/add-your-own-resources.md",
        "how-to/build-behind-a-proxy.md",
        "how-to/change-what-is-deployed.md",
        "how-to/choose-a-source.md",
        "how-to/import-a-vpc.md",
        "how-to/join-the-company-network.md",
        "how-to/let-projects-deploy-more.md",
        "how-to/name-roles.md",
        "how-to/name-your-stages.md",
        "how-to/people-and-permission-sets.md",
        "how-to/prepare-a-laptop.md",
        "how-to/publish-a-change.md",
        "how-to/require-tags.md",
        "how-to/send-logs-to-an-archive.md",
        "how-to/several-environments.md",
        "how-to/teardown.md",
        "how-to/use-a-permissions-boundary.md",
        "how-to/use-existing-keys.md",
        "troubleshooting.md",
    ),
    PurePosixPath("examples"): (),
}
"""Folders of which such a repository has these alone: tests of what is delivered with what tests
of the apps share, and pages that its README, its code and its messages lead to."""
NEEDED_BY: Final[Mapping[str, tuple[PurePosixPath, ...]]] = {
    "mlops-infra": (
        COMMONS / "egress/domains.py",
        COMMONS / "execution_policies/project_policy.py",
        *(
            PurePosixPath(f"docs/how-to/{name}.md")
            for name in (
                *("add-a-persona", "add-a-vpc-endpoint", "add-your-own-resources"),
                *("change-what-is-deployed", "import-a-vpc", "join-the-company-network"),
                *("let-projects-deploy-more", "use-existing-keys"),
            )
        ),
        PurePosixPath("docs/decisions/0005-jobs-of-a-lead.md"),
        PurePosixPath("docs/decisions/0018-people-branches-approvers.md"),
    ),
    "mlops-sm-project-template": (
        COMMONS / "cdk/pull_requests.py",
        COMMONS / "cdk/runtime/pull_requests",
        COMMONS / "cli/upkeep",
        COMMONS / "execution_policies/launch_policy.py",
        COMMONS / "execution_policies/role_statements.py",
        COMMONS / "utilities/console.py",
    ),
}
"""What one of the apps needs; the repository of the other does without it."""

_LEFT: Final = frozenset(MONOREPO_ONLY)
_NAMED: Final = frozenset(folder / name for folder, names in LISTED.items() for name in names)


def is_delivered(file: PurePosixPath, app_directory: str) -> bool:
    """Whether the repository of an app has a file of this one."""
    # Where it lies, from the file up: a thousand files are asked for, at every synthesis.
    places = {file, *file.parents}
    if file.parts[0] == ".ci" or places & _LEFT:
        return False
    if places & LISTED.keys() and not places & _NAMED:
        return False
    others = (paths for app, paths in NEEDED_BY.items() if app != app_directory)
    return not any(places.intersection(paths) for paths in others)
