"""Good answers to customers, the critique of an answer that breaks no rule, and chat requests.

Data only; `critique.py` fills them, `critique_phrases.py` has the principles.
"""

from workbook.town.writer import Phrases

# good answers: {fact} answers the question; those with {first} use the customer's name
GOOD = Phrases(
    "{Fact}.",
    "Good morning. {Fact}.",
    "Thank you for your message. {Fact}.",
    "{Fact}. Kind regards from {desk}.",
    "To answer your question, {fact}.",
    "Good day. {Fact}.",
    "{Fact}. I hope that helps.",
    "We have looked it up, and {fact}.",
)
NAMED = Phrases(
    "Good morning, {first}. {Fact}.",
    "Thank you for your message, {first}. {Fact}.",
    "{Fact}, {first}.",
    "Hello, {first}. {Fact}.",
    "Of course, {first}, {fact}.",
    "I am glad to help, {first}. {Fact}.",
    "We have looked it up for you, {first}. {Fact}.",
    "Dear {first}, {fact}.",
)
FINE = Phrases(  # the critique of an answer that breaks nothing
    "The answer keeps the rule.",
    "The answer keeps the rule, and nothing needs to be changed.",
    "The answer keeps the rule. It can stay as it is.",
    "The answer keeps the rule, so it can be sent.",
    "The answer keeps the rule and tells the customer {want}.",
    "The answer keeps the rule. There is nothing to mend.",
    "The answer keeps the rule in every word.",
    "The answer keeps the rule, as it should.",
)
ADVICE = Phrases(  # after a critique; left out half of the time
    "This breaks the rule.",
    "That must be changed.",
    "It should be written again.",
    "That is against the rule.",
    "So the answer cannot stay like that.",
    "The rule forbids it.",
    "A better answer is needed.",
    "It has to be put right.",
)

CRITIQUE_REQUESTS = Phrases(
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}\nIs the rule kept?",
    "Criticise this answer.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}",
    "A customer wrote: {request}\nThe note says: {note}\nThe clerk answered: {answer}\n"
    "Our rule is: {rule}\nWhat is wrong with the answer?",
    "Rule: {rule}\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nPlease judge the answer.",
    "Check the answer against the rule.\nRule: {rule}\nNote: {note}\nRequest: {request}\n"
    "Answer: {answer}",
    "Here is a rule: {rule}\nDoes this answer break it?\nRequest: {request}\nNote: {note}\n"
    "Answer: {answer}",
    "Note: {note}\nRequest: {request}\nAnswer: {answer}\nRead the answer with this rule in mind: "
    "{rule}",
    "Say whether the clerk has kept the rule.\nRequest: {request}\nNote: {note}\n"
    "Answer: {answer}\nRule: {rule}",
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nHold it against the rule: {rule}",
    "Rule for all answers: {rule}\nNote: {note}\nRequest: {request}\nAnswer: {answer}\n"
    "Your critique, please.",
)
REVISION_REQUESTS = Phrases(  # without a critique before
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}\nWrite the answer again so "
    "that it keeps the rule.",
    "Revise this answer.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}",
    "A customer wrote: {request}\nThe note says: {note}\nThe clerk answered: {answer}\n"
    "Our rule is: {rule}\nGive a better answer.",
    "Rule: {rule}\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nPut the answer right.",
    "Make this answer keep the rule.\nRule: {rule}\nNote: {note}\nRequest: {request}\n"
    "Answer: {answer}",
    "Here is a rule: {rule}\nChange the answer where it breaks it.\nRequest: {request}\n"
    "Note: {note}\nAnswer: {answer}",
    "Note: {note}\nRequest: {request}\nAnswer: {answer}\nWrite it anew with this rule in mind: "
    "{rule}",
    "Mend the answer of the clerk.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\n"
    "Rule: {rule}",
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nWhat should it be under this rule? {rule}",
    "Rule for all answers: {rule}\nNote: {note}\nRequest: {request}\nAnswer: {answer}\n"
    "Your revision, please.",
)
THEN_REVISE = Phrases(  # after the critique, in a second turn
    "Now write the answer again.",
    "Please revise the answer.",
    "Write an answer that keeps the rule.",
    "Now give the answer as it should be.",
    "How should the answer read?",
    "Thank you. And the revised answer?",
    "The final answer, please.",
    "Write the revision.",
    "Good. What is the better answer?",
    "Now the answer once more, please.",
)
