"""What an agent thinks between its actions, and how it is asked (data only, for `traces.py`).

Of each list of six or more the last but one is met only in validation, the last only in the
test split.
"""

from workbook.town.writer import Phrases

# relation of `tools.look`: what is wanted, of whom or of what; {role} is wife, father, ...
WANTED = {
    "spouse": ("the {role}", "of {who}"),
    "parent": ("the {role}", "of {who}"),
    "neighbour": ("the neighbour", "of {who}"),
    "employer": ("the workplace", "of {who}"),
    "owner": ("the owner", "of {who}"),
    "maker": ("the maker", "of {who}"),
    "seller": ("the shop", "that sells {who}"),
    "organiser": ("the organiser", "of {who}"),
    "place": ("the venue", "of {who}"),
    "job": ("the job", "of {who}"),
    "street": ("the street", "of {who}"),
    "birth year": ("the birth year", "of {who}"),
    "hobby": ("the hobby", "of {who}"),
    "pet": ("the pet", "of {who}"),
    "favourite": ("the favourite thing", "of {who}"),
    "founded": ("the founding year", "of {who}"),
    "closed on": ("the day off", "at {who}"),
    "opens": ("the opening time", "of {who}"),
    "closes": ("the closing time", "of {who}"),
    "known for": ("the claim to fame", "of {who}"),
    "price": ("the price", "of {who}"),
    "colour": ("the colour", "of {who}"),
    "date": ("the date", "of {who}"),
    "first year": ("the first year", "of {who}"),
}

FIRST = Phrases(  # {wanted} is "the job", {whole} "the job of Vella Oskmere"
    "I need {whole}.",
    "First I need {wanted}.",
    "First I will look up {whole}.",
    "I will start with {wanted}.",
    "Let me find {whole}.",
    "To begin with, I need {wanted}.",
    "The first step is to find {wanted}.",
    "I will begin with {whole}.",
    "First of all, I want {wanted}.",
)
NEXT = Phrases(  # the same, of what has just been found or of the other half of a comparison
    "Now I need {whole}.",
    "Next, I will look up {wanted}.",
    "Now for {wanted}.",
    "I also need {whole}.",
    "Next comes {wanted}.",
    "Now I will look up {wanted}.",
    "The next thing to find is {whole}.",
    "What I need now is {wanted}.",
    "The next step is to find {whole}.",
)
NEXT_OF = Phrases(  # of the other half of a comparison: of whom is always said
    "Now I need {whole}.",
    "I also need {whole}.",
    "Next, I will look up {whole}.",
    "The other one I need is {whole}.",
    "I still need {whole}, too.",
    "Now for {whole}.",
    "What is left is {whole}.",
    "The second value is {whole}.",
)
KNOWN = Phrases(  # what a single look has said
    "That is what was asked.",
    "The answer is {value}.",
    "It is {value}.",
    "That answers it: {value}.",
    "There it is: {value}.",
    "Now I know: {value}.",
    "I have it: {value}.",
)
NOBODY = Phrases(
    "There is no such name in town, so I cannot know.",
    "Nobody of that name is known here.",
    "The name is not in town. I do not know the answer.",
    "I have looked and searched: the name is not here.",
    "No one and nothing is called that, so it is not known.",
    "I cannot find the name, so I cannot say.",
    "Neither the look nor the search knows the name.",
)
SUM = Phrases(
    "I will calculate this.",
    "This is a sum for the tool.",
    "Let me calculate it.",
    "I need the tool for this sum.",
    "A calculation will tell.",
    "I will not guess the sum.",
    "The tool can work this out.",
)
SUM_QUESTIONS = Phrases(
    "What is {sum}?",
    "How much is {sum}?",
    "Please work out {sum}.",
    "What does {sum} come to?",
    "Can you tell me what {sum} is?",
    "What do you get for {sum}?",
    "Calculate {sum}.",
)
WEIGH = Phrases(
    "Now I can compare the two.",
    "Let me compare {a} with {b}.",
    "I have both values. Which is it?",
    "I will put the two values side by side.",
    "It is {a} against {b}.",
    "All that remains is to compare them.",
    "With both values in hand, I can compare them.",
)
DONE = Phrases(  # a bridge
    "That is the answer.",
    "That answers the question.",
    "The answer is {value}.",
    "Now I know it.",
    "So the answer is {value}.",
    "With that, I can answer.",
    "There it is.",
    "Nothing more is needed.",
)
BEST = Phrases(  # a comparison; {best} is what was asked for
    "{value} belongs to {best}.",
    "{value} goes with {best}.",
    "The value {value} is that of {best}.",
    "{best} is the one with {value}.",
    "The one with {value} is {best}.",
    "{value} points to {best}.",
    "I found {value} for {best}.",
)
YES = Phrases("They are the same.", "It is the same for both.", "Both are the same.")
NO = Phrases("They are not the same.", "It is not the same for both.", "The two are different.")

