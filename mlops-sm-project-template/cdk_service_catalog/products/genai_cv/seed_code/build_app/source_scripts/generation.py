"""What the model draws.

Request: `{"prompt": "...", "seed": 1, "steps": 30, "guidance_scale": 7.5, "count": 1, "width": 512,
"height": 512}`; all but `prompt` may be missing, and of a prompt its first 77 tokens count. Response: `{"images": ["<PNG in base64>"],
"withheld": [false], "seed": 1}`; a picture that the model's own safety checker refuses is black
and marked as withheld. Stable Diffusion XL has no such checker.
"""

import base64
import io
from typing import Any

import torch
from answers import BadRequest
from devices import device
from diffusers import DiffusionPipeline

DEFAULTS = {"seed": 0, "steps": 30, "guidance_scale": 7.5, "count": 1}
"""`width` and `height` come from the model."""
LONGEST = 10_000
"""Characters of a prompt: more than any model reads, and a megabyte keeps a tokenizer busy."""
LIMITS = {
    "seed": (0, 2**32 - 1),
    "steps": (1, 100),
    "guidance_scale": (0.0, 30.0),
    "count": (1, 4),
    "width": (8, 1024),
    "height": (8, 1024),
}


def load(folder: str) -> Any:
    """The pipeline of the class that `model_index.json` names, in half precision on a GPU.

    Nothing is downloaded. A VAE that overflows in half precision is decoded in 32 bits by diffusers
    (`force_upcast` of its configuration), one picture after the other: several take gigabytes.
    """
    where = device()
    pipeline = DiffusionPipeline.from_pretrained(
        folder,
        use_safetensors=True,
        local_files_only=True,
        torch_dtype=torch.float16 if where == "cuda" else torch.float32,
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.vae.enable_slicing()
    return pipeline.to(where)


def checked(given: Any) -> dict[str, Any]:
    """A request with defaults filled in.

    Raises:
        BadRequest: it is not as the docstring of this module says.
    """
    if not isinstance(given, dict) or not isinstance(given.get("prompt"), str):
        raise BadRequest("the request must be an object with a 'prompt'")
    if len(given["prompt"]) > LONGEST:
        raise BadRequest(f"'prompt' has {len(given['prompt'])} characters, not {LONGEST} at most")
    unknown = sorted(given.keys() - {"prompt", *LIMITS})
    if unknown:
        raise BadRequest(f"unknown: {', '.join(unknown)}; known are prompt, {', '.join(LIMITS)}")
    for name, (lowest, highest) in LIMITS.items():
        value = given.get(name, lowest)
        kinds = (int, float) if isinstance(lowest, float) else (int,)
        if (
            isinstance(value, bool)
            or not isinstance(value, kinds)
            or not lowest <= value <= highest
        ):
            raise BadRequest(f"'{name}' is {value!r}, not {lowest} to {highest}")
        if name in ("width", "height") and value % 8:
            raise BadRequest(f"'{name}' is {value}, not a multiple of 8")
    return {**DEFAULTS, **given}


def generated(request: dict[str, Any], pipeline: Any) -> dict[str, Any]:
    """Pictures of the prompt; the same request has the same pictures."""
    drawn = pipeline(
        request["prompt"],
        num_inference_steps=request["steps"],
        guidance_scale=float(request["guidance_scale"]),
        num_images_per_prompt=request["count"],
        width=request.get("width"),
        height=request.get("height"),
        # Noise from the CPU is the same on every machine, whatever GPU it has.
        generator=torch.Generator().manual_seed(request["seed"]),
    )
    withheld = getattr(drawn, "nsfw_content_detected", None) or [False] * len(drawn.images)
    images = [_base64(picture) for picture in drawn.images]
    return {"images": images, "withheld": withheld, "seed": request["seed"]}


def _base64(picture: Any) -> str:
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")
