"""From the templates of the apps to the files of their pictures."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from mlops_commons.diagrams.dot import dot
from mlops_commons.diagrams.layout import laid_out
from mlops_commons.diagrams.pictures import Apps, pictures


def draw(apps: Apps, environment: Mapping[str, str]) -> dict[PurePosixPath, str]:
    """The SVG of every picture that these apps suffice for, by its path in the repository.

    Args:
        environment: that of node, which lays the pictures out.

    Raises:
        PlatformError: the layout library is not installed, or it refuses a graph.
    """
    graphs = pictures(apps)
    svgs = laid_out([dot(graph) for graph in graphs.values()], environment)
    return dict(zip(graphs, svgs, strict=True))
