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
GIBIBYTES = {
    **{"c": 8, "m": 16, "r": 32, "t": 16, "c4": 7.5},
    **{"g4dn": 16, "g5": 16, "g6": 16, "g6e": 32, "gr6": 32, "p3dn": 32, "p4d": 48, "p4de": 48},
}
"""Memory of the size xlarge by family, or by the letter of general ones; other sizes have multiples
of it (Amazon EC2 Instance Types, "Specifications")."""
IRREGULAR = ("c5n",)
"""Families of those letters whose memory is no such multiple."""
SIZES = {"medium": 0.25, "large": 0.5, "xlarge": 1}
"""Of an xlarge; the others say it by their number."""
GPUS = {
    **dict.fromkeys(
        ("g4dn", "g5", "g6", "g6e", "gr6"), {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}
    ),
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    **dict.fromkeys(("p3dn", "p4d", "p4de"), {"24xlarge": 8}),
    **dict.fromkeys(("p5", "p5e", "p5en", "p6-b200", "p6-b300"), {"48xlarge": 8}),
}
"""GPUs of sizes with more than one (Amazon EC2 Instance Types, "Accelerated computing")."""


def takes_volume_key(instance_type: str) -> bool:
    """Whether the storage of an instance type is a volume, with a key and a size: of `ml.m5.xlarge`."""
    family = _family(instance_type)
    return family not in LOCAL_NVME and not family.endswith(("d", "dn"))


def is_accelerated(instance_type: str) -> bool:
    """Whether an instance type is chosen for its GPU: `ml.g5.xlarge`."""
    letters = _family(instance_type).rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789")
    return letters in (*ACCELERATED, "gr")


def memory_megabytes(instance_type: str) -> int | None:
    """The memory of a machine; None where these tables do not know it."""
    _, _, size = instance_type.split(".")
    family = _family(instance_type)
    each = None if family in IRREGULAR else GIBIBYTES.get(family, GIBIBYTES.get(_general(family)))
    number = size.removesuffix("xlarge")
    factor = float(number) if number.isdecimal() else SIZES.get(size)
    return int(each * factor * 1024) if each and factor else None


def gpus(instance_type: str) -> int | None:
    """The GPUs of a machine; None where this table does not know them."""
    _, family, size = instance_type.split(".")
    return GPUS[family].get(size, 1) if family in GPUS else None


def _general(family: str) -> str:
    """The letter of a family such as `m6id`; nothing of others, such as `mac`."""
    return family[0] if family[1:2].isdecimal() else ""


def _family(instance_type: str) -> str:
    return instance_type.split(".")[1].partition("-")[0]
