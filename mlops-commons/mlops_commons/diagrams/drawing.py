"""From the templates of the apps to the files of their pictures."""

from pathlib import PurePosixPath

from mlops_commons.diagrams.pictures import Apps, pictures
from mlops_commons.diagrams.svg import drawn


def draw(apps: Apps) -> dict[PurePosixPath, str]:
    """The SVG of every picture that these apps suffice for, by its path in the repository."""
    return {file: drawn(graph) for file, graph in pictures(apps).items()}
