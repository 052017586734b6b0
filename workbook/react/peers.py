"""The same agent in LangChain: prompt template, tools, memory, agent, and a PAL chain.

LangChain 1.x: `create_agent` builds a graph of LangGraph, its memory is a checkpointer. A model of
ours becomes a chat model of theirs, whose replies carry tool calls, so that both loops stand on the
same model and the same tools. Left out: what LangChain has no more (`initialize_agent`,
`langchain.memory`, `langchain.chains`). Lesson 16 compares the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbook.react import pal
from workbook.react.actions import Answer, Call, parse
from workbook.react.models import STOP, Model
from workbook.react.toolbox import Tool, Toolbox

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

ROLES = {"system": "system", "human": "user", "ai": "assistant", "tool": "tool"}
FINISHED = "finished"  # the key under which a final message keeps the model's whole reply


def chat_model(model: Model, max_tokens: int = 80) -> BaseChatModel:
    """Return a model of ours as a chat model of LangChain that calls tools."""
    return _chat_model_class()(inner=model, max_tokens=max_tokens)


def tools_of(toolbox: Toolbox) -> list[BaseTool]:
    """Return our tools as tools of LangChain, each with one text called `argument`."""
    return [_as_langchain(tool, toolbox) for tool in toolbox]


def _as_langchain(tool: Tool, toolbox: Toolbox) -> BaseTool:
    from langchain_core.tools import StructuredTool

    def run(argument: str) -> str:
        return toolbox.use(Call(tool.name, argument)).text

    return StructuredTool.from_function(
        run, name=tool.name, description=f"{tool.usage}: {tool.help}"
    )


def agent(model: Model, toolbox: Toolbox, *, system: str = "", memory: bool = False) -> Any:
    """Return LangChain's agent. memory: whether a `thread_id` brings back what was said before."""
    from langchain.agents import create_agent
    from langgraph.checkpoint.memory import InMemorySaver

    return create_agent(
        chat_model(model),
        tools_of(toolbox),
        system_prompt=system or None,
        checkpointer=InMemorySaver() if memory else None,
    )


def ask(agent_: Any, question: str, *, steps: int = 7, thread: str = "") -> str | None:
    """Return the agent's answer, or None where it used up its steps."""
    from langgraph.errors import GraphRecursionError

    config: dict[str, Any] = {"recursion_limit": 2 * steps + 1}
    if thread:
        config["configurable"] = {"thread_id": thread}
    try:
        state = agent_.invoke({"messages": [("user", question)]}, config)
    except GraphRecursionError:
        return None
    return str(state["messages"][-1].content)


def actions_of(state: dict[str, Any]) -> list[str]:
    """Return the calls of an agent's messages as our traces write them."""
    calls = (call for one in state["messages"] for call in getattr(one, "tool_calls", ()))
    return [str(Call(call["name"], call["args"]["argument"])) for call in calls]


def pal_chain(
    model: Model, template: str = "{problem} Write code that works this out."
) -> Runnable:
    """Return prompt template | chat model | reader | runner: a problem in, an answer out."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnableLambda

    prompt = ChatPromptTemplate.from_messages([("user", template)])
    run: Runnable = RunnableLambda(lambda program: _value(str(program)))
    chat = chat_model(model, pal.TOKENS)
    return prompt | chat | StrOutputParser() | RunnableLambda(pal.read_program) | run


def _value(program: str) -> str:
    executed = pal.execute(program)
    return pal.in_words(executed.value) if executed.ok else ""


@lru_cache(maxsize=1)
def _chat_model_class() -> Any:
    """The class, made when it is first needed: importing LangChain takes about a second."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    class OursForLangChain(BaseChatModel):
        """A model of ours, asked by LangChain."""

        inner: Any
        max_tokens: int = 80

        @property
        def _llm_type(self) -> str:
            return "workbook"

        def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
            """The tools are named in our prompts, so that there is nothing to bind."""
            return self

        def _generate(self, messages, stop=None, run_manager=None, **_):
            chat = [{"role": ROLES[one.type], "content": _text(one)} for one in messages]
            reply = self.inner(chat, stop=stop or STOP, max_tokens=self.max_tokens)
            usage = {
                "input_tokens": reply.prompt_tokens,
                "output_tokens": reply.new_tokens,
                "total_tokens": reply.prompt_tokens + reply.new_tokens,
            }
            said = AIMessage(**_content(reply.text, len(messages)), usage_metadata=usage)
            return ChatResult(generations=[ChatGeneration(message=said)])

    return OursForLangChain


def _text(message: Any) -> str:
    """What the model itself said, also where the final message shows the answer alone."""
    return str(message.additional_kwargs.get(FINISHED, message.content))


def _content(text: str, number: int) -> dict[str, Any]:
    """A reply as an AIMessage: with a tool call, as a final answer, or as plain text."""
    action = parse(text).action
    if isinstance(action, Answer):
        return {"content": action.text, "additional_kwargs": {FINISHED: text}}
    if isinstance(action, Call):
        call = {
            "name": action.tool,
            "args": {"argument": action.argument},
            "id": f"call_{number}",
            "type": "tool_call",
        }
        return {"content": text, "tool_calls": [call]}
    return {"content": text}
