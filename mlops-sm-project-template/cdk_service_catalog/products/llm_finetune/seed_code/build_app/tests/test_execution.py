"""A query is right when it gives what the right one gives, and does nothing else."""

import json
import sqlite3
import time
from pathlib import Path

import evaluate
import pytest
from databases import filled, schema_of, tables
from evaluation import report
from execution import Useless, alike, check, is_ordered, verdict
from made_evaluations import declared, evaluation
from queries import QueryFailed, build, connection, result
from tasks import metrics

from ml_pipelines.bounds import bounds
from ml_pipelines.run_locally import gate

SHOP = (
    "CREATE TABLE customers (id INTEGER, name TEXT, city TEXT, joined DATE); "
    "CREATE TABLE orders (id INTEGER, customer_id INTEGER, total REAL, placed DATE)"
)
IN_LYON = "SELECT name FROM customers WHERE city = 'Lyon'"
OVER = "SELECT id FROM orders WHERE total > 500"
PER_CITY = "SELECT city, COUNT(*) FROM customers GROUP BY city"
OF_ADA = (
    "SELECT SUM(orders.total) FROM orders JOIN customers ON customers.id = orders.customer_id "
    "WHERE customers.name = 'Ada'"
)
NEWEST = "SELECT id FROM orders ORDER BY placed DESC LIMIT 10"
MANY = "SELECT city FROM customers GROUP BY city HAVING COUNT(*) > 20"


def row(right: str, schema: str = SHOP) -> dict[str, str]:
    return {"instruction": "?", "context": schema, "response": right}


@pytest.mark.parametrize(
    ("right", "given"),
    [
        (IN_LYON, "select NAME from customers where 'Lyon' = city;"),
        (OVER, "SELECT id FROM orders WHERE NOT total <= 500"),
        (PER_CITY, "SELECT c.city, SUM(1) FROM customers c GROUP BY 1 ORDER BY 2"),
        (
            OF_ADA,
            "SELECT SUM(o.total) FROM customers c, orders o WHERE o.customer_id = c.id AND c.name = 'Ada'",
        ),
        (NEWEST, "SELECT id FROM (SELECT * FROM orders ORDER BY placed DESC LIMIT 10)"),
        (
            MANY,
            "SELECT city FROM (SELECT city, COUNT(*) n FROM customers GROUP BY city) WHERE n > 20",
        ),
    ],
)
def test_the_same_question_asked_otherwise_is_right(right: str, given: str) -> None:
    assert verdict(row(right), given) == ""


@pytest.mark.parametrize(
    ("right", "given"),
    [
        (IN_LYON, "SELECT city FROM customers WHERE name = 'Lyon'"),
        (IN_LYON, "SELECT name FROM customers"),
        (IN_LYON, "SELECT name FROM customers WHERE city LIKE 'Lyon%'"),
        (OVER, "SELECT id FROM orders WHERE total < 500"),
        (OVER, "SELECT id FROM orders WHERE total >= 500"),
        (OVER, "SELECT id FROM orders WHERE total > 501"),
        ("SELECT SUM(total) FROM orders", "SELECT MAX(total) FROM orders"),
        ("SELECT COUNT(*) FROM customers", "SELECT COUNT(*) FROM orders"),
        ("SELECT COUNT(*) FROM customers", "DELETE FROM customers"),
        (PER_CITY, "SELECT COUNT(*), city FROM customers GROUP BY city"),
        (PER_CITY, "SELECT name, COUNT(*) FROM customers GROUP BY name"),
        (OF_ADA, OF_ADA.replace("customers.id = orders.customer_id", "customers.id = orders.id")),
        (NEWEST, "SELECT id FROM orders ORDER BY placed LIMIT 10"),
        (NEWEST, "SELECT id FROM orders ORDER BY placed DESC LIMIT 9"),
        (MANY, "SELECT city FROM customers GROUP BY city HAVING COUNT(*) > 19"),
        (IN_LYON, "There are three customers in Lyon."),
        (IN_LYON, ""),
    ],
)
def test_another_question_is_wrong(right: str, given: str) -> None:
    assert verdict(row(right), given)


COUNTING = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"


@pytest.mark.parametrize(
    "hostile",
    [
        *("ATTACH '{file}' AS x", "DETACH main", "VACUUM INTO '{file}'", "BEGIN", "ANALYZE"),
        *("PRAGMA query_only = OFF", "PRAGMA writable_schema = ON", "PRAGMA temp_store_directory"),
        *(
            "INSERT INTO orders VALUES (1, 1, 1, 1)",
            "UPDATE orders SET id = 1",
            "DROP TABLE orders",
        ),
        *("REPLACE INTO sqlite_master VALUES (1, 2, 3, 4, 5)", "CREATE TEMP TABLE x (a)"),
        *("SELECT load_extension('{file}')", "SELECT readfile('/etc/passwd')", "SELECT random()"),
        *("SELECT 1; DROP TABLE orders", "SELECT * FROM pragma_database_list"),
        f"{COUNTING} SELECT COUNT(*) FROM r",
        f"{COUNTING} SELECT x FROM r",
        f"{COUNTING} SELECT hex(x) || replace(hex(x), '3', '{'9' * 50_000}') FROM r ORDER BY 1",
        "SELECT printf('%.2000000000c', 'x')",
        "SELECT zeroblob(2000000000)",
        "SELECT COUNT(*) FROM orders a, orders b, orders c, orders d, orders e, orders f",
        *("SELECT " + "(" * 2_000 + "1" + ")" * 2_000, "SELECT '\ud800'", "SELECT '\0'"),
    ],
)
def test_a_hostile_query_is_refused_in_time_and_changes_nothing(
    hostile: str, tmp_path: Path
) -> None:
    database = filled(SHOP, OVER)[-1]
    before = result(database, OVER), result(database, "SELECT * FROM sqlite_master")
    file = tmp_path / "written"
    started = time.process_time()
    with pytest.raises(QueryFailed):
        result(database, hostile.replace("{file}", str(file)))
    assert time.process_time() - started < 20
    assert not file.exists()
    assert before == (result(database, OVER), result(database, "SELECT * FROM sqlite_master"))


