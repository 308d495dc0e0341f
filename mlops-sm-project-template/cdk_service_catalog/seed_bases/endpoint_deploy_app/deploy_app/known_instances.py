"""Machines and their images as values: a misspelt one is told with the nearest there is.

Sources: the price lists that cfn-lint brings, which it judges templates by in each region, and for
what they do not have botocore's model of SageMaker.
"""

import difflib
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from botocore.loaders import Loader
from pydantic import AfterValidator


@cache
def _priced(use: str) -> frozenset[str]:
    """The types that a price list of any region has for `hosting` or `processing`."""
    package = find_spec("cfnlint")  # without its import, which takes a second
    assert package and package.origin
    folder = Path(package.origin).parent / "data" / "schemas" / "extensions"
    file = folder / f"aws_sagemaker_{use}" / "instancetype_enum.json"
    regions = json.loads(file.read_text("utf-8")).values()
    # A region with the list of another one has a text here.
    return frozenset(name for row in regions if isinstance(row, dict) for name in row["enum"])


@cache
def _modelled(shape: str) -> frozenset[str]:
    model = Loader().load_service_model("sagemaker", "service-2")
    return frozenset(model["shapes"][shape]["enum"])


def _known(use: str, shape: str, what: str) -> AfterValidator:
    def check(name: str) -> str:
        if name in _priced(use) or name in _modelled(shape):
            return name
        known = sorted(_priced(use) | _modelled(shape))
        near = difflib.get_close_matches(f"ml.{name.removeprefix('ml.')}", known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"allowed: such as {known[0]}"
        raise ValueError(f"SageMaker has no such instance type for {what}; {hint}")

    return AfterValidator(check)


FORM_OF_AN_IMAGE = re.compile(r"al[0-9]+-ami-sagemaker-inference-(gpu|neuron)-[0-9]+(-[0-9]+)?")
"""An image that AWS has brought since has a version of its own in the same form."""


def _image(name: str) -> str:
    known = sorted(_modelled("ProductionVariantInferenceAmiVersion"))
    if name in known or FORM_OF_AN_IMAGE.fullmatch(name):
        return name
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(known)}"
    raise ValueError(f"SageMaker has no such image of machines; {hint}")


MachineImage = Annotated[str, AfterValidator(_image)]
EndpointInstance = Annotated[str, _known("hosting", "ProductionVariantInstanceType", "an endpoint")]
ProcessingInstance = Annotated[
    str, _known("processing", "ProcessingInstanceType", "a processing job")
]
