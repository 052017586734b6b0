"""pass@k: the chance that one of k sampled answers is right (Chen et al. 2021).

For tasks with a checker, such as programs with tests or sums with a known result: draw n answers,
count the c right ones, estimate without bias. Left out: choosing the right one without a checker,
which is self-consistency or a reward model. Lesson 09.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from workbook.tasks import TASKS, Case

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return 1 - C(n - c, k) / C(n, k): p(at least one of k drawn from n is one of the c right).

    Raises ValueError unless 0 <= c <= n and 1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise ValueError(f"pass@k needs 0 <= c <= n and 1 <= k <= n, not n={n}, c={c}, k={k}.")
    wrong = (1 - k / size for size in range(n - c + 1, n + 1))  # one is 0 where n - c < k
    return 1 - prod(wrong)


def right_of(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    cases: Sequence[Case],
    n: int,
    temperature: float = 0.8,
    seed: int = 0,
) -> list[int]:
    """Return how many of n sampled answers to each case are fully right."""
    import torch

    from workbook.inference import chat_ids, decode, end_ids, pad
    from workbook.sampling import generate

    source = torch.Generator(device=str(model.device)).manual_seed(seed)
    counts = []
    for case in cases:
        task = TASKS[case.task]
        rows = [chat_ids(tokenizer, case.prompt)] * n
        ids, keep_mask = pad(rows, tokenizer.pad_token_id or 0, "left")
        out = generate(
            model, ids.to(model.device), keep_mask=keep_mask.to(model.device), generator=source,
            max_new_tokens=task.max_new_tokens, temperature=temperature,
            eos_id=end_ids(model, tokenizer),
        )  # fmt: skip
        answers = decode(tokenizer, out, ids.shape[1])
        counts.append(sum(task.score(text, case) == 1 for text in answers))
    return counts
