"""Which machines a base model needs, by its files and by its size."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import machines
import pytest
from machines import Architecture, Load, assumed, cheapest, machine, serves, trains

from ml_pipelines import sizes
from ml_pipelines.declared import read
from ml_pipelines.fitting import NoModel, architecture
from ml_pipelines.sources import REPOSITORY

CONFIG = {
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "max_position_embeddings": 8192,
}
"""Of Llama 3 with 8 billion weights, as transformers writes it."""
GIB = 2**30


def model_in(folder: Path, parameters: int, config: Mapping[str, Any] = CONFIG) -> Path:
    """A folder with the headers of a model of this size, and without its weights."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    for part in range(2):
        shape = [parameters // 2 // 1000, 1000]
        header = json.dumps(
            {"__metadata__": {"format": "pt"}, f"w{part}": {"dtype": "BF16", "shape": shape}}
        ).encode()
        file = folder / f"model-{part}.safetensors"
        file.write_bytes(len(header).to_bytes(8, "little") + header)
    return folder


def test_the_table_of_the_guide_is_what_is_computed() -> None:
    assert sizes.table() in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_machines_that_are_advised_can_be_had() -> None:
    model = boto3.client("sagemaker", region_name="eu-west-1").meta.service_model
    found = read().machines
    proposed = {name for name, known in machines.MACHINES.items() if known.proposed}
    rows = [
        (cheapest(trains, assumed(size), Load()), cheapest(serves, assumed(size), Load()))
        for size, _ in sizes.SIZES
    ]
    named = [(a.name if a else "", b.name if b else "") for a, b in rows]
    assert len(named) >= 5
    for training, inference in (*named, (found.training, found.inference)):
        assert not training or training in model.shape_for("TrainingInstanceType").enum
        for shape in ("ProcessingInstanceType", "ProductionVariantInstanceType"):
            assert not inference or inference in model.shape_for(shape).enum, shape
    assert proposed <= {*model.shape_for("ProductionVariantInstanceType").enum}


def test_gpus_are_as_the_sdk_knows_them() -> None:
    # Another source than the table's: what SageMaker's SDK asks before it chooses a machine. Its
    # figures are what NVIDIA sells; EC2 says what is left of it.
    import sagemaker.core

    folder = Path(sagemaker.core.__path__[0]) / "image_uri_config"
    known = json.loads((folder / "instance_gpu_info.json").read_text())["us-east-1"]
    both = machines.MACHINES.keys() & known.keys()
    assert len(both) >= 10
    for name in both:
        found = machines.MACHINES[name]
        assert found.gpus == known[name]["Count"], name
        share = found.gpus * found.gpu_mebibytes / known[name]["TotalGpuMemoryInMiB"]
        assert 0.9 < share <= 1, name


def test_a_bigger_model_never_needs_a_cheaper_machine() -> None:
    for fits in (trains, serves):
        prices = [
            found.price if (found := cheapest(fits, assumed(size), Load())) else float("inf")
            for size in range(1, 200, 3)
        ]
        assert prices == sorted(prices)


def test_what_is_computed_is_what_is_known_of_llama(tmp_path: Path) -> None:
    found = architecture(model_in(tmp_path / "model", 8_030_000_000))
    assert round(found.weights / 1e9) == 16
    # 128 KiB a token: 32 layers, 8 heads of 128 values of two bytes, keys and values.
    assert found.kept == 128 * 1024
    alone = machines.serving_bytes(found, Load(context_tokens=0))
    assert machines.serving_bytes(found, Load()) - alone == 4 * GIB


def test_a_model_is_served_by_gpus_that_share_its_heads() -> None:
    found = Architecture(parameters=1_000_000_000, heads=6)
    four = machine("ml.g5.12xlarge")
    assert four is not None
    assert not serves(four, found, Load())
    assert serves(four, Architecture(parameters=1_000_000_000, heads=8), Load())


def test_the_training_needs_memory_beside_its_gpu() -> None:
    # The weights come to the GPU through it.
    found = Architecture(parameters=6_000_000_000)
    small, big = machine("ml.g5.xlarge"), machine("ml.g5.2xlarge")
    assert small is not None
    assert big is not None
    assert not trains(small, found, Load())
    assert trains(big, found, Load())


def test_the_command_proposes_machines_and_refuses_a_small_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sizes.main([str(model_in(tmp_path / "small", 1_500_000_000))]) == 0
    told = capsys.readouterr().out
    assert "machines.training: ml.g5.xlarge, one GPU of 22.4 GiB" in told
    assert "cost class 1" in told
    assert sizes.main([str(model_in(tmp_path / "big", 70_000_000_000))]) == 1
    printed = capsys.readouterr()
    assert "machines.inference: ml.g6e.12xlarge, 4 GPUs" in printed.out
    assert "too small for inference with 140.0 GB" in printed.err


def test_a_context_that_the_model_does_not_know_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = {**CONFIG, "max_position_embeddings": 512}
    assert sizes.main([str(model_in(tmp_path / "short", 1_000_000_000, short))]) == 1
    assert "knows 512 tokens, not 2048" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 8, b"\x02\0\0\0\0\0\0\0[]", b"\x02\0\0\0\0\0\0\0{"]
)
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(NoModel, match="model.safetensors"):
        architecture(tmp_path)


def test_a_folder_without_a_model_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sizes.main([str(tmp_path)]) == 1
    assert "no weights in the safetensors format" in capsys.readouterr().err
    model = model_in(tmp_path / "model", 1_000_000, {"hidden_size": 1})
    with pytest.raises(NoModel, match="config.json"):
        architecture(model)


def test_without_a_folder_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert sizes.main([]) == 0
    assert capsys.readouterr().out.strip() == sizes.table()
