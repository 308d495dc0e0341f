"""What the graph is computed from: cloud assemblies, and the templates that projects deploy."""

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from mlops_commons.assembly.templates import Template, read_templates
from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_PLACE,
    CDK_INFRA_APP_PLACE,
    REPOSITORY_ROOT,
)
from mlops_commons.utilities.snapshot import snapshot
from mlops_reachability.programs import Programs, in_threads

SYNTHESISE: Final = """
import json, sys
from pathlib import Path
sys.path[:0] = [".", "tests"]
from synthesis import templates
if Path("tests/compiled_definition.py").is_file():
    from compiled_definition import DEFINITION
    Path("inference_pipeline.json").write_text(json.dumps(DEFINITION))
Path("templates.json").write_text(json.dumps(templates(Path("out"))))
"""
SETTINGS: Final = PurePosixPath("tests/settings.yml")
TOLD: Final = frozenset(("ROLE_PATH", "ROLE_NAME_PREFIX", "STAGES"))
"""What the builds of a project tell its deploy app of the organization's roles and stages."""
COMMANDS: Final = {folder: app for app, folder in APP_DIRECTORIES.items()}
"""The name of each app on the command line, by its folder."""
ELSEWHERE: Final = 900000000000
"""The first of the accounts that stand for those of stages until a project is launched."""


@dataclass(frozen=True, kw_only=True)
class DeployApp:
    """What a product's deploy app synthesises for a project that does not exist.

    Attributes:
        settings: what the names in the templates were made of.
        templates: by stage.
    """

    settings: Mapping[str, str]
    templates: Mapping[str, Template]


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """Everything that a configuration deploys.

    Attributes:
        assemblies: the cloud assembly of each app.
        products: the template of each product, by the name of its folder.
        deploy_apps: by product; none for a product without one.
    """

    cdk_app: Path
    infra: Path
    assemblies: Mapping[str, Path]
    products: Mapping[str, Template]
    deploy_apps: Mapping[str, DeployApp]


def synthesise(cdk_app: Path, infra: Path, folder: Path, only: Collection[str] = ()) -> Synthesised:
    """Synthesise both apps and the deploy apps of products, below a folder.

    Args:
        only: the products; none means all.

    Raises:
        ConfigError: the configuration has problems.
        PlatformError: something of it cannot be synthesised, or there is no such product.
    """
    load_config(cdk_app, infra)
    with in_threads() as (pool, programs):
        made = {
            app: pool.submit(_assembly, programs, directory, folder / app, (cdk_app, infra))
            for app, directory in APP_DIRECTORIES.items()
        }
        assemblies = {app: future.result() for app, future in made.items()}
        products = _chosen(_products(assemblies["template"]), only)
        seeds = {slug: _seed(assemblies["template"], p) for slug, p in products.items()}
        archives = {a: _told(products[slug]) for slug, a in seeds.items() if a}
        made_of = pool.map(lambda a: _deploy_app(programs, a, archives[a], folder), archives)
        apps = dict(zip(archives, made_of, strict=True))
    return Synthesised(
        cdk_app=cdk_app,
        infra=infra,
        assemblies=assemblies,
        products=products,
        deploy_apps={slug: apps[archive] for slug, archive in seeds.items() if archive},
    )


def _assembly(programs: Programs, directory: str, root: Path, files: tuple[Path, Path]) -> Path:
    """The assembly of an app, made in a checkout without anything of a user's own."""
    texts = {
        PurePosixPath(target.relative_to(REPOSITORY_ROOT).as_posix()): file.read_text("utf-8")
        for target, file in zip((CDK_APP_PLACE, CDK_INFRA_APP_PLACE), files, strict=True)
        if file.is_file()
    }
    snapshot(REPOSITORY_ROOT, directory, texts).write(root)
    for extension in (root / directory).glob("mlops_infra/extensions/*.py"):
        if extension.name != "__init__.py":
            extension.unlink()
    packages = os.pathsep.join(str(root / name) for name in ("mlops-commons", directory))
    command = [*cdk_command(), "synth", "--quiet", "--no-lookups"]
    environment = {**child_environment(), "PYTHONPATH": packages}
    run_or_refuse(programs, command, root / directory, environment, directory)
    return root / directory / "cdk.out"


