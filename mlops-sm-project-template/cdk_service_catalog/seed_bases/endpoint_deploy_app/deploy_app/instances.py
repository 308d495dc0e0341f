"""What an instance type has, by its name."""

LOCAL_NVME = (
    *("d", "g4dn", "g5", "g6", "g6e", "g7e", "gr6", "i3", "i3en", "i4i"),
    *("p4d", "p4de", "p5", "p5e", "p5en", "p6", "p6e", "trn1", "trn1n", "trn2"),
)
"""Instance families with local NVMe storage, which encrypts itself and refuses a volume key
(SageMaker API Reference, CreateEndpointConfig, KmsKeyId)."""
ACCELERATED = ("g", "p", "inf", "trn")
"""Families with a GPU or an accelerator of AWS (Amazon EC2 Instance Types, "Accelerated
computing")."""


def takes_volume_key(instance_type: str) -> bool:
    """Whether the storage of an instance type is a volume, with a key and a size: of `ml.m5.xlarge`."""
    family = _family(instance_type)
    return family not in LOCAL_NVME and not family.endswith(("d", "dn"))


def is_accelerated(instance_type: str) -> bool:
    """Whether an instance type is chosen for its GPU: `ml.g5.xlarge`."""
    letters = _family(instance_type).rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789")
    return letters in (*ACCELERATED, "gr")


def _family(instance_type: str) -> str:
    return instance_type.split(".")[1].partition("-")[0]
