"""The ages of text generation, 1966 to 2022, each with a stand-in that runs; and what one base can.

`AGES` are dated events; `ask_the_ages` puts one question to a stand-in for each idea. `eight_tasks`
asks one model eight kinds of question: what is meant by a foundation model. Left out: images and
speech. Lesson 00.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from workbook.welcome.answers import LanguageModel, Trio
    from workbook.welcome.recurrent import RecurrentModel


class Age(NamedTuple):
    """A dated event."""

    year: float
    name: str
    idea: str


AGES = (
    Age(1966, "ELIZA", "rules: patterns and templates"),
    Age(1992, "n-grams", "counts of what follows what"),
    Age(2010, "RNN", "a state that is carried from word to word"),
    Age(2017.45, "Transformer", "attention: every word looks at all before it"),
    Age(2018.45, "GPT", "pretrain on text, then fine-tune"),
    Age(2019.1, "GPT-2", "ten times larger; it goes on with any text"),
    Age(2020.4, "GPT-3", "a hundred times larger; examples in the prompt replace fine-tuning"),
    Age(2022.2, "InstructGPT", "tuned to follow instructions, with human feedback"),
    Age(2022.9, "ChatGPT", "the same in a chat box, for everybody"),
)
WINTERS = ((1974, 1980), (1987, 1993))  # years in which money and interest left the field
EXAMPLES = (  # for the base model: what a prompt of GPT-3's kind looks like
    "Question: What does a baker sell?\nAnswer: Bread.\n"
    "Question: What does a bookseller sell?\nAnswer: Books.\n"
)


def ask_the_ages(
    question: str,
    trio: Trio,
    recurrent: RecurrentModel,
    base: tuple[PreTrainedModel, PreTrainedTokenizerBase],
) -> pandas.DataFrame:
    """Return what a stand-in for each idea says to one question, a row for each."""
    import pandas as pd

    from workbook.welcome.answers import PATTERN
    from workbook.welcome.recurrent import write_on

    eliza, chain, tuned = trio.ask(question)
    rows = {
        "1966, rules": ("our ELIZA", eliza.text),
        "1992, n-grams": ("our Markov chain", chain.text),
        "2010, recurrent networks": (
            "a GRU, trained just now", write_on(recurrent, base[1], PATTERN.format(question))),
        "2019, a pretrained transformer": ("town-lm goes on", _go_on(base, question)),
        "2020, examples in the prompt": (
            "town-lm after two examples", _go_on(base, EXAMPLES + PATTERN.format(question))),
        "2022, tuned on instructions": (trio.model.name, tuned.text),
    }  # fmt: skip
    return pd.DataFrame(rows, index=["stand-in", "says"]).T


def _go_on(base: tuple[PreTrainedModel, PreTrainedTokenizerBase], text: str) -> str:
    """How a base model goes on after a text, to the end of the line."""
    from workbook.inference import complete_ids, text_ids

    model, tokenizer = base
    (said,) = complete_ids(model, tokenizer, [text_ids(tokenizer, text)], 24)
    return said.text.partition("\n")[0] or "(nothing)"


def eight_tasks(model: LanguageModel, seed: int = 0) -> pandas.DataFrame:
    """Return one case of each of the course's eight tasks, and what one model answers.

    seed: of the cases. A score is that of this answer, from 0 to 1, by the task's own measure.
    """
    import pandas as pd

    from workbook.tasks import TASKS, cases, score

    rows = {}
    for name, task in TASKS.items():
        case = cases(name, 1, seed)[0]
        said = model.reply([case.prompt], task.max_new_tokens)[0]
        mark = score(task, [said], [case])[0]
        rows[task.asks] = [_short(case.prompt), _short(said), _short(case.reference), f"{mark:.2f}"]
    return pd.DataFrame(rows, index=["asked", "said", "right", "score"]).T


def _short(text: str, longest: int = 90) -> str:
    """A text in one line; of a long one, its end, where the question is."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"… {line[-longest:].partition(' ')[2]}"
