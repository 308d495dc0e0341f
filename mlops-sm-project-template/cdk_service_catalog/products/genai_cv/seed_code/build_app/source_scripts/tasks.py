"""How pictures are measured, by the metric that `project.yml` names."""

from collections.abc import Iterator

from declaration import Declaration

DENOISING, CLIP = "denoising", "clip_similarity"
METRICS = (DENOISING, CLIP)


def problems(found: Declaration) -> Iterator[tuple[tuple[str, ...], str]]:
    """What no schema sees: a metric without the model that it needs."""
    if found.gate.metric == CLIP and not found.model.judge:
        yield (
            ("gate", "metric"),
            f"{CLIP} needs model.judge: the prefix of a CLIP model, such as clip-model/",
        )
