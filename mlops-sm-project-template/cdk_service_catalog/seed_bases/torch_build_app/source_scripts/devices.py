"""Where a model runs: on the GPU of a machine that has one, never on its CPU by accident."""

from pathlib import Path

import torch

DRIVER = Path("/proc/driver/nvidia/version")
"""Written by the kernel module of NVIDIA's driver, in every container of its machine."""


def device() -> str:
    """`cuda`, or `cpu` on a machine without GPU, such as a laptop.

    Raises:
        RuntimeError: the machine has a GPU that PyTorch cannot use. A job would take days instead
            of hours, at the price of the GPU.
    """
    if torch.cuda.is_available():
        return "cuda"
    if DRIVER.is_file():
        driver = DRIVER.read_text(encoding="utf-8").splitlines()[0]
        raise RuntimeError(
            f"this machine has a GPU that PyTorch {torch.__version__} (CUDA {torch.version.cuda}) "
            f"cannot use; its driver: {driver}. Choose an image whose CUDA fits the driver, or a "
            "machine without GPU"
        )
    return "cpu"


def described() -> str:
    """What a training runs on, by name: another GPU, or none, rounds otherwise."""
    return str(torch.cuda.get_device_name()) if device() == "cuda" else "cpu"
