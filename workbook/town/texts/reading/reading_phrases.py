"""How a chat asks for an answer from numbered passages, and the sentences beside the answers.

Tables only, used by `reading.py`; the questions themselves are in `questions.py`. Of the requests
the last but one is met only in validation, the last only in the test split.
"""

from workbook.town.writer import Phrases

UNSAID = "The text does not say."
DISAGREE = "The passages disagree: [{first}] says {value}, [{second}] says {other}."

REQUESTS = Phrases(
    "{passages}\n\n{ask}",
    "Use only the numbered texts.\n{passages}\n{ask}",
    "{passages}\n\nAnswer from these notes and give the number of the note. {ask}",
    "{ask}\n\n{passages}",
    "Question: {ask}\nThe answer is in one of these texts, if it is there at all.\n{passages}",
    "Here are my notes.\n{passages}\n\n{ask} Say which note tells you.",
    "Please find the answer below and name the source.\n{ask}\n{passages}",
    "Read this and answer in one sentence, giving the number of the text.\n{passages}\n\n{ask}",
    "I have collected these texts:\n{passages}\n\nWhat do they say? {ask}",
    "{ask} Look it up in the texts below.\n\n{passages}",
    "Sources:\n{passages}\n\nQuestion: {ask}\nCite the source.",
    "These pages came up in a search.\n{passages}\n\nUse these pages alone. {ask}",
    "Here is my question. {ask}\nDo not guess. Use these texts.\n{passages}",
    "{passages}\n\nI would also like to know where I can check the answer. {ask}",
    "{passages}\n\n{ask} If the texts do not say, tell me so.",
    "Please go through these short texts for me.\n{passages}\n\n{ask} Add the number of the text.",
    "{ask}\nBelow is all I have on it. Which text gives the answer?\n{passages}",
)

NEXT_REQUESTS = Phrases(
    "{ask}",
    "Question: {ask}",
    "And another one. {ask}",
    "Use the same texts again. {ask}",
    "Thank you. {ask}",
    "Next question: {ask}",
    "What do the texts say about this? {ask}",
    "Good. Now look this up. {ask}",
    "One more thing. {ask}",
    "Please check this in the texts as well. {ask}",
)
