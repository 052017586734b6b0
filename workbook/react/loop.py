"""The loop of ReAct as a small state machine: think, act, think, ..., done.

    episode = Episode(question, model, tools)
    while episode.state != "done":
        episode.advance()
    print(episode.trace())

In "think" the model is asked and its reply read into an action; in "act" the tool runs and its
words join the chat as an observation. An invalid action is an observation too. Budgets end a trace
that does not end itself. Left out: what a reply may look like (`actions.py`), defences against
observations that give orders (`injection.py`). Lesson 16 builds the loop in a dozen lines first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from workbook.react.actions import Action, Answer, Call, Invalid, Turn, parse
from workbook.react.models import STOP, Message, Model, NoReply, Playback, Reply
from workbook.react.record import Step, Trace
from workbook.react.toolbox import Outcome, Toolbox

State = Literal["think", "act", "done"]
Guard = Callable[[Call, Sequence[Message]], str | None]  # why a call is refused, or None
Wrap = Callable[[str, str], str]  # (tool, observation) -> the observation as the model reads it


@dataclass(frozen=True)
class Budget:
    """What a trace may use; the first limit that is reached ends it."""

    steps: int = 7  # as Yao et al. (2023) allow on HotpotQA
    tokens: int = 1_000  # written by the model, over all steps
    tokens_per_step: int = 80
    seconds: float = 120.0
    repeats: int = 3  # times that one action may give one observation
    invalid: int = 3  # replies in a row without a valid action

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) <= 0:
                raise ValueError(f"a budget of {limit.name} is above 0.")


class Episode:
    """One question on its way to an answer.

    Args:
        question: as the user asks it.
        model: see `models.Model`.
        tools: what it may call.
        system: a message that stands first; none where empty.
        guard: asked before each call; a sentence refuses the call and becomes the observation.
        wrap: changes what the model reads of an observation; the trace keeps what it read.
        about: what the record should say besides, such as the model's name.
    """

    def __init__(
        self,
        question: str,
        model: Model,
        tools: Toolbox,
        budget: Budget | None = None,
        *,
        system: str = "",
        guard: Guard | None = None,
        wrap: Wrap | None = None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self.question, self.model, self.tools = question, model, tools
        self.budget = budget or Budget()
        self.system, self.guard, self.wrap = system, guard, wrap
        self.about, self.reason = dict(about or {}), ""
        self.messages: list[Message] = [{"role": "user", "content": question}]
        if system:
            self.messages.insert(0, {"role": "system", "content": system})
        self.state: State = "think"
        self.steps: list[Step] = []
        self.outcome = ""
        self.answer: str | None = None
        self._turn, self._reply, self._seconds = Turn("", Invalid("")), Reply(""), 0.0
        self._started = time.perf_counter()

    def advance(self) -> State:
        """Do what the state says and return the next state. Raises ValueError when done."""
        if self.state == "done":
            raise ValueError("this trace has ended; begin another episode.")
        self.state = self._think() if self.state == "think" else self._act()
        return self.state

    def run(self) -> Trace:
        """Advance to the end and return the trace."""
        while self.state != "done":
            self.advance()
        return self.trace()

    def stop(self, outcome: str) -> None:
        """End the trace from outside, with one of `record.OUTCOMES`."""
        self.state = self._end(outcome)

    def trace(self) -> Trace:
        """Return the record. Raises ValueError before the end."""
        if self.state != "done":
            raise ValueError("this trace has not ended yet: advance until the state is done.")
        return Trace(
            self.question, tuple(self.steps), self.outcome, self.answer, self.system,
            self.tools.names, asdict(self.budget), self.about, self.reason,
        )  # fmt: skip

    def _think(self) -> State:
        """1. Ends by the budgets. 2. Asks the model, or ends. 3. Reads its reply."""
        if ended := self._spent():
            return self._end(ended)
        left = self.budget.tokens - sum(step.new_tokens for step in self.steps)
        start = time.perf_counter()
        most = min(self.budget.tokens_per_step, left)
        try:
            self._reply = self.model(self.messages, stop=STOP, max_tokens=most)
        except NoReply as error:
            self.reason = str(error)
            return self._end(error.outcome)
        self._seconds = time.perf_counter() - start
        self._turn = parse(self._reply.text)
        self.messages.append({"role": "assistant", "content": self._reply.text})
        if isinstance(self._turn.action, Answer):
            self._note(None, True)
            return self._end("finished", self._turn.action.text)
        return "act"

    def _act(self) -> State:
        """1. Runs the tool, or says what is wrong. 2. Ends a loop. 3. Adds the observation."""
        start = time.perf_counter()
        text, valid = self._observe(self._turn.action)
        self._note(text, valid, time.perf_counter() - start)
        self.messages.append({"role": "tool", "content": text})
        return self._end("loop") if self._repeats() else "think"

    def _observe(self, action: Action) -> Outcome:
        if not isinstance(action, Call):
            return Outcome(action.reason if isinstance(action, Invalid) else "", False)
        if self.guard and (refusal := self.guard(action, self.messages)):
            return Outcome(refusal, False)
        outcome = self.tools.use(action)
        if self.wrap and outcome.valid:
            return Outcome(self.wrap(action.tool, outcome.text), True)
        return outcome

    def _spent(self) -> str:
        """The budget that is used up, if one is."""
        budget, recent = self.budget, self.steps[-self.budget.invalid :]
        if len(recent) == budget.invalid and not any(step.valid for step in recent):
            return "format"
        if len(self.steps) >= budget.steps:
            return "steps"
        if sum(step.new_tokens for step in self.steps) >= budget.tokens:
            return "tokens"
        return "seconds" if time.perf_counter() - self._started > budget.seconds else ""

    def _repeats(self) -> bool:
        """Whether the last action gave the same observation as often as it may."""
        last = self.steps[-1]
        same = [
            s for s in self.steps if (s.action, s.observation) == (last.action, last.observation)
        ]
        return last.valid and len(same) >= self.budget.repeats

    def _note(self, observation: str | None, valid: bool, tool_seconds: float = 0.0) -> None:
        reply, turn = self._reply, self._turn
        self.steps.append(
            Step(
                reply.text, turn.thought, str(turn.action), observation, valid,
                reply.prompt_tokens, reply.new_tokens,
                round(self._seconds, 6), round(tool_seconds, 6),
            )
        )  # fmt: skip

    def _end(self, outcome: str, answer: str | None = None) -> State:
        self.outcome, self.answer = outcome, answer
        return "done"


def run(question: str, model: Model, tools: Toolbox, budget: Budget | None = None, **how) -> Trace:
    """Let a model answer a question with tools and return the trace; `how` as in `Episode`."""
    return Episode(question, model, tools, budget, **how).run()


def replay(trace: Trace, tools: Toolbox, **how: Any) -> Trace:
    """Run a recorded trace again: the replies are those of the record, the tools run anew.

    Where other observations would let the trace go on, it ends as the record does. how: the guard
    and the wrap of a trace that was made under a defence. Raises ValueError where they lack, and
    for a budget that this version does not have.
    """
    if trace.about.get("defence", "none") != "none" and not how:
        raise ValueError(
            f"this trace was made under the defence {trace.about['defence']!r}: "
            "give replay its guard and its wrap."
        )
    model = Recorded([step.reply for step in trace.steps], trace)
    episode = Episode(
        trace.question, model, tools, _budget_of(trace),
        system=trace.system, about=trace.about, **how,
    )  # fmt: skip
    episode.reason = trace.reason
    while episode.state != "done":
        if episode.state == "think" and len(episode.steps) == len(trace.steps):
            episode.stop(trace.outcome)
        else:
            episode.advance()
    return episode.trace()


def _budget_of(trace: Trace) -> Budget:
    """The budget of a record. Raises ValueError, in one sentence, where it is none."""
    try:
        return Budget(**trace.budget)  # type: ignore[arg-type]
    except TypeError:
        known = ", ".join(limit.name for limit in fields(Budget))
        raise ValueError(f"a budget has numbers for {known}; not {dict(trace.budget)}.") from None


class Recorded(Playback):
    """A playback that also gives the token counts of the record."""

    def __init__(self, texts: Sequence[str], trace: Trace) -> None:
        super().__init__(texts)
        self.trace = trace

    def __call__(self, messages, *, stop=STOP, max_tokens=0) -> Reply:
        text = super().__call__(messages, stop=stop).text
        step = self.trace.steps[self.said - 1]
        return Reply(text, step.prompt_tokens, step.new_tokens)


def go_on(trace: Trace, step: int, observation: str, model: Model, tools: Toolbox) -> Trace:
    """Replace the observation of a step (1, 2, ...) and let the model go on from there.

    Raises ValueError for a step that has no observation.
    """
    if not 1 <= step <= len(trace.steps) or trace.steps[step - 1].observation is None:
        raise ValueError(f"step {step} of this trace has no observation to replace.")
    episode = Episode(
        trace.question, model, tools, _budget_of(trace), system=trace.system, about=trace.about
    )
    for number, old in enumerate(trace.steps[:step], 1):
        new = observation if number == step else old.observation
        episode.steps.append(Step(**asdict(old) | {"observation": new}))
        episode.messages.append({"role": "assistant", "content": old.reply})
        episode.messages.append({"role": "tool", "content": str(new)})
    return episode.run()
