"""A snapshot committed to the repository from which a pipeline delivers."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.brought import Brought
from mlops_commons.utilities.delivered_pages import OWN_README, README
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.git import Git
from mlops_commons.utilities.own_files import OWN_FOLDERS, missing_own
from mlops_commons.utilities.snapshot import Snapshot

TRAILER: Final = "Published-Snapshot"
"""Marks the commits made here, by the digest of their content; any other commit is somebody's."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a publication commits where.

    Attributes:
        content: the whole content of the repository afterwards.
        remote: a URL of git.
        branch: the branch that the pipeline follows.
        message: the first line of the commit.
        proposed: push a branch of its own, for a pull request, instead of that one.
        seeded: the first commit was made by the deployment, and is nobody's.
    """

    content: Snapshot
    remote: str
    branch: str
    message: str
    proposed: bool = False
    seeded: bool = True


@dataclass(frozen=True, kw_only=True)
class Published:
    """The commit that holds a snapshot, and the branch where it is.

    Attributes:
        changed: false where the branch that the pipeline follows held it before.
        proposed: whether it waits for a pull request's merge.
    """

    commit: str
    branch: str
    changed: bool = True
    proposed: bool = False


def codecommit_remote(region: str, repository: str, profile: str = "") -> str:
    """The URL with which git-remote-codecommit reaches a repository.

    Args:
        profile: signs; without one that of the environment does. In a URL it ends at its first
            `@`, so a profile with one must come from the environment.
    """
    return f"codecommit::{region}://{f'{profile}@' if profile else ''}{repository}"


def publish(
    publication: Publication,
    *,
    environment: Mapping[str, str],
    confirm: Callable[[str], bool],
    review: Callable[[Path], None] = lambda clone: None,
    overwrite: bool = False,
    memory: Path | None = None,
) -> Published | None:
    """Commit and push a snapshot, and say where it is; None where `confirm` has said no.

    A proposal is named after what it brings to which commit: published again, it is the same.

    Args:
        environment: of git.
        confirm: is shown the difference and decides.
        review: is shown what the repository holds, and raises where it does not allow the change.
        overwrite: also over changes that were made in the repository and are not in the snapshot.
        memory: the file that keeps which of those changes the snapshot has had.

    Raises:
        PlatformError: the repository cannot be reached or has no such branch, it holds changes
            or own extensions or products that the snapshot would drop, somebody has pushed
            meanwhile, or git failed.
    """
    with tempfile.TemporaryDirectory(prefix="mlops-publish-") as folder:
        git = Git(Path(folder) / "clone", environment)
        git.clone(publication.remote, publication.branch)
        review(git.root)
        before = git.tree()
        dropped = [*_changed(git, publication, memory), *own_files(git, publication.content)]
        if dropped and not overwrite:
            raise PlatformError(
                f"{publication.remote} holds changes that are not in this checkout: "
                + ", ".join(_here(name, publication.content) for name in dropped[:10])
                + (f" and {len(dropped) - 10} more" if len(dropped) > 10 else ""),
                hint="bring them into this checkout first (git log shows who made them), or "
                "publish over them with --overwrite, as where you have merged a file by hand",
            )
        replace_content(git, publication.content)
        difference = git.read("diff", "--cached", "--no-ext-diff", "--stat=100", before)
        branch = publication.branch
        if not difference:
            head = git.read("rev-parse", "HEAD").strip()
            return Published(commit=head, branch=branch, changed=False)
        if not confirm(difference):
            return None
        digest = publication.content.digest()
        if publication.proposed:
            branch = f"publish/{git.read('rev-parse', 'HEAD')[:8]}-{digest[:8]}"
            if there := git.read("ls-remote", "origin", f"refs/heads/{branch}").split():
                return Published(commit=there[0], branch=branch, proposed=True)
        git.commit(publication.message, f"{TRAILER}: {digest}")
        git.push(branch)
        head = git.read("rev-parse", "HEAD").strip()
        return Published(commit=head, branch=branch, proposed=publication.proposed)


def _changed(git: Git, publication: Publication, memory: Path | None) -> list[str]:
    """What others have made in a repository and the checkout would drop."""
    if not git.read("for-each-ref", "--count=1"):
        return []
    found = git.read("rev-list", f"--grep=^{TRAILER}: ", "--max-count=1", "HEAD").strip()
    if not found and not publication.seeded:
        return list(filter(None, git.read("ls-files", "-z").split("\0")))
    base = found or git.read("rev-list", "--max-parents=0", "HEAD").split()[-1]
    return Brought(git, publication.content, base, memory).dropped()


def own_files(git: Git, content: Snapshot) -> list[str]:
    """A user's own files that the checkout lacks."""
    held = git.read("ls-files", "-z", *map(str, OWN_FOLDERS)).split("\0")
    return list(map(str, missing_own(map(PurePosixPath, filter(None, held)), content.sources)))


def replace_content(git: Git, content: Snapshot) -> None:
    """Stage a snapshot in place of everything that is there."""
    git.read("rm", "-r", "--quiet", "--force", "--ignore-unmatch", ".")
    content.write(git.root)
    # Forced: the snapshot decides what the repository holds, not an ignore file.
    git.read("add", "--all", "--force", ".")


def _here(name: str, content: Snapshot) -> str:
    """The name of a file, and of what it is made of here where that is another one."""
    made = PurePosixPath(name) == README and README in content.pages
    return f"{name} (here {OWN_README})" if made else name
