"""Rounds of XGBoost that a training on a spot machine keeps, to go on where another one has begun.

SageMaker copies the folder to S3 while the job runs, and back before it starts again (Developer
Guide, "Checkpoints in Amazon SageMaker AI"). A copy may end in the middle of a file, so a name has
the size of its file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from declaration import XGBOOST, Declaration

EVERY = 25


def kept_in(found: Declaration) -> Path | None:
    """Where rounds are kept; None where a training loses no machine, or cannot go on."""
    if not found.machines.spot or found.algorithm != XGBOOST:
        return None
    return Path(os.environ.get("ML_ROOT", "/opt/ml")) / "checkpoints"


def newest(folder: Path) -> tuple[int, Path | None]:
    """How many rounds are kept, and in which file; the last one that is whole."""
    found: tuple[int, Path | None] = (0, None)
    for file in folder.glob("rounds-*-*.ubj"):
        rounds, size = map(int, file.stem.split("-")[1:])
        if file.stat().st_size == size and rounds > found[0]:
            found = rounds, file
    return found


@contextmanager
def going_on(estimator: Any, folder: Path | None) -> Iterator[dict[str, str]]:
    """What `fit` is told besides, so that it goes on after the rounds that are kept, and keeps more.

    Args:
        estimator: of XGBoost, not yet fitted; afterwards it is as it was.
        folder: None to keep nothing.
    """
    if folder is None:
        yield {}
        return
    total = estimator.get_params()["n_estimators"]
    done, file = newest(folder)
    if done >= total:
        done, file = 0, None
    if file:
        print(f"goes on after {done} rounds", flush=True)
    estimator.set_params(n_estimators=total - done, callbacks=[_keeping(folder)])
    yield {"estimator__xgb_model": str(file)} if file else {}
    estimator.set_params(n_estimators=total, callbacks=None)


def _keeping(folder: Path) -> Any:
    # Only its own image has it.
    from xgboost.callback import TrainingCallback

    class Keeping(TrainingCallback):  # type: ignore[misc]
        """Writes the rounds so far."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            """Say whether to stop: never."""
            rounds = model.num_boosted_rounds()
            if rounds % EVERY == 0:
                keep(folder, model, rounds)
            return False

    return Keeping()


def keep(folder: Path, booster: Any, rounds: int) -> None:
    """Write the rounds, and take away all but the file before."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "being-written.ubj"
    booster.save_model(written)
    _, before = newest(folder)
    written.rename(folder / f"rounds-{rounds}-{written.stat().st_size}.ubj")
    for file in folder.glob("rounds-*"):
        if before and file != before and int(file.stem.split("-")[1]) < rounds:
            file.unlink()
