"""Any model as a model of the loop: from transformers, from LangChain, behind an HTTP endpoint.

    HuggingFace(model, tokenizer)          weights in this process, through the chat template
    Endpoint("gpt-oss", base_url=...)      OpenAI's chat completions, wherever they are served
    LangChain(chat_model)                  a BaseChatModel of LangChain

Each turns the loop's messages into what its model knows. Models without a role for tools read an
observation as a line of the user's. Left out: function calling of the providers; the loop's text
form works with every model. Lesson 16.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbook.react.actions import cut_at_stop
from workbook.react.models import STOP, Message, NoReply, Reply, word_reply

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
        most = min(max_tokens, self._window() - len(ids))
        if most <= 0:
            raise NoReply(f"{len(ids)} tokens of chat, a window of {self._window()}", "window")
        how: dict[str, Any] = {"temperature": self.temperature, "seed": self.asked, "stop": stop}
        self.asked += 1
        (done,) = complete_ids(self.model, self.tokenizer, [ids], most, **how)
        return Reply(cut_at_stop(done.text, list(stop)), len(ids), len(done.ids))

    def _window(self) -> int:
        """Positions that the model was built for; without end where it does not say."""
        return getattr(self.model.config, "max_position_embeddings", None) or sys.maxsize


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
        from openai import OpenAIError

        chat = without_tool_role(messages)
        try:
            answer = self.client.chat.completions.create(
                model=self.name,
                messages=chat,
                stop=list(stop) or None,
                max_tokens=max_tokens,
                temperature=self.temperature,
            )
        except OpenAIError as error:
            raise NoReply(f"{self.name} at {self.client.base_url}: {error}") from error
        text = answer.choices[0].message.content or ""
        usage = answer.usage
        if usage is None:  # as llama.cpp and others leave it out: words in place of tokens
            return word_reply(chat, text, stop)
        return Reply(cut_at_stop(text, list(stop)), usage.prompt_tokens, usage.completion_tokens)


class LangChain:
    """A chat model of LangChain."""

    def __init__(self, model: BaseChatModel) -> None:
        self.model = model

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 80
    ) -> Reply:
        chat = without_tool_role(messages)
        pairs = [(one["role"], one["content"]) for one in chat]
        said = self.model.invoke(pairs, stop=list(stop) or None, max_tokens=max_tokens)
        usage = getattr(said, "usage_metadata", None)
        text = str(said.text)  # content may be a list of blocks
        if not usage:
            return word_reply(chat, text, stop)
        return Reply(cut_at_stop(text, list(stop)), usage["input_tokens"], usage["output_tokens"])
