"""The loop with models of transformers, of LangChain, and behind an endpoint.

Behind the endpoint and in LangChain a planner answers, so that the whole way of a message is tested
and the answers are known; what real models score is measured, not tested.
"""

from types import SimpleNamespace

import pytest
from langchain_core.language_models.fake_chat_models import (
    FakeListChatModel,
    FakeMessagesListChatModel,
)
from langchain_core.messages import AIMessage
from loopback import endpoint

from workbook.core.hub import load_model, load_tokenizer
from workbook.inference import chat_ids, complete
from workbook.react import peers
from workbook.react.adapters import (
    Endpoint,
    HuggingFace,
    LangChain,
    instructions,
    without_tool_role,
)
from workbook.react.loop import Budget, Episode, run
from workbook.react.models import NoReply
from workbook.react.planner import Planner
from workbook.react.tasks import questions
from workbook.react.tools import town_tools

CASE = questions(1)[0]
TOOLS = town_tools(CASE.town)
CHAT = [
    {"role": "user", "content": "Where is it?"},
    {"role": "assistant", "content": "Action: look[x; y]"},
    {"role": "tool", "content": "Nowhere."},
]


@pytest.fixture(scope="module")
def bundled():
    return load_model("bundled:town-instruct"), load_tokenizer("bundled:town-instruct")


def test_a_model_of_transformers_says_what_it_says_alone(bundled):
    reply = HuggingFace(*bundled, tool_role=False)(CHAT, stop=(), max_tokens=12)
    (alone,) = complete(*bundled, [without_tool_role(CHAT)], 12)
    assert reply.text == alone.text and reply.new_tokens == len(alone.ids) <= 12
    assert reply.prompt_tokens == len(chat_ids(bundled[1], without_tool_role(CHAT)))


def test_its_stop_sequences_end_the_writing(bundled):
    """Guards against tokens that are written, paid for, and thrown away."""
    model = HuggingFace(*bundled)
    whole = model(CHAT, stop=(), max_tokens=12)
    letter = whole.text[3]
    cut = model(CHAT, stop=(letter,), max_tokens=12)
    assert cut.text == whole.text[: whole.text.index(letter)]
    assert cut.new_tokens < whole.new_tokens


def test_a_chat_longer_than_the_window_ends_the_trace(bundled):
    model = HuggingFace(*bundled)
    window = bundled[0].config.max_position_embeddings
    long = [{"role": "user", "content": "mill " * window}]
    with pytest.raises(NoReply, match=f"a window of {window}"):
        model(long)
    trace = run(long[0]["content"], model, TOOLS)
    assert (trace.outcome, trace.steps, trace.answer) == ("window", (), None)
    assert f"window: {trace.reason}" in str(trace)
    spare = len(chat_ids(bundled[1], CHAT))
    bundled[0].config.max_position_embeddings = spare + 3
    assert model(CHAT, max_tokens=12).new_tokens <= 3
    bundled[0].config.max_position_embeddings = window


def test_a_server_that_is_not_there_ends_the_trace_and_keeps_its_steps():
    with endpoint(Planner()) as (url, _):
        model = Endpoint("planner", base_url=url)
        model.client = model.client.with_options(max_retries=0, timeout=5)
        episode = Episode(CASE.request, model, TOOLS)
        episode.advance(), episode.advance()
    trace = episode.run()
    assert trace.outcome == "model" and len(trace.steps) == 1
    assert "127.0.0.1" in trace.reason and trace.reason in str(trace)


def test_where_an_endpoint_counts_no_tokens_words_are_counted():
    """Guards against a budget of tokens that never binds."""
    message = SimpleNamespace(content="Action: look[x; y]\nObservation: z")
    answer = SimpleNamespace(choices=[SimpleNamespace(message=message)], usage=None)
    create = SimpleNamespace(create=lambda **_: answer)
    client = SimpleNamespace(chat=SimpleNamespace(completions=create), base_url="x")
    model = Endpoint("any", client=client)
    assert model([{"role": "user", "content": "Who is it?"}]) == ("Action: look[x; y]", 3, 3)
    assert run("Who is it?", model, TOOLS, Budget(tokens=5)).outcome == "tokens"


def test_content_in_blocks_is_read_as_text():
    blocks = [{"type": "text", "text": "Action: "}, {"type": "text", "text": "finish[Bo]"}]
    said = FakeMessagesListChatModel(responses=[AIMessage(blocks)])
    trace = run("Who is it?", LangChain(said), TOOLS)
    assert trace.answer == "Bo" and trace.new_tokens == 2 and trace.prompt_tokens == 3


def test_a_model_that_never_learned_to_act_ends_by_a_budget_and_not_by_an_error(bundled):
    trace = run(CASE.request, HuggingFace(*bundled), TOOLS, Budget(tokens_per_step=8))
    assert trace.steps and trace.new_tokens <= 8 * len(trace.steps)


def test_drawn_replies_differ_from_step_to_step_and_can_be_had_again(bundled):
    drawn = [HuggingFace(*bundled, temperature=1.5) for _ in range(2)]
    first, second = ([model(CHAT, max_tokens=12).text for _ in range(2)] for model in drawn)
    assert first == second and first[0] != first[1]


def test_the_real_openai_client_over_loopback():
    own = run(CASE.request, Planner(), TOOLS, system="Act.")
    with endpoint(Planner()) as (url, requests):
        trace = run(CASE.request, Endpoint("planner", base_url=url), TOOLS, system="Act.")
    assert trace == own and trace.answer == CASE.answer
    assert len(requests) == len(trace.steps)
    assert requests[0]["path"] == "/v1/chat/completions"
    assert requests[0]["stop"] == ["\nObservation"] and requests[0]["max_tokens"] == 80
    assert requests[0]["messages"][0] == {"role": "system", "content": "Act."}
    assert [m["role"] for m in requests[1]["messages"]] == ["system", "user", "assistant", "user"]
    assert requests[1]["messages"][-1]["content"].startswith("Observation: ")


def test_a_chat_model_of_langchain():
    said = ["Thought: x\nAction: look[Nobody; job]\nObservation: a king", "Action: finish[nobody]"]
    trace = run("Who?", LangChain(FakeListChatModel(responses=said)), TOOLS)
    assert trace.answer == "nobody" and "a king" not in trace.steps[0].reply
    assert trace.steps[0].observation == "Nobody and nothing in town has the full name Nobody."


def test_ours_in_langchain_in_ours_is_ours():
    """There and back: the tokens and the words survive both ways."""
    inner = peers.chat_model(Planner())
    reply = LangChain(inner)([{"role": "user", "content": CASE.request}], stop=())
    assert reply == Planner()([{"role": "user", "content": CASE.request}], stop=())


def test_the_instructions_name_the_tools_and_show_one_trace():
    text = instructions(TOOLS.usage)
    assert TOOLS.usage in text and text.count("Action: ") == 4 and "finish[The Salt Bakery]" in text
