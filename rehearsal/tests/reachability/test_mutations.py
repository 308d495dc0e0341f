"""A statement that is dropped or widened changes the cells that it holds, and no others."""

import pytest
from small_world import APPROVE, BUCKET, BUILD, REPOSITORY, SOURCE, VERIFY, allow, deploy, world

from mlops_reachability.mutations import changed_cells, mutations
from mlops_reachability.reach import Graph
from mlops_reachability.starts import Target
from mlops_reachability.table import cells_of

pytestmark = pytest.mark.pure

PERSONA = "persona ds"
PUSH = {**allow("codecommit:GitPush", REPOSITORY), "Sid": "Push"}
PUT = {**allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*"), "Sid": "Put"}
KEEP = {**PUT, "Sid": "Keep", "Effect": "Deny", "Principal": "*"}
READ = {**allow("logs:GetLogEvents", "arn:aws:logs:*:*:x"), "Sid": "Logs"}
GUARDED = world(
    SOURCE, BUILD, VERIFY, APPROVE, deploy("Verified"), persona=(PUT, READ), bucket=(KEEP,)
)


def changes(sid: str, change: str) -> frozenset[tuple[str, Target]]:
    base = Graph(GUARDED)
    (mutation,) = (m for m in mutations(GUARDED) if (m.statement, m.change) == (sid, change))
    return changed_cells(base, cells_of(base), mutation)


def test_without_the_deny_of_the_bucket_whoever_writes_there_reaches_prod() -> None:
    assert (PERSONA, Target.PROD) in changes("Keep", "dropped")


def test_a_statement_that_a_deny_holds_changes_nothing() -> None:
    assert changes("Put", "dropped") == frozenset()


def test_a_statement_about_logs_changes_nothing_until_it_allows_everything() -> None:
    assert changes("Logs", "dropped") == frozenset()
    assert changes("Logs", "on every resource") == frozenset()


def test_every_action_on_one_resource_is_still_on_that_resource() -> None:
    assert changes("Logs", "every action") == frozenset()


def test_every_statement_is_dropped_once() -> None:
    dropped = [m for m in mutations(GUARDED) if m.change == "dropped"]
    assert len(dropped) == sum(map(len, GUARDED.documents.values()))