def _chosen(products: Mapping[str, Template], only: Collection[str]) -> Mapping[str, Template]:
    missing = ", ".join(sorted(set(only) - set(products)))
    if missing:
        raise PlatformError(
            f"there is no product '{missing}'; there are: {', '.join(sorted(products))}",
            hint="name the folder of a product, or leave --product out for all",
        )
    return {slug: found for slug, found in products.items() if not only or slug in only}


def _products(assembly: Path) -> Mapping[str, Template]:
    """The products by their folders, from the first set that offers them."""
    found = next(iter(read_templates(assembly).products))
    folder = (assembly / found).parent
    return {
        file.name.removesuffix(".product.template.json").rpartition("-")[2]: json.loads(
            file.read_text()
        )
        for file in sorted(folder.glob("*.product.template.json"))
    }


def _seed(assembly: Path, product: Template) -> Path | None:
    """The archive that the deploy repository of a product starts with."""
    for resource in product["Resources"].values():
        key = resource.get("Properties", {}).get("Code", {}).get("S3", {}).get("Key", "")
        archive = assembly / f"asset.{key}"
        if key and "app.py" in zipfile.ZipFile(archive).namelist():
            return archive
    return None


def _told(product: Template) -> Mapping[str, str]:
    """How roles are named and which stages there are, as settings of the deploy app."""
    return {
        variable["Name"].lower(): variable["Value"]
        for resource in product["Resources"].values()
        if resource["Type"] == "AWS::CodeBuild::Project"
        for variable in resource["Properties"]["Environment"].get("EnvironmentVariables", ())
        if variable["Name"] in TOLD
    }


def account_of(stage: str) -> str:
    """The setting with the account of a stage; the seed's `deploy_app/settings.py` reads it."""
    return f"{stage.replace('-', '_')}_account"


def _settings(shipped: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, str]:
    """The settings of the seed's tests, with the names and stages of a configuration.

    Its first stage is in the account of the project that the tests make up: other settings name it.
    """
    settings = {
        name: str(value)
        for name, value in shipped.items()
        if not name.endswith("_parameter_namespace")
    }
    if "stages" in told:
        of_project = settings["dev_account"]
        stages = [stage.partition("=")[0] for stage in told["stages"].split(",")]
        settings = {n: value for n, value in settings.items() if not n.endswith("_account")}
        settings |= {account_of(s): str(ELSEWHERE + n) for n, s in enumerate(stages)}
        settings[account_of(stages[0])] = of_project
    return settings | dict(told)


def _deploy_app(
    programs: Programs, archive: Path, told: Mapping[str, str], folder: Path
) -> DeployApp:
    root = folder / hashlib.sha256(archive.name.encode()).hexdigest()[:12]
    zipfile.ZipFile(archive).extractall(root)
    settings = _settings(yaml.safe_load((root / SETTINGS).read_text("utf-8")), told)
    (root / SETTINGS).write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-c", SYNTHESISE]
    run_or_refuse(programs, command, root, child_environment(), "the deploy app of a product")
    templates: dict[str, Any] = json.loads((root / "templates.json").read_text())
    return DeployApp(settings=settings, templates=templates)


def _reason(said: str) -> str:
    """The end of what a program has said, which begins as an error of its own."""
    return said.strip()[-2000:].removeprefix("error: ")


def run_or_refuse(
    programs: Programs,
    command: Sequence[str | Path],
    cwd: Path,
    environment: Mapping[str, str],
    what: str,
) -> None:
    """Run a program that synthesises something.

    Args:
        what: the folder of an app, or other words for what is synthesised.

    Raises:
        PlatformError: it has failed; the end of what it said is in the message.
    """
    done = programs.run(command, cwd, environment)
    if done.returncode:
        raise PlatformError(
            f"{what} cannot be synthesised: {_reason(done.stdout + done.stderr)}",
            hint=f"see why with: ./mlops-multi-account.sh check {COMMANDS.get(what, 'template')}",
        )