def test_without_its_guards_the_database_would_do_it(tmp_path: Path) -> None:
    # The control of the test above: the same statement, asked without the guards.
    file = tmp_path / "written"
    sqlite3.connect(":memory:").execute(f"VACUUM INTO '{file}'")
    assert file.exists()


@pytest.mark.parametrize(
    "script", ["ATTACH 'x' AS y", "DROP TABLE a", "SELECT load_extension('x')"]
)
def test_the_tables_of_an_example_are_made_and_nothing_else(script: str) -> None:
    with pytest.raises(QueryFailed):
        build(connection(), f"CREATE TABLE a (b INTEGER); {script}")


def test_the_databases_are_the_same_at_every_run_and_have_what_is_asked_for() -> None:
    def dumped(databases: list[sqlite3.Connection]) -> list[list[str]]:
        return [[*database.iterdump()] for database in databases]

    assert dumped(filled(SHOP, MANY)) == dumped(filled(SHOP, MANY))
    assert result(filled(SHOP, MANY)[-1], MANY)
    strict = (
        "CREATE TABLE a (b INTEGER PRIMARY KEY, c TEXT NOT NULL UNIQUE, d BOOLEAN CHECK (d = 1))"
    )
    database = filled(strict, "SELECT c FROM a")[-1]
    assert 0 < len(result(database, "SELECT * FROM a WHERE c IS NOT NULL")) <= 85
    assert [column.name for column in tables(database)["a"]] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("right", "schema", "error"),
    [
        ("SELECT id FROM orders WHERE 1 = 2", SHOP, Useless),
        ("SELECT 1", SHOP, Useless),
        ("SELECT nothing FROM orders", SHOP, QueryFailed),
        ("SELECT 1", "no tables", QueryFailed),
        ("DELETE FROM orders", SHOP, QueryFailed),
    ],
)
def test_an_example_that_tells_nothing_apart_is_no_example(
    right: str, schema: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check(row(right, schema))


def test_rows_of_ones_own_tell_apart_what_drawn_ones_do_not() -> None:
    rare = row("SELECT name FROM customers WHERE length(name) = 17 AND city = upper(city)")
    with pytest.raises(Useless):
        check(rare)
    rare["rows"] = "INSERT INTO customers VALUES (1, 'abcdefghijklmnopq', 'LYON', NULL)"
    check(rare)
    assert verdict(rare, "SELECT name FROM customers WHERE length(name) = 17") == ""
    assert verdict(rare, "SELECT city FROM customers WHERE length(name) = 17")


def test_order_counts_where_the_query_as_a_whole_asks_for_it() -> None:
    assert is_ordered("SELECT a FROM b ORDER  BY a")
    assert not is_ordered("SELECT a FROM (SELECT a FROM b ORDER BY a)")
    assert not is_ordered("SELECT 'order by' FROM b")
    assert not alike([(1,), (2,)], [(2,), (1,)], ordered=True)
    assert alike([(1,), (2,)], [(2,), (1,)], ordered=False)
    assert not alike([(1,), (1,)], [(1,)], ordered=False)
    assert alike([(0.1 + 0.2,)], [(0.3,)], ordered=True)
    assert not alike([("1",)], [(1,)], ordered=True)


def test_a_schema_is_the_same_however_it_is_written() -> None:
    other = (
        "create table ORDERS(placed DATE, total REAL, customer_id INT, id INT);"
        + SHOP.split(";")[0]
    )
    assert schema_of(other) == schema_of(SHOP)
    assert schema_of("CREATE TABLE customers (id INTEGER)") != schema_of(SHOP)


def test_a_model_that_swaps_columns_does_not_pass_the_gate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = declared("text-to-sql", "execution_accuracy", at_least=0.5, minimum_rows=1)
    rows = [row(IN_LYON), row(PER_CITY), row("SELECT name, city FROM customers")]
    swapped = [
        "SELECT city FROM customers WHERE name = 'Lyon'",
        "SELECT COUNT(*), city FROM customers GROUP BY city",
        "SELECT city, name FROM customers",
    ]
    right, limits = [one["response"] for one in rows], {b: b.limit for b in bounds(found)}
    named = metrics(found)
    scores = {
        name: evaluate.scored(rows, answers, named)
        for name, answers in (("right", right), ("swapped", swapped), ("none", ["", "", ""]))
    }

    def judged(own: str, base: str, **changed: float) -> int:
        both = (scores[name][found.gate.label] for name in (own, base))
        content = report(evaluation(found, *both))
        content["gate"] |= changed
        return gate(json.loads(json.dumps(content)), limits)

    # What the tokens have in common says nothing: this is why queries run.
    assert min(scores["swapped"]["token_f1"]) > 0.9
    assert judged("swapped", "none") == 1
    assert "execution_accuracy is 0.0000, at least 0.5 is allowed" in capsys.readouterr().err
    assert judged("right", "none") == 0
    # As good as the base model is not good enough, and neither are too few rows.
    assert judged("right", "right") == 1
    assert judged("right", "none", rows=0) == 1
    assert judged("right", "none", improvement=float("nan")) == 1
