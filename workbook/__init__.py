"""The generative AI workbook: the code behind the numbered notebooks.

`from workbook import setup` and one call start every lesson; `LESSONS` is the table of the course.
Nothing heavy is imported here and nothing runs at import: each topic lives in its own sub-package
(`workbook.sampling`, ...). Lesson 00 explains how the course works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from workbook.core.system.profile import Profile

__version__ = "0.1.0"
__all__ = ["LESSONS", "Lesson", "__version__", "setup"]


STAGES = ("pretrain", "adapt", "align", "use")


class Lesson(NamedTuple):
    """One row of the course's table."""

    number: int
    topic: str  # its folder: workbook/<topic>/ and tests/<topic>/
    title: str
    state: Literal["ready", "planned"] = "planned"
    finding: str = ""  # one thing that a learner measures in it, for README.md
    stage: str = ""  # of a model's life that it is about, one of STAGES; "" for all of them

    @property
    def notebook(self) -> str:
        """The notebook's name without its ending, such as "03_sampling"."""
        return f"{self.number:02}_{self.topic}"

    @property
    def ready(self) -> bool:
        """Whether the lesson is written."""
        return self.state == "ready"


# The course in its order. The command line, the import contracts, the site, the exercises and
# README.md read this table; `workbook lessons --write` renews what is written out from it.
LESSONS = (
    Lesson(
        0,
        "welcome",
        "Welcome",
        "ready",
        "One model is right about 99 of 100 facts from before its cutoff, and 2 from after.",
    ),
    Lesson(
        1,
        "attention",
        "Attention",
        "ready",
        "Without two of its heads, a model copies 33 % of new names' tokens instead of all.",
    ),
    Lesson(
        2,
        "pretraining",
        "Pretraining",
        "ready",
        "A new domain ends at 0.74 nats a token from a trained model, at 0.97 from nothing.",
        stage="pretrain",
    ),
    Lesson(
        3,
        "sampling",
        "Sampling",
        "ready",
        "At temperature 1.6, 40 % of stated facts are right with min-p; without it, 24 % are.",
        stage="use",
    ),
    Lesson(4, "prompting", "Prompting", stage="use"),
    Lesson(
        5,
        "quantization",
        "Quantization",
        "ready",
        "One outlier channel ruins 8-bit products; kept in float, that one channel repairs them.",
        stage="use",
    ),
    Lesson(
        6,
        "scaling_laws",
        "Scaling laws",
        "ready",
        "Three sets of constants from one paper's runs ask for 18, 59 or 93 tokens a parameter.",
        stage="pretrain",
    ),
    Lesson(7, "distributed", "Distributed training", stage="pretrain"),
    Lesson(
        8,
        "finetuning",
        "Fine-tuning",
        "ready",
        "One new task drops the old skills from .90 to .36; EWC, a pull on the weights, keeps .87.",
        stage="adapt",
    ),
    Lesson(
        9,
        "evaluation",
        "Evaluation",
        "ready",
        "The model that summarises at .91 draws conclusions at .46, no better than guessing.",
    ),
    Lesson(
        10,
        "lora",
        "LoRA",
        "ready",
        "Training 6 % of the weights teaches a new task to .83; training all of them, to .82.",
        stage="adapt",
    ),
    Lesson(
        11,
        "peft_family",
        "The PEFT family",
        "ready",
        "A saved soft prompt takes 15 kB; the model that it steers takes 11.6 MB.",
        stage="adapt",
    ),
    Lesson(12, "rlhf", "RLHF", stage="align"),
    Lesson(13, "alignment", "Alignment", stage="align"),
    Lesson(14, "compression", "Compression", stage="use"),
    Lesson(15, "rag", "Retrieval-augmented generation", stage="use"),
    Lesson(
        16,
        "react",
        "ReAct",
        "ready",
        "With tools, a model of 3 M weights answers 15 of 18 questions about a new town.",
        stage="use",
    ),
    Lesson(17, "flows_and_diffusion", "Flows and diffusion"),
    Lesson(18, "application", "Application"),
)


def setup(seed: int = 0) -> Profile:
    """Seed Python, NumPy and torch, set torch's threads, say in one line what runs where.

    Returns the `Profile` in force. Raises ValueError when the seed or a WORKBOOK_... variable is
    not one the course knows.
    """
    import torch

    from workbook.core.notebook import tables
    from workbook.core.runs import seeding
    from workbook.core.system import profile

    chosen = profile.current()
    seeding.seed_everything(seed)
    torch.set_num_threads(chosen.threads)
    tables.install()
    print(f"profile {chosen.name} | device {chosen.device}, {chosen.dtype} | seed {seed}")
    return chosen
