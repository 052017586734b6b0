"""Chats as the town's models read them: messages with roles, and the document that holds them.

The roles are system, user, assistant and tool; each has a special token of its own. Every kind of
text that also comes as a chat ends in `chat_document`. Lesson 08 looks at the format.
"""

from workbook.town.writer import Document, Writer

Messages = list[dict[str, str]]  # {"role": ..., "content": ...}
ROLES = ("system", "user", "assistant", "tool")


def render_chat(messages: Messages) -> str:
    """Return a chat as the model reads it: for each message its role, its content, an end token."""
    return "".join(f"<|{message['role']}|>\n{message['content']}<|end|>\n" for message in messages)


def exchange(*turns: tuple[str, str]) -> Messages:
    """Return turns of (what the user says, what the assistant answers) as messages."""
    return [
        {"role": role, "content": content}
        for turn in turns
        for role, content in zip(("user", "assistant"), turn, strict=True)
    ]


def chat_document(writer: Writer, family: str, messages: Messages, **fields: object) -> Document:
    """Close a chat: its text, what it cost, and fields `family`, `messages`, `answer`, and more."""
    return writer.document(
        "instruction",
        render_chat(messages),
        family=family,
        messages=messages,
        answer=messages[-1]["content"],
        **fields,
    )
