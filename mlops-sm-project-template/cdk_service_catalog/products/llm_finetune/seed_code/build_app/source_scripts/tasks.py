"""How answers are measured, by the task and the metric that `project.yml` names."""

import importlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import rouge
from declaration import Declaration
from execution import verdict
from machines import has_gpu

Row = Mapping[str, str]
Metric = Callable[[Row, str], float]
"""0 to 1 for a row, with `instruction`, `context` and `response`, and the answer that was given."""

TOKEN = re.compile(r"\w+|[^\w\s]")
FUNCTION = re.compile(r"([a-z][a-z0-9_]*):([a-z][a-z0-9_]*)")
"""A metric of one's own: a file in `source_scripts` and a function in it, `my_metric:score`."""
TEXT_TO_SQL = "text-to-sql"


def execution_accuracy(row: Row, given: str) -> float:
    """1 for a query that gives what the right one gives, on databases made from the row's schema."""
    return float(not verdict(row, given))


def exact_match(row: Row, given: str) -> float:
    """1 for the same text, spaces apart."""
    return float(row["response"].split() == given.split())


def token_f1(row: Row, given: str) -> float:
    """Harmonic mean of precision and recall of the tokens, as in SQuAD (Rajpurkar et al., 2016)."""
    wanted, found = (TOKEN.findall(text.lower()) for text in (row["response"], given))
    common = (Counter(wanted) & Counter(found)).total()
    if not common:
        return float(wanted == found)
    precision, recall = common / len(found), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def _of_texts(measure: Callable[[str, str], float]) -> Metric:
    """A metric of the right text and the given one."""
    return lambda row, given: measure(row["response"], given)


METRICS: Mapping[str, Mapping[str, Metric]] = {
    TEXT_TO_SQL: {
        "execution_accuracy": execution_accuracy,
        "exact_match": exact_match,
        "token_f1": token_f1,
    },
    "generation": {
        "exact_match": exact_match,
        "token_f1": token_f1,
        "rouge_1": _of_texts(rouge.rouge_1),
        "rouge_2": _of_texts(rouge.rouge_2),
        "rouge_l": _of_texts(rouge.rouge_l),
    },
}


def metrics(found: Declaration) -> dict[str, Metric]:
    """What is measured for a declaration: what fits its task, and its own function."""
    named = FUNCTION.fullmatch(found.gate.metric)
    own = {found.gate.label: _function(*named.groups())} if named else {}
    return {**METRICS[found.task], **own}


def problems(found: Declaration) -> Iterator[tuple[tuple[str, ...], str]]:
    """What no schema sees: a metric that does not fit the task or is not there, no GPU for vLLM."""
    if found.model.server == "vllm" and not has_gpu(found.machines.inference):
        yield (
            ("machines", "inference"),
            f"{found.machines.inference} has no GPU of NVIDIA, which vLLM's image needs; choose "
            "another, or model.server: transformers",
        )
    metric, allowed = found.gate.metric, METRICS[found.task]
    named = FUNCTION.fullmatch(metric)
    where = ("gate", "metric")
    if named:
        file = Path(__file__).with_name(f"{named[1]}.py")
        if not file.is_file() or f"def {named[2]}(" not in file.read_text(encoding="utf-8"):
            yield where, f"there is no function {named[2]} in source_scripts/{file.name}"
    elif metric not in allowed:
        yield where, f"'{metric}' is not for {found.task}; allowed are {', '.join(allowed)}"


def _function(module: str, name: str) -> Metric:
    found: Metric = getattr(importlib.import_module(module), name)
    return found
