"""Checks of accounts, sets, stages and the names made from them."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.resolve import is_dev
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT, Sources
from mlops_commons.config.values import nearest
from mlops_commons.contract import ParameterName
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import Problem


def duplicate_sets(sources: Sources) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for index, deployment in enumerate(sources.app.deployments):
        first = seen.setdefault(deployment.set_name.lower(), f"deployments[{index}]")
        if first != f"deployments[{index}]":
            path = (APP_ROOT, "deployments", index, "set_name")
            message = f"the set '{deployment.set_name}' is at {first} already"
            yield sources.app_document.problem(path, message)


def duplicate_stages(sources: Sources) -> Iterator[Problem]:
    for index, deployment in enumerate(sources.app.deployments):
        seen: set[str] = set()
        for position, stage in enumerate(deployment.stages):
            name = stage.stage_name.lower()
            if name in seen:
                path = (APP_ROOT, "deployments", index, "stages", position, "stage_name")
                message = f"the stage '{stage.stage_name}' is in set '{deployment.set_name}' twice"
                yield sources.app_document.problem(path, message)
            seen.add(name)


def missing_dev(sources: Sources) -> Iterator[Problem]:
    for index, deployment in enumerate(sources.config.deployments):
        if deployment.enabled and not any(is_dev(s.stage_name) for s in deployment.stages):
            message = (
                f"set '{deployment.set_name}' has no stage 'dev'; it is where projects are "
                "started, so every enabled set needs one"
            )
            path = (APP_ROOT, "deployments", index, "stages")
            yield sources.app_document.problem(path, message)


def shared_places(sources: Sources) -> Iterator[Problem]:
    """Two stages in one account and region would fight over the same SSM parameters."""
    seen: dict[tuple[str, str, str], str] = {}
    for path, deployment, stage in sources.stages():
        place = (stage.account, stage.region, stage.parameter_namespace)
        here = f"{deployment.set_name}/{stage.stage_name}"
        first = seen.setdefault(place, here)
        if first != here:
            message = (
                f"stage '{here}' shares account {stage.account} and region {stage.region} with "
                f"'{first}'; give each a parameter_namespace of its own"
            )
            yield sources.app_document.problem((*path, "account"), message)


def shared_service_catalog_roles(sources: Sources) -> Iterator[Problem]:
    """The launch and use roles have fixed names, so an account can have them once."""
    seen: dict[str, str] = {}
    for path, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        here = f"{deployment.set_name}/{stage.stage_name}"
        if studio and studio.create_service_catalog_roles:
            first = seen.setdefault(stage.account, here)
            if first != here:
                message = (
                    f"'{here}' and '{first}' have Studio in account {stage.account}; set "
                    "create_service_catalog_roles: false for one of them in cdk-infra-app.yml"
                )
                yield sources.app_document.problem((*path, "account"), message)


def derived_names(sources: Sources) -> Iterator[Problem]:
    """Names made from those in the files must be within the limits of AWS."""
    config, governance = sources.config, sources.config.pipeline
    commits = (
        ("infra", governance.code_commit.infra),
        ("template", governance.code_commit.project_template),
    )
    for index, deployment in enumerate(config.deployments):
        set_path = (APP_ROOT, "deployments", index, "set_name")
        for app, source in commits:
            set_name = deployment.set_name
            for rule, name in (
                (names.STACK, names.repository_stack(app, set_name)),
                (names.STACK, names.pipeline_stack(app, set_name)),
                (names.REPOSITORY, names.repository(source.repo_name, set_name)),
                (
                    names.PIPELINE,
                    names.pipeline(config.app_prefix, app, source.branch_name, set_name),
                ),
                (
                    names.BUCKET,
                    names.artifact_bucket(
                        config.app_prefix,
                        app,
                        set_name,
                        account=governance.account,
                        region=governance.region,
                    ),
                ),
            ):
                violation = rule.violation(name)
                if violation:
                    yield sources.app_document.problem(set_path, violation)
    for path, _, stage in sources.stages():
        stack = names.core_stack(stage.stage_name, "mlops-infra", stage.parameter_namespace)
        longest = ParameterName.PRIVATE_SUBNET_IDS.within(stage.parameter_namespace)
        for rule, name in ((names.STACK, stack), (names.PARAMETER, longest)):
            violation = rule.violation(name)
            if violation:
                yield sources.app_document.problem((*path, "stage_name"), violation)


def studio_names(sources: Sources) -> Iterator[Problem]:
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        if studio is None:
            continue
        path = (INFRA_ROOT, "sagemaker", "profiles")
        seen: set[str] = set()
        for user in studio.users:
            violation = names.USER_PROFILE.violation(user.profile_name)
            if not violation and user.profile_name.lower() in seen:
                violation = f"two users have the profile name '{user.profile_name}'"
            seen.add(user.profile_name.lower())
            if violation:
                yield sources.infra_document.problem(path, violation)
        violation = names.DOMAIN.violation(studio.domain_name)
        if violation:
            yield sources.infra_document.problem((INFRA_ROOT, "sagemaker"), violation)


def unknown_places(sources: Sources) -> Iterator[Problem]:
    """`cdk-infra-app.yml` speaks of sets and stages that `cdk-app.yml` has."""
    known = {
        d.set_name.lower(): [s.stage_name.lower() for s in d.stages]
        for d in sources.config.deployments
    }
    entries = [
        ("network", index, entry.set_name, [stage.stage_name for stage in entry.stages])
        for index, entry in enumerate(sources.infra.network.deployments)
    ] + [
        ("sagemaker", index, entry.set_name, [stage.stage_name for stage in entry.stages])
        for index, entry in enumerate(sources.infra.sagemaker.deployments)
    ]
    for block, index, set_name, stage_names in entries:
        path: KeyPath = (INFRA_ROOT, block, "deployments", index)
        stages = known.get(set_name.lower())
        if stages is None:
            hint = nearest(set_name, list(known)) or f"known: {', '.join(known)}"
            message = f"cdk-app.yml has no set '{set_name}'; {hint}"
            yield sources.infra_document.problem((*path, "set_name"), message)
            continue
        for position, stage_name in enumerate(stage_names):
            if stage_name.lower() not in stages:
                hint = nearest(stage_name, stages) or f"known: {', '.join(stages)}"
                message = f"set '{set_name}' has no stage '{stage_name}'; {hint}"
                where = (*path, "stages", position, "stage_name")
                yield sources.infra_document.problem(where, message)


def tags_allowed(sources: Sources) -> Iterator[Problem]:
    """Limits of AWS (Tagging AWS Resources, "Tag naming limits and requirements")."""
    blocks: list[tuple[KeyPath, dict[str, str]]] = [((APP_ROOT, "tags"), sources.app.tags)]
    for index, deployment in enumerate(sources.app.deployments):
        path: KeyPath = (APP_ROOT, "deployments", index)
        blocks.append(((*path, "tags"), deployment.tags))
        blocks += [
            ((*path, "stages", position, "tags"), stage.tags)
            for position, stage in enumerate(deployment.stages)
        ]
    for where, tags in blocks:
        for key, value in tags.items():
            if key.lower().startswith("aws:"):
                message = f"tag '{key}': keys that begin with 'aws:' belong to AWS"
                yield sources.app_document.problem((*where, key), message)
            elif len(key) > 128 or len(value) > 256:
                message = f"tag '{key}': a key has 128 characters at most, a value 256"
                yield sources.app_document.problem((*where, key), message)


def policies_in_their_account(sources: Sources) -> Iterator[Problem]:
    pipeline = sources.config.pipeline
    entries: list[tuple[KeyPath, str, str]] = [
        ((APP_ROOT, "pipeline"), pipeline.account, pipeline.bootstrap.execution_policy_arn)
    ]
    for path, _, stage in sources.stages():
        entries.append((path, stage.account, stage.bootstrap.execution_policy_arn))
    for path, account, arn in entries:
        owner = arn.split(":")[4] if arn else ""
        if owner not in ("", "aws", account):
            where = (*path, "bootstrap", "execution_policy_arn")
            message = f"'{arn}' is a policy of account {owner}, but this account is {account}"
            yield sources.app_document.problem(where, message)
