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
    "Good afternoon. {Fact}.",
    "{Fact}. I hope that helps.",
    "We have looked it up, and {fact}.",
)
NAMED = Phrases(
    "Good morning, {first}. {Fact}.",
    "Thank you for your message, {first}. {Fact}.",
    "{Fact}, {first}.",
    "Hello, {first}. {Fact}.",
    "No trouble at all, {first}. {Fact}.",
    "I am glad to help, {first}. {Fact}.",
    "We have looked it up for you, {first}. {Fact}.",
    "Dear {first}, {fact}.",
)
FINE = Phrases(  # the critique of an answer that breaks nothing
    "The answer follows the rule.",
    "The answer follows the rule, and nothing needs to be changed.",
    "The answer follows the rule. It can stay as it is.",
    "The answer follows the rule, so it can be sent.",
    "The answer follows the rule and tells the customer {want}.",
    "The answer follows the rule. There is nothing to put right.",
    "The answer follows the rule in every word.",
    "The answer follows the rule, as it should.",
)
ADVICE = Phrases(  # after a critique; left out half of the time
    "This breaks the rule.",
    "That must be changed.",
    "The answer should be rewritten.",
    "That is against the rule.",
    "So the answer cannot stay as it is.",
    "The rule does not allow that.",
    "A better answer is needed.",
    "The answer has to be put right.",
)

CRITIQUE_REQUESTS = Phrases(
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}\n"
    "Does the answer follow the rule?",
    "Comment on this answer.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}",
    "A customer wrote: {request}\nThe note says: {note}\nThe clerk answered: {answer}\n"
    "Our rule is this: {rule}\nWhat do you make of the answer?",
    "Rule: {rule}\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nPlease assess the answer.",
    "Check the answer against the rule.\nRule: {rule}\nNote: {note}\nRequest: {request}\n"
    "Answer: {answer}",
    "Here is a rule: {rule}\nDoes this answer break it?\nRequest: {request}\nNote: {note}\n"
    "Answer: {answer}",
    "Note: {note}\nRequest: {request}\nAnswer: {answer}\nRead the answer with this rule in mind: "
    "{rule}",
    "Say whether the clerk has followed the rule.\nRequest: {request}\nNote: {note}\n"
    "Answer: {answer}\nRule: {rule}",
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nMeasure it against this rule: {rule}",
    "Rule for all answers: {rule}\nNote: {note}\nRequest: {request}\nAnswer: {answer}\n"
    "Your critique, please.",
)
REVISION_REQUESTS = Phrases(  # without a critique before
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}\nWrite the answer again so "
    "that it follows the rule.",
    "Revise this answer.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}",
    "A customer wrote: {request}\nThe note says: {note}\nThe clerk answered: {answer}\n"
    "Our rule is this: {rule}\nGive a better answer if you can.",
    "Rule: {rule}\nRequest: {request}\nNote: {note}\nAnswer: {answer}\n"
    "Put right whatever is wrong.",
    "Make sure this answer follows the rule.\nRule: {rule}\nNote: {note}\nRequest: {request}\n"
    "Answer: {answer}",
    "Here is a rule: {rule}\nChange the answer wherever it breaks the rule.\nRequest: {request}\n"
    "Note: {note}\nAnswer: {answer}",
    "Note: {note}\nRequest: {request}\nAnswer: {answer}\nRewrite it with this rule in mind: {rule}",
    "Correct the clerk's answer.\nRequest: {request}\nNote: {note}\nAnswer: {answer}\nRule: {rule}",
    "Request: {request}\nNote: {note}\nAnswer: {answer}\nWhat should it be under this rule? {rule}",
    "Rule for all answers: {rule}\nNote: {note}\nRequest: {request}\nAnswer: {answer}\n"
    "Your revision, please.",
)
THEN_REVISE = Phrases(  # after the critique, in a second turn
    "Now write the answer again.",
    "Please revise the answer.",
    "Write an answer that follows the rule.",
    "Now give the answer as it should be.",
    "How should the answer read?",
    "Thank you. And the revised answer?",
    "The final answer, please.",
    "Write the revised answer.",
    "Good. So what should we send?",
    "Now let me have the answer again, please.",
)
