"""Checks of the tags that the organization requires: there, of an allowed value, on everything."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem

ENDLESS: Final = re.compile(r"\((?:[^()\\]|\\.)*[+*}|?](?:[^()\\]|\\.)*\)[?]?[+*{]|\){2,}[+*{]")
"""Python's `re` tries each way to divide a text, and their number doubles with every letter."""
PATH: KeyPath = (APP_ROOT, "org", "required_tags")


def patterns_are_patterns(sources: Sources) -> Iterator[Problem]:
    """A pattern is a regular expression of the whole value."""
    for key, patterns in sources.app.org.required_tags.items():
        for index, pattern in enumerate(patterns):
            try:
                re.compile(pattern)
            except re.error as error:
                message = f"'{pattern}' is no regular expression: {error}"
                yield sources.app_document.problem((*PATH, key, index), message)
            if ENDLESS.search(pattern):
                message = (
                    f"'{pattern}' repeats what is repeated, or a choice, which can take for ever "
                    "to match; write it with one repetition, such as [a-z]+"
                )
                yield sources.app_document.problem((*PATH, key, index), message)


def tags_are_there(sources: Sources) -> Iterator[Problem]:
    """An organization refuses to create what lacks them, and the first deployment ends there."""
    required = sources.app.org.required_tags
    for path, deployment, stage in sources.stages():
        what = f"the stage '{deployment.set_name}/{stage.stage_name}'"
        where = ((*path, "tags"), (*path[:3], "tags"), (APP_ROOT, "tags"))
        yield from _problems(sources, required, stage.tags, what, where)


def governance_has_them(sources: Sources) -> Iterator[Problem]:
    """Repositories and pipelines of a set have the tags of which its stages are of one mind."""
    required, config = sources.app.org.required_tags, sources.config
    for index, deployment in enumerate(config.deployments):
        stages = deployment.enabled_stages if deployment.enabled else ()
        for key in required if stages else ():
            values = {stage.tags.get(key, "") for stage in stages}
            if len(values) > 1:
                shown = ", ".join(sorted(f"'{value}'" for value in values if value))
                message = (
                    f"the stages of set '{deployment.set_name}' have different values of '{key}', "
                    f"{shown}, so its repositories and pipelines in governance would have none; "
                    "give all stages one, below the set or at the top"
                )
                yield sources.app_document.problem((APP_ROOT, "deployments", index), message)
    bootstrap = config.pipeline.bootstrap.toolkit.toolkit_tags
    what = "the bootstrap of governance, which serves all sets,"
    where = ((APP_ROOT, "pipeline", "bootstrap", "toolkit_tags"), (APP_ROOT, "tags"))
    yield from _problems(sources, required, {**config.tags, **bootstrap}, what, where)


def _problems(
    sources: Sources,
    required: Mapping[str, tuple[str, ...]],
    tags: Mapping[str, str],
    what: str,
    where: tuple[KeyPath, ...],
) -> Iterator[Problem]:
    document = sources.app_document
    for key, patterns in required.items():
        path = next((place for each in where if (place := (*each, key)) in document.lines), None)
        if key not in tags:
            near = [own for own in tags if own.lower() == key.lower()]
            hint = f"; '{near[0]}' is another key for AWS" if near else ""
            message = f"{what} lacks the tag '{key}' of org.required_tags{hint}"
            yield document.problem(path or where[0][:-1], message)
        elif patterns and not any(_fits(pattern, tags[key]) for pattern in patterns):
            message = (
                f"'{tags[key]}' is no value of the tag '{key}' that the organization allows: "
                + ", ".join(patterns)
            )
            yield document.problem(path or where[0], message)


def _fits(pattern: str, value: str) -> bool:
    if ENDLESS.search(pattern):
        return True  # reported already
    try:
        return bool(re.fullmatch(pattern, value))
    except re.error:
        return True  # reported already
