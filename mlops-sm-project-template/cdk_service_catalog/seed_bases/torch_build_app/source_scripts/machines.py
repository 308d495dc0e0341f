"""The machines with GPUs of NVIDIA that SageMaker has, and what a model takes of one.

GPUs and memory are what `DescribeInstanceTypes` of EC2 says, prices of an hour those of EC2 in
us-east-1, both as karpenter-provider-aws writes them down from AWS's APIs (2026-07-20: website,
"Instance Types", and pkg/providers/pricing). SageMaker's prices are higher, in the same order.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

GIB = 2**30
PER_GPU = 2 * GIB
"""What CUDA, activations and CUDA graphs take of each GPU, about."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An instance type.

    Attributes:
        gpus: how many it has.
        gpu_mebibytes: the memory of each.
        gibibytes: of the memory beside them.
        price: of an hour on EC2.
        proposed: whether advice names it. Others are known, and slower for their price, or older.
    """

    name: str
    gpus: int
    gpu_mebibytes: int
    gibibytes: int
    price: float
    proposed: bool = True

    @property
    def gpu_bytes(self) -> int:
        """The memory of one GPU."""
        return self.gpu_mebibytes * 2**20

    @property
    def cost_class(self) -> int:
        """1 for the price of ml.g5.xlarge; the next class costs about twice as much."""
        return 1 + max(0, round(math.log2(self.price / 1.006)))


def _family(family: str, mebibytes: int, rows: str, *, proposed: bool = True) -> dict[str, Machine]:
    """Machines with the same GPU; a row is `size GPUs GiB price`."""
    found = {}
    for row in rows.split(","):
        size, gpus, memory, price = row.split()
        name = f"ml.{family}.{size}"
        found[name] = Machine(
            name=name,
            gpus=int(gpus),
            gpu_mebibytes=mebibytes,
            gibibytes=int(memory),
            price=float(price),
            proposed=proposed,
        )
    return found


MACHINES: Mapping[str, Machine] = {
    **_family(
        "g5",
        22888,
        "xlarge 1 16 1.006, 2xlarge 1 32 1.212, 4xlarge 1 64 1.624, 8xlarge 1 128 2.448, "
        "16xlarge 1 256 4.096, 12xlarge 4 192 5.672, 24xlarge 4 384 8.144, 48xlarge 8 768 16.288",
    ),
    **_family(
        "g6e",
        45776,
        "xlarge 1 32 1.861, 2xlarge 1 64 2.242, 4xlarge 1 128 3.004, 8xlarge 1 256 4.529, "
        "16xlarge 1 512 7.577, 12xlarge 4 384 10.493, 24xlarge 4 768 15.066, 48xlarge 8 1536 30.131",
    ),
    **_family("p4d", 40960, "24xlarge 8 1152 21.958"),
    **_family("p4de", 81920, "24xlarge 8 1152 27.447"),
    **_family("p5", 81920, "4xlarge 1 256 6.88, 48xlarge 8 2048 55.04"),
    **_family("p5en", 144384, "48xlarge 8 2048 63.296"),
    **_family(
        "g6",
        22888,
        "xlarge 1 16 0.805, 2xlarge 1 32 0.978, 4xlarge 1 64 1.323, 8xlarge 1 128 2.014, "
        "16xlarge 1 256 3.397, 12xlarge 4 192 4.602, 24xlarge 4 384 6.675, 48xlarge 8 768 13.35",
        proposed=False,
    ),
    **_family(
        "g7e",
        98304,
        "2xlarge 1 64 3.363, 4xlarge 1 128 3.998, 8xlarge 1 256 5.268, 12xlarge 2 512 8.286, "
        "24xlarge 4 1024 16.572, 48xlarge 8 2048 33.144",
        proposed=False,
    ),
}
NVIDIA = ("g", "gr", "p")
"""The letters of families with GPUs of NVIDIA (Amazon EC2 Instance Types, "Accelerated computing")."""


def machine(name: str) -> Machine | None:
    """What is known of an instance type, if anything."""
    return MACHINES.get(name)


def has_gpu(name: str) -> bool:
    """Whether an instance type such as `ml.g5.xlarge` has a GPU of NVIDIA, by its name."""
    family = name.split(".")[1]
    letters = family[: next(i for i, character in enumerate(family) if character.isdigit())]
    return letters in NVIDIA


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What the memory of a model depends on.

    Attributes:
        parameters: as many weights, of two bytes each on a GPU.
        kept: bytes of keys and values for each token of a request; 0 where there are none.
        layers, hidden, vocabulary: numbers of layers, values between them, and tokens.
        context: tokens that it knows at most; 0 if that is not known.
        heads: of its attention, which the GPUs of a machine share out.
        draws: whether it makes pictures.
    """

    parameters: int
    kept: int = 0
    layers: int = 0
    hidden: int = 0
    vocabulary: int = 0
    context: int = 0
    heads: int = 0
    draws: bool = False

    @property
    def weights(self) -> int:
        """Bytes of the weights in 16 bits."""
        return 2 * self.parameters


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the declaration asks of a machine.

    Attributes:
        context_tokens, concurrent_requests: of serving.
        rows, row_tokens: of one step of the training.
        pixels: of a picture, where the model draws.
    """

    context_tokens: int = 2048
    concurrent_requests: int = 16
    rows: int = 4
    row_tokens: int = 1024
    pixels: int = 0


LEARNT_PIXEL, DRAWN_PIXEL = 1024, 3072
"""Bytes of activations for each pixel of a picture, of a step of the training and of a VAE in 32 bits.

