"""What a changed configuration means for stages that are deployed, said before anything happens."""

from collections.abc import Iterator

from mlops_commons.config.delivery_changes import delivery_changes
from mlops_commons.config.set_change import SetChange, deletion, stack_of, stages_by_name
from mlops_commons.config.studio_changes import studio_changes
from mlops_commons.stage import Deployment, PlatformConfig, Stage


def set_changes(
    published: PlatformConfig, config: PlatformConfig, set_name: str
) -> tuple[SetChange, ...]:
    """The changes of a set since it was published; a set that is new or gone has none of its own.

    Args:
        published: the configuration that the set's repository holds.
    """
    old, new = _set(published, set_name), _set(config, set_name)
    if old is None:
        return ()
    if new is None:
        return tuple(_gone(stage, f"set '{old.set_name}'") for stage in old.enabled_stages)
    return (
        *_of_the_name(old, new),
        *_of_the_platform(published, config, new),
        *_of_roles(published, config, old, new),
        *_of_stages(old, new),
        *studio_changes(published, config, old, new),
        *delivery_changes(published, config, old, new),
    )


def _of_the_name(old: Deployment, new: Deployment) -> Iterator[SetChange]:
    """Sets are found in any case, but repositories, pipelines and stacks have names with case;
    names of IAM have none (IAM API, CreateRole: "Names are not distinguished by case")."""
    if old.set_name != new.set_name:
        yield SetChange(
            message=f"set '{old.set_name}' becomes '{new.set_name}': its repositories and "
            "pipelines would stand beside new ones, and its stages fail on the names of their "
            "roles, which IAM knows without case",
            remedy="keep the name as it was published",
            refused=True,
        )


def _of_the_platform(
    published: PlatformConfig, config: PlatformConfig, new: Deployment
) -> Iterator[SetChange]:
    if published.app_prefix != config.app_prefix:
        yield SetChange(
            message=f"app_prefix becomes '{config.app_prefix}', it was '{published.app_prefix}': "
            "roles, boundaries and buckets get other names, those that hold data stay beside the "
            "new ones, and projects that were started before no longer deploy",
            remedy="better keep it; otherwise bootstrap first, since execution policies name it: "
            f"./mlops-multi-account.sh bootstrap --set {new.set_name}",
        )
    if published.org.roles.name_prefix != config.org.roles.name_prefix:
        yield SetChange(
            message=f"org.roles.name_prefix becomes '{config.org.roles.name_prefix}', it was "
            f"'{published.org.roles.name_prefix}': every role is replaced, people enter others, "
            "and projects that were started before no longer deploy",
            remedy="bootstrap first, since execution policies name them: "
            f"./mlops-multi-account.sh bootstrap --set {new.set_name}",
        )


def _of_roles(
    published: PlatformConfig, config: PlatformConfig, old: Deployment, new: Deployment
) -> Iterator[SetChange]:
    """CloudFormation makes the new role before it deletes the old one, and IAM knows one role of a
    name in an account, whatever its path (IAM User Guide, "IAM identifiers")."""
    before, now = published.org.roles, config.org.roles
    if before.path == now.path or before.name_prefix != now.name_prefix:
        return
    for name in sorted(stages_by_name(old).keys() & stages_by_name(new).keys()):
        stage = stages_by_name(new)[name]
        yield SetChange(
            stage_name=stage.stage_name,
            message=f"org.roles.path becomes '{now.path}', it was '{before.path}': the stack "
            f"{stack_of(stage)} fails on the names of its roles, which are there already below the "
            "old path",
            remedy=f"keep it, change org.roles.name_prefix too, or delete {stack_of(stage)} first",
            refused=True,
        )


def _of_stages(old: Deployment, new: Deployment) -> Iterator[SetChange]:
    before, now = stages_by_name(old), stages_by_name(new)
    for name in sorted(before.keys() - now.keys()):
        yield from _without_name(before[name], old, new)
    for name in sorted(now.keys() - before.keys()):
        if _in_place(old, now[name]) is None:
            yield _bootstrap(new, now[name], "is new")
    for name in sorted(before.keys() & now.keys()):
        yield from _of_stage(before[name], now[name], new)


def _without_name(was: Stage, old: Deployment, new: Deployment) -> Iterator[SetChange]:
    """A stage whose name is gone: removed, or called otherwise."""
    other = _in_place(new, was)
    if other is None:
        yield _gone(was, f"stage '{was.stage_name}' of set '{old.set_name}'")
    elif other.stage_name.lower() not in stages_by_name(old):
        yield _renamed(was, other)


def _renamed(was: Stage, other: Stage) -> SetChange:
    return SetChange(
        stage_name=other.stage_name,
        message=f"stage '{was.stage_name}' becomes '{other.stage_name}' in the same account "
        f"and region: the stack {stack_of(was)} stays, and the new one fails on what it has, "
        f"such as {_parameter(was)}",
        remedy=f"keep the name, or delete {stack_of(was)} first",
        refused=True,
    )


def _of_stage(was: Stage, stage: Stage, new: Deployment) -> Iterator[SetChange]:
    if (was.account, was.region) != (stage.account, stage.region):
        yield _gone(was, f"the old place of stage '{stage.stage_name}'")
        yield _bootstrap(new, stage, f"moves to {stage.account} in {stage.region}")
    elif was.stage_name != stage.stage_name:
        yield _renamed(was, stage)
    elif was.parameter_namespace != stage.parameter_namespace:
        yield SetChange(
            stage_name=stage.stage_name,
            message=f"stage '{stage.stage_name}' gets the parameter_namespace "
            f"'{stage.parameter_namespace}', it had '{was.parameter_namespace}': that is another "
            f"stack beside {stack_of(was)}, which fails on the names of its roles",
            remedy=f"keep it, or delete {stack_of(was)} first",
            refused=True,
        )


def _gone(stage: Stage, what: str) -> SetChange:
    command = deletion(stack_of(stage), stage.region, stage.bootstrap.aws_profile)
    return SetChange(
        message=f"{what} is gone: {stack_of(stage)} in {stage.account} stays, since no pipeline "
        "deletes a stack",
        remedy=f"when nothing uses it: {command}",
    )


def _bootstrap(new: Deployment, stage: Stage, what: str) -> SetChange:
    return SetChange(
        stage_name=stage.stage_name,
        message=f"stage '{stage.stage_name}' of set '{new.set_name}' {what}: its account must be "
        "bootstrapped before the pipeline reaches it",
        remedy=f"./mlops-multi-account.sh bootstrap --set {new.set_name}",
    )


def _set(config: PlatformConfig, set_name: str) -> Deployment | None:
    wanted = set_name.lower()
    found = (d for d in config.enabled_deployments if d.set_name.lower() == wanted)
    return next(found, None)


def _in_place(deployment: Deployment, wanted: Stage) -> Stage | None:
    """The stage of a set that has the account, region and namespace of another one."""
    place = (wanted.account, wanted.region, wanted.parameter_namespace)
    found = (
        stage
        for stage in deployment.enabled_stages
        if (stage.account, stage.region, stage.parameter_namespace) == place
    )
    return next(found, None)


def _parameter(stage: Stage) -> str:
    namespace = stage.parameter_namespace.strip("/")
    return f"/{namespace}/vpc/id" if namespace else "/vpc/id"
