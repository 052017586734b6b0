"""Any model as a model of the loop: from transformers, from LangChain, behind an HTTP endpoint.

    HuggingFace(model, tokenizer)          weights in this process, through the chat template
    Endpoint("gpt-oss", base_url=...)      OpenAI's chat completions, wherever they are served
    LangChain(chat_model)                  a BaseChatModel of LangChain

Each turns the loop's messages into what its model knows. Models without a role for tools read an
observation as a line of the user's. Left out: function calling of the providers; the loop's text
form works with every model. Lesson 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbook.react.actions import cut_at_stop
from workbook.react.models import STOP, Message, Reply

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

INSTRUCTIONS = """Answer the question with the help of tools. In each turn write exactly two lines:
Thought: what you know and what you need next
Action: one of {usage}
After each action you get its observation. End with finish[answer], the answer alone.

Question: Where does the neighbour of Ansel Korr work?
Thought: I need the neighbour of Ansel Korr.
Action: look[Ansel Korr; neighbour]
Observation: Ansel Korr is a neighbour of Mirre Toll.
Thought: Now I need the workplace of Mirre Toll.
Action: look[Mirre Toll; employer]
Observation: Mirre Toll works at the Salt Bakery.
Thought: That is the answer.
Action: finish[The Salt Bakery]"""


def instructions(usage: str) -> str:
    """Return a system message with one worked example, for a model that was not tuned on traces."""
    return INSTRUCTIONS.format(usage=usage)


def without_tool_role(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return messages in which an observation is the user's: "Observation: ..."."""
    return [
        {"role": "user", "content": f"Observation: {one['content']}"}
        if one["role"] == "tool"
        else dict(one)
        for one in messages
    ]


class HuggingFace:
    """A model of transformers. tool_role: whether its chat template has a role for tools."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        tool_role: bool = True,
        temperature: float = 0.0,
    ) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.tool_role, self.temperature = tool_role, temperature
        self.asked = 0  # the seed of the next reply, where tokens are drawn

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 80
    ) -> Reply:
        from workbook.inference import chat_ids, complete_ids

        chat = messages if self.tool_role else without_tool_role(messages)
        ids = chat_ids(self.tokenizer, chat)
        how: dict[str, Any] = {"temperature": self.temperature, "seed": self.asked}
        self.asked += 1
        (done,) = complete_ids(self.model, self.tokenizer, [ids], max_tokens, **how)
        return Reply(cut_at_stop(done.text, list(stop)), len(ids), len(done.ids))


class Endpoint:
    """A model behind OpenAI's chat completions: their service, vLLM, llama.cpp, Ollama, ours.

    client: of the `openai` package, when you have one; else base_url and api_key make it.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str = "",
        api_key: str = "not needed",
        client: Any = None,
        temperature: float = 0.0,
    ) -> None:
        if client is None:
            from openai import OpenAI

            client = OpenAI(base_url=base_url or None, api_key=api_key)
        self.name, self.client, self.temperature = name, client, temperature

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 80
    ) -> Reply:
        answer = self.client.chat.completions.create(
            model=self.name,
            messages=without_tool_role(messages),
            stop=list(stop) or None,
            max_tokens=max_tokens,
            temperature=self.temperature,
        )
        text = answer.choices[0].message.content or ""
        usage = answer.usage
        counts = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        return Reply(cut_at_stop(text, list(stop)), *counts)


class LangChain:
    """A chat model of LangChain."""

    def __init__(self, model: BaseChatModel) -> None:
        self.model = model

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 80
    ) -> Reply:
        pairs = [(one["role"], one["content"]) for one in without_tool_role(messages)]
        said = self.model.invoke(pairs, stop=list(stop) or None, max_tokens=max_tokens)
        usage = getattr(said, "usage_metadata", None) or {}
        text = cut_at_stop(str(said.content), list(stop))
        return Reply(text, usage.get("input_tokens", 0), usage.get("output_tokens", 0))
