"""The record of a trace: every reply, call and observation, as JSON that can be read back.

A record holds what is needed to run the trace again without the model (`loop.replay`), to see which
observation differs today (`differences`), and to count what it cost. Left out: how the steps come
about (`loop.py`) and why a trace failed (`failures.py`). Lesson 16.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

VERSION = 2
OLDER = (1,)  # without `about` and `reason`
OUTCOMES = {  # how a trace may end
    "finished": "the model gave an answer",
    "steps": "it took as many steps as it may",
    "tokens": "it wrote as many tokens as it may",
    "seconds": "its time was up",
    "loop": "it repeated an action whose observation it had seen",
    "format": "too many replies held no action",
    "window": "the chat no longer fits the model's window",
    "model": "the model could not be asked",
}


@dataclass(frozen=True)
class Step:
    """One turn: what the model wrote, what was read from it, what the tool said."""

    reply: str  # as the model wrote it, up to its stop sequence
    thought: str
    action: str  # `tool[argument]`, "finish[...]", or "(none)" where no action could be read
    observation: str | None  # None after "finish"
    valid: bool = True  # whether a tool ran (or the trace ended)
    prompt_tokens: int = 0
    new_tokens: int = 0
    seconds: float = field(default=0.0, compare=False)  # of the model; a replay takes other ones
    tool_seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Trace:
    """A question, its steps, and how it ended. Two traces are equal where all but times agree."""

    question: str
    steps: tuple[Step, ...]
    outcome: str  # a key of OUTCOMES
    answer: str | None = None  # None unless finished
    system: str = ""  # the system message
    tools: tuple[str, ...] = ()
    budget: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)  # such as model, town, defence
    reason: str = ""  # why the model gave no reply, where it gave none

    @property
    def new_tokens(self) -> int:
        """Tokens that the model wrote."""
        return sum(step.new_tokens for step in self.steps)

    @property
    def prompt_tokens(self) -> int:
        """Tokens that the model read, each as often as it was sent."""
        return sum(step.prompt_tokens for step in self.steps)

    @property
    def seconds(self) -> float:
        """Seconds of model and tools."""
        return self.model_seconds + self.tool_seconds

    @property
    def model_seconds(self) -> float:
        """Seconds of the model alone."""
        return sum(step.seconds for step in self.steps)

    @property
    def tool_seconds(self) -> float:
        """Seconds of the tools alone."""
        return sum(step.tool_seconds for step in self.steps)

    def __str__(self) -> str:
        lines = [f"Question: {self.question}"]
        for number, step in enumerate(self.steps, 1):
            lines += [f"Thought {number}: {step.thought}", f"Action {number}: {step.action}"]
            if step.observation is not None:
                lines.append(f"Observation {number}: {step.observation}")
        if self.answer is None:
            why = f": {self.reason}" if self.reason else ""
            lines.append(f"(no answer: {OUTCOMES[self.outcome]}{why})")
        return "\n".join(lines)

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps({"version": VERSION, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """Return the trace of a record. Raises ValueError, in one sentence, for anything else."""
        try:
            row: dict[str, Any] = json.loads(text)
            version = row.pop("version")
            steps = tuple(Step(**step) for step in row.pop("steps"))
            trace = cls(steps=steps, **row | {"tools": tuple(row["tools"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"this is no record of a trace ({error}).") from None
        if version not in (VERSION, *OLDER) or trace.outcome not in OUTCOMES:
            raise ValueError(f"version {version!r} with outcome {trace.outcome!r} is not known.")
        return trace


def differences(old: Trace, new: Trace) -> list[str]:
    """Return a sentence for each step at which two traces part; none where they agree."""
    found = []
    for number, (a, b) in enumerate(zip(old.steps, new.steps, strict=False), 1):
        for part in ("reply", "action", "observation"):
            before, after = getattr(a, part), getattr(b, part)
            if before != after:
                found.append(f"step {number}, {part}: {before!r} became {after!r}")
    if len(old.steps) != len(new.steps):
        found.append(f"{len(old.steps)} steps became {len(new.steps)}")
    if (old.outcome, old.answer) != (new.outcome, new.answer):
        found.append(f"{old.outcome} {old.answer!r} became {new.outcome} {new.answer!r}")
    return found
