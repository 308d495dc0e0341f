"""A GPU that cannot be used is never replaced by the CPU in silence."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

import devices  # noqa: E402


def test_a_machine_without_a_gpu_computes_on_its_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(devices, "DRIVER", tmp_path / "version")
    assert devices.device() == "cpu"


def test_a_gpu_that_pytorch_cannot_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = tmp_path / "version"
    driver.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.1\nGCC version: 12\n")
    monkeypatch.setattr(devices, "DRIVER", driver)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match=r"cannot use; its driver: NVRM .* 535\.1\. Choose"):
        devices.device()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert devices.device() == "cuda"
