"""The products that the documentation shows are the ones that tests synthesise."""

import re
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.pure

PAGE = REPOSITORY_ROOT / "docs/how-to/add-a-product.md"
APP = REPOSITORY_ROOT / APP_DIRECTORIES["template"]
EXAMPLES = {"The product features": "features", "The product report": "report"}


@pytest.mark.skipif(not APP.is_dir(), reason="this repository has the other app only")
def test_each_example_with_a_stack_is_a_product_of_the_tests() -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    named = {re.match(r'"""([^:.]+)', text)[1]: text for text in shown}  # type: ignore[index]
    for title, slug in EXAMPLES.items():
        file = APP / "tests" / "products" / slug / "product.py"
        assert named[title] == file.read_text(), f"copy {file} to {PAGE}"


@pytest.mark.skipif(not APP.is_dir(), reason="this repository has the other app only")
def test_the_example_without_a_stack_is_a_product(tmp_path: Path) -> None:
    from cdk_service_catalog.portfolio.discovery import discover

    (text,) = (
        text
        for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if "stack" not in text
    )
    (tmp_path / "forecasting").mkdir()
    (tmp_path / "forecasting" / "product.py").write_text(text)
    (product,) = discover(tmp_path)
    assert product.definition.name == "Forecasting"