Counted by running the UNets and VAEs of Stable Diffusion 1 and XL with tensors that have a size and
no content: 0.2 GiB for a picture of 512 pixels and 0.5 GiB for one of 1024 with gradient checkpointing
(0.8 and 5.3 GiB without), 0.8 and 3.0 GiB to decode one."""
USABLE = 0.9
"""The part of a GPU's memory that vLLM is told to take (its option gpu-memory-utilization)."""


Fits = Callable[[Machine, Architecture, Load], bool]


def serving_bytes(model: Architecture, load: Load, gpus: int = 1) -> int:
    """What all GPUs of a machine need together to serve: weights, keys and values, and overhead."""
    tokens = load.context_tokens * load.concurrent_requests
    drawn = load.pixels * DRAWN_PIXEL if model.draws else 0
    return model.weights + model.kept * tokens + drawn + gpus * PER_GPU


def training_bytes(model: Architecture, load: Load) -> int:
    """What the one GPU needs that trains an adapter.

    The adapter has about 1.5 % of the weights, of 16 bytes with its gradients and the optimiser's
    moments. Of activations one value for each layer is kept (gradient checkpointing), some forty
    within a layer, and the scores of all tokens in 32 and 16 bits with their gradients.
    """
    tokens = load.rows * load.row_tokens
    adapter = 16 * model.parameters * 15 // 1000
    activations = tokens * model.hidden * (2 * model.layers + 40)
    scores = tokens * model.vocabulary * 10
    learnt = load.rows * load.pixels * LEARNT_PIXEL if model.draws else 0
    return model.weights + adapter + activations + scores + learnt + PER_GPU


def serves(found: Machine, model: Architecture, load: Load) -> bool:
    """Whether a machine has the memory, and a number of GPUs that the model's heads are shared by."""
    shared = not model.heads or model.heads % found.gpus == 0
    usable = int(found.gpus * found.gpu_bytes * USABLE)
    return shared and serving_bytes(model, load, found.gpus) <= usable


def trains(found: Machine, model: Architecture, load: Load) -> bool:
    """Whether a machine has the memory, on one GPU, and beside it for the weights on their way."""
    beside = model.weights + 6 * GIB
    return training_bytes(model, load) <= found.gpu_bytes * 0.95 and beside <= found.gibibytes * GIB


def cheapest(fits: Fits, model: Architecture, load: Load) -> Machine | None:
    """The machine with the lowest price of those that fit, if there is one.

    Args:
        fits: `serves` or `trains`.
    """
    known = [found for found in MACHINES.values() if found.proposed and fits(found, model, load)]
    return min(known, key=lambda found: found.price, default=None)


def assumed(gigabytes: float) -> Architecture:
    """A model of a size of which nothing else is known, as models of this size are.

    Keys and values are those of models that take the most: 144 KiB a token with 4 billion weights
    (Qwen3: 36 layers, 8 heads of 128), 320 KiB with 70 billion (Llama 3: 80 layers).
    """
    parameters = int(gigabytes * 1e9 / 2)
    small = gigabytes <= 16
    return Architecture(
        parameters=parameters,
        kept=(160 if small else 320) * 1024,
        layers=36 if small else 80,
        hidden=4096 if small else 8192,
        vocabulary=152_000,
    )
