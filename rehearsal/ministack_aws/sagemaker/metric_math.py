"""Metric math of alarms, as far as endpoints need it; what is not known is refused.

CloudWatch User Guide, "Using math expressions with CloudWatch metrics": names are those of other
metrics of the alarm, IF(condition, then, else), AND and OR, comparisons and the four operators.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

OPERATORS: Final[Mapping[type[ast.AST], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
WORDS: Final = {"AND": "and", "OR": "or"}
NAME: Final = re.compile(r"[a-z][a-zA-Z0-9_]*")
"""API_MetricDataQuery, Id: "The first character must be a lowercase letter"."""


def check(metrics: list[Mapping[str, Any]]) -> None:
    """Refuse what PutMetricAlarm refuses of an alarm on an expression.

    Raises:
        ValueError: it would.
    """
    ids = [str(row.get("Id", "")) for row in metrics]
    if len(set(ids)) != len(ids) or not all(NAME.fullmatch(name) for name in ids):
        raise ValueError(f"The Ids of Metrics must be different and begin in lower case: {ids}")
    returned = [row for row in metrics if row.get("ReturnData", True) is not False]
    if len(returned) != 1 or "Expression" not in returned[0]:
        raise ValueError("Exactly one expression of Metrics must have ReturnData true")
    _tree(str(returned[0]["Expression"]), ids)


def value(expression: str, values: Mapping[str, float]) -> float | None:
    """What an expression says; None where it has no value, as after a division by zero."""
    try:
        return float(_of(_tree(expression, values), values))
    except ZeroDivisionError:
        return None


def _tree(expression: str, known: Any) -> ast.expr:
    words = re.sub(r"\b(AND|OR)\b", lambda found: WORDS[found[1]], expression)
    try:
        tree = ast.parse(words, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"Error in expression '{expression}': {error.msg}") from error
    for node in ast.walk(tree):
        name = getattr(node, "id", None)
        if name is not None and name != "IF" and name not in known:
            raise ValueError(f"Error in expression '{expression}': {name} is not known")
    return tree


def _of(node: ast.AST, values: Mapping[str, float]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right):
            return OPERATORS[type(sign)](_of(left, values), _of(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return OPERATORS[type(sign)](_of(left, values), _of(right, values))
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_of(part, values) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_of(part, values) for part in parts)
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, other], keywords=[]):
            return _of(then if _of(condition, values) else other, values)
    raise ValueError(f"{ast.unparse(node)} is not emulated")
