"""The page of an evaluation is small enough to be opened, whatever the model draws."""

import base64
import io
import re

from PIL import Image
from reports import grid


def test_a_picture_on_the_page_is_twice_as_wide_as_it_is_shown() -> None:
    # Noise is what compresses worst.
    drawn = Image.effect_noise((1024, 1024), 50)
    page = grid("page", [{"original": drawn, "fine-tuned": drawn.convert("RGBA")}] * 30)
    assert len(page) < 30_000_000
    contents = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert len(contents) == 60
    for content in contents:
        assert Image.open(io.BytesIO(base64.b64decode(content))).size == (384, 384)