SEARCH = Phrases(
    "I will search for {who} first.",
    "Let me see what I can find about {who}.",
    "First I will search for {who}.",
    "I will begin with a search for {who}.",
    "What is known about {who}?",
    "A search for {who} may help.",
    "I want to read about {who}.",
)
NOT_THERE = Phrases(
    "That does not say. I will look up {whole}.",
    "I still need {wanted}.",
    "What is missing is {wanted}.",
    "The text does not give {wanted}.",
    "Not yet. I will look up {whole}.",
    "That is not enough. I need {wanted}.",
    "I do not see {wanted} there.",
)
WRONG_NAME = Phrases(
    "I had the name wrong. I will search for it.",
    "That name is not right. A search will help.",
    "There is no such name. I will search for {who}.",
    "I used the wrong name. Let me search.",
    "I did not copy the name properly. I will search for {who}.",
    "That was not the right name. I will search.",
    "The name must be different. I will search for {who}.",
)
WRONG_RELATION = Phrases(
    "I used the wrong word for it. The word is {word}.",
    "The right word is {word}.",
    "I should ask for {word}.",
    "In that list it is called {word}.",
    "What I want is called {word}.",
    "I will try again with {word}.",
    "From the list, I will take {word}.",
)
MISNAMED = {  # relation: words somebody may try instead
    "spouse": ("wife", "husband", "partner"),
    "parent": ("mother", "father"),
    "neighbour": ("next door", "lives near"),
    "employer": ("workplace", "boss"),
    "owner": ("belongs to", "proprietor"),
    "maker": ("made by", "craftsman"),
    "seller": ("sold at", "shop"),
    "organiser": ("run by", "host"),
    "place": ("where", "venue"),
    "street": ("home", "address"),
    "birth year": ("born", "age"),
    "hobby": ("pastime", "likes"),
    "founded": ("age", "since"),
    "opens": ("opening time", "open from"),
    "closes": ("closing time", "open until"),
    "closed on": ("shut on", "day off"),
    "price": ("cost", "crowns"),
    "first year": ("since", "began"),
}

SYSTEM = Phrases(
    "You answer questions about a town. Your tools: {tools}.",
    "Think, then act. You may use {tools}.",
    "Answer with the help of these tools: {tools}.",
    "Each turn is a thought and an action. Actions: {tools}.",
    "You know nothing of the town, so look things up. Tools: {tools}.",
    "Write one thought and one action at a time. Your actions are {tools}.",
    "These tools know the town: {tools}.",
    "Tools for this task: {tools}. Use one in each turn.",
)
BARE_REQUESTS = Phrases(  # when the system message has named the tools
    "{ask}",
    "Question: {ask}",
    "Please find this out. {ask}",
    "I would like to know this. {ask}",
    "Can you tell me? {ask}",
    "My question is this. {ask}",
    "Here is my question. {ask}",
    "Find this out for me. {ask}",
)
REQUESTS = Phrases(
    "{ask} Use your tools.",
    "Look this up for me. {ask}",
    "Use the tools to find the answer. {ask}",
    "{ask} Look it up step by step.",
    "Keep going until you know. {ask}",
    "Please look it up. {ask}",
    "Your tools will tell you this. {ask}",
    "Do not guess. Look it up. {ask}",
    "Search the town for the answer. {ask}",
    "Here is something to look up. {ask}",
)
