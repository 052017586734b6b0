"""Requests for a proof read out, and the words that weigh two values (data only, `proofs.py`).

Of each list of requests the last but one is met only in validation, the last only in the test
split. The words of a verdict are few and the same for all splits: they are for copying.
"""

from workbook.town.writer import Phrases

REQUESTS = Phrases(
    "{facts} {ask}",
    "Facts: {facts}\nQuestion: {ask}\nShow the facts you use.",
    "Here are some facts.\n{facts}\nMy question: {ask} Explain your answer.",
    "Question: {ask}\nUse these facts: {facts}",
    "Read the facts and answer, giving your reasons.\n{facts}\nQuestion: {ask}",
    "{facts}\n\nGo through this step by step. {ask}",
    "I want to know this. {ask} Here is all I have to go on. {facts}",
    "Find the answer in these lines and say which of them you need.\n{facts} {ask}",
    "Not all of these facts matter.\n{facts}\nQuestion: {ask}\nFirst repeat the ones that do.",
    "Answer the question and prove that you are right. {ask}\n\n{facts}",
    "What follows from these statements?\n{facts}\nQuestion: {ask}",
    "Please work this out for me. {ask}\nWhat I know: {facts}",
)

# How the verdict of a comparison ends; {best} is what was asked for.
CONCLUSIONS = {
    "older": "{best} is older",
    "younger": "{best} is younger",
    "opens_first": "{best} opens first",
    "closes_last": "{best} closes last",
    "founded_first": "{best} is older",
    "cheaper": "{best} is cheaper",
    "dearer": "{best} is dearer",
    "held_first": "{best} is older",
}
# How two sizes of one unit are set side by side; {low} is the smaller one.
ORDER = {
    "number": "{low} comes before {high}",
    "hour": "{low} is earlier than {high}",
    "crowns": "{low} is less than {high}",
}
SAME = "{a} and {b} are the same."
DIFFERENT = "{a} and {b} are not the same."
