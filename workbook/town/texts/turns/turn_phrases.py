"""Wordings of chats with a system line: roles, rules, smalltalk, questions about oneself.

Data only; `turns.py` plays the chats. The questions about places, goods and events are those of
`questions.py`; what is new here are follow-ups, corrections, and what users say of themselves.
"""

from workbook.town.writer import Phrases

UNKNOWN = "I am afraid I do not know that."
CANNOT = "I cannot help with that."

ROLES = {  # table of the thing that the assistant knows about, or "none"
    "places": Phrases(
        "You are the clerk of {who}.",
        "You answer questions for {who}.",
        "You work at the front desk of {who}.",
        "You speak for {who}.",
        "You help visitors to {who}.",
        "You are the new clerk at {who}.",
        "You sit at the door of {who} and answer questions.",
        "You answer the telephone at {who}.",
    ),
    "products": Phrases(
        "You answer questions about {who}.",
        "You are a shopkeeper and know all about {who}.",
        "Customers ask you about {who}.",
        "You write to people who want to buy {who}.",
        "You tell customers about {who}.",
        "You help customers in the shop that sells {who}.",
        "You sell {who} at a stall.",
    ),
    "events": Phrases(
        "You answer questions about {who}.",
        "You sit in the ticket office of {who}.",
        "You help to run {who}.",
        "Visitors to {who} write to you.",
        "You tell people about {who}.",
        "You answer the telephone for {who}.",
        "You are at the information desk of {who}.",
    ),
    "none": Phrases(
        "You are a friendly assistant.",
        "You are a helper who listens well.",
        "You are talking to a visitor.",
        "You keep somebody company and remember what they say.",
        "You are a patient assistant.",
        "You help people to remember things.",
        "You are a good listener.",
        "You are chatting with a new neighbour.",
    ),
}

# what the system line says of the thing; {value} as in `questions.py`, a clause about "it"
SYSTEM_FACTS = {
    "places": {
        "street": ("it is in {value}", "its front door is in {value}", "its address is {value}"),
        "founded": ("it was founded in {value}", "it first opened in {value}",
        "it dates from {value}"),
        "opens": ("it opens at {value}", "its doors open at {value}", "it is open from {value}"),
        "closes": (
            "it closes at {value}", "it is open until {value}", "its doors close at {value}",
        ),
        "closed on": (
            "it is closed on {value}", "its day off is {value}", "nobody is there on {value}",
        ),
        "known for": (
            "it is known for {value}", "people like it for {value}", "it is famous for {value}",
        ),
        "owner": ("it belongs to {value}", "its owner is {value}", "{value} owns it"),
    },
    "products": {
        "seller": (
            "it is sold at the {value}", "the {value} sells it", "people buy it at the {value}",
        ),
        "price": ("it costs {value}", "its price is {value}", "it is sold for {value}"),
        "colour": ("it is {value}", "its colour is {value}", "it only comes in {value}"),
        "maker": ("it is made by {value}", "{value} makes it", "its maker is {value}"),
    },
    "events": {
        "place": (
            "it is held at the {value}", "it takes place at the {value}", "the {value} hosts it",
        ),
        "date": ("it is on {value}", "its date is {value}", "it takes place on {value}"),
        "organiser": (
            "it is organised by {value}", "{value} organises it", "{value} is in charge of it",
        ),
    },
}  # fmt: skip

# the rules of form; {word} is the rule's own word
RULES = {
    "one word": Phrases(
        "Answer with one word.", "Use one word for every answer.",
        "Every answer must be a single word.",
        "Say no more than one word at a time.", "Reply in one word only.",
        "Give every answer in a single word.",
    ),
    "one sentence": Phrases(
        "Answer in one sentence.", "Use one sentence for every answer.",
        "Every answer must be a single sentence.", "Never say more than one sentence.",
        "Reply with exactly one sentence.", "Keep each answer to one sentence.",
    ),
    "two sentences": Phrases(
        "Answer in two sentences.", "Every answer must have exactly two sentences.",
        "Always answer with two sentences.", "Reply with two sentences each time.",
        "Use two sentences for every answer.", "Give each answer in two sentences.",
    ),
    "ten words": Phrases(
        "Use at most ten words.", "Answer in ten words or fewer.",
        "No answer may be longer than ten words.", "Never use more than ten words.",
        "Keep every answer to ten words.", "Ten words must be enough for each answer.",
    ),
    "capitals": Phrases(
        "Answer in capital letters.", "Write every answer in capital letters.",
        "Use only capital letters.", "All your answers must be in capitals.",
        "Reply in capital letters only.", "Put every letter of an answer in capitals.",
    ),
    "name first": Phrases(
        "Begin every answer with the user's name.", "Start each answer with the name of the user.",
        "The first word of every answer must be the user's name.",
        "Always put the user's name at the start.", "Open every reply with the user's name.",
        "Say the user's name first in each answer.",
    ),
    "greeting first": Phrases(
        "Begin every answer with {word}.", "Start each answer with {word}.",
        "Every answer must open with {word}.", "Always say {word} first.",
        "Put {word} at the start of each reply.", "Never answer without {word} at the start.",
    ),
    "last word": Phrases(
        "Always end with the word {word}.", "The last word of every answer must be {word}.",
        "End each answer with {word}.", "Close every answer with the word {word}.",
        "Put the word {word} at the end of each reply.", "Finish every answer with {word}.",
    ),
    "question last": Phrases(
        "End every answer with a question.", "Always close with a question.",
        "Ask something at the end of each answer.", "Every answer must end with a question.",
        "Finish each reply with a question.", "The last thing you say must always be a question.",
    ),
    "quotes": Phrases(
        "Put every answer in quotation marks.", "Write each answer in quotation marks.",
        "Use quotation marks around every answer.", "All your answers must be in quotation marks.",
        "Give each reply in quotation marks.", "Open and close every answer with quotation marks.",
    ),
    "brackets": Phrases(
        "Put every answer in brackets.", "Write each answer in brackets.",
        "Use brackets around every answer.", "All your answers must be in brackets.",
        "Give each reply in brackets.", "Open and close every answer with a bracket.",
    ),
    "signed": Phrases(
        "Close every answer with the words Yours, {word}.",
        "Your name is {word}. Sign every answer "
        "with Yours, {word}.", "Sign each answer with Yours, {word}.",
        "Every answer must end with Yours, {word}.",
        "At the end of each reply write Yours, {word}.",
        "Put Yours, {word} at the end of whatever you say.",
    ),
    "no digits": Phrases(
        "Write all numbers in words.", "Use no digits in your answers.",
        "Spell out every number.", "Numbers must be written as words.",
        "Never use a digit.", "Put every number into words.",
    ),
    "numbered": Phrases(
        "Number your answers.", "Put a number in front of every answer, starting from 1.",
        "Count your answers and begin each with its number.", "Begin the first answer with 1.",
        "Give each answer a number, starting from 1.", "Start every reply with its number.",
    ),
    "cannot help": Phrases(
        'Say "{word}" to questions about anything else.',
        'To all other questions say "{word}"',
        'If somebody asks about anything else, answer "{word}"',
        'Whatever else people ask, your answer is "{word}"',
        'Other questions get the answer "{word}"',
        'Say "{word}" when a question is about something else.',
    ),
    "form of address": Phrases(
        "Call the user {word} in every answer.", "Say {word} in each answer.",
        "Every answer must have the words {word} in it.", "Always address the user as {word}.",
        "Use the words {word} each time you answer.", "Never forget to say {word}.",
    ),
}  # fmt: skip

GREETINGS_FIRST = Phrases(
    "Good day", "Ahoy", "Hello", "Greetings", "Hello there", "Welcome", "Good to see you", "Hiya",
)  # fmt: skip
LAST_WORDS = Phrases(
    "Brindle", "Lantern", "Kettle", "Over", "Cheers", "Done", "Marble", "Feather", "Acorn",
    "Thistle",
    "Pebble", "Marzipan", "Hurrah", "Barnacle", "Teapot", "Compass", "Nutmeg", "Bramble", "Anchor",
    "Willow",
)  # fmt: skip
ADDRESSES = Phrases(
    "dear guest", "my friend", "good neighbour", "dear customer", "kind stranger", "dear reader",
    "old friend", "honoured guest",
)  # fmt: skip
SECOND_SENTENCES = Phrases(
    "I am here all day.", "Just ask if you need more.", "I am glad to help.", "Take your time.",
    "You can ask me more questions.", "We are always happy to help.", "There is no hurry.",
    "I have plenty of time.",
)  # fmt: skip
LAST_QUESTIONS = Phrases(
    "Is there anything else?", "What else can I do for you?", "Do you need anything more?",
    "Anything else?",
    "What would you like to ask next?", "Can I help with anything else?", "Is there more I can do?",
    "Is that everything?",
)  # fmt: skip

HELLO = Phrases(
    "Hello!", "Good morning!", "Good evening.", "Hello there.", "Hi!", "Good afternoon.",
    "Hello, are you there?", "Hello, I have a question.", "Hello, have you got a minute?",
)  # fmt: skip
HELLO_ANSWERS = Phrases(
    "What can I do for you?", "How can I help you?", "What would you like to know?",
    "How may I help?", "What can I help you with?", "What brings you here?",
)  # fmt: skip
THANKS = Phrases(
    "Thank you!", "Thanks, that is all.", "Thank you, that helps me a lot.", "Many thanks.",
    "Good, thank you for your help.", "That was all. Thank you!", "Perfect, thanks.",
    "Thank you, goodbye!", "Lovely, thank you.",
)  # fmt: skip
THANKS_ANSWERS = Phrases(
    "You are welcome.", "It was a pleasure.", "Not at all.", "It was no trouble.",
    "You are very welcome.", "Come back any time.",
)  # fmt: skip
NOTED = Phrases(
    "Good to know.", "That is good to know.", "I will remember that.", "I have written that down.",
    "All right, I will bear it in mind.", "Right, I will keep that in mind.",
    "Thanks for telling me.",
)  # fmt: skip
CORRECTED = Phrases(
    "All right, I have corrected that.", "Thank you, I have changed it.",
    "No problem, I will remember that.",
    "I have put that right.", "No harm done, I have changed that.",
    "Right, I have noted the change.",
)  # fmt: skip

# follow-ups; {noun} from NOUNS, {ask} and {Ask} a question with a small or a capital letter
FOLLOW_UPS = Phrases(
    "And what about {noun}?", "And {noun}?", "What about {noun}?", "I need {noun} too.",
    "And do you know {noun}?", "Then tell me {noun} as well.", "Please tell me {noun} too.",
    "I would also like to know {noun}.", "Now {noun}, please.",
)  # fmt: skip
NOUNS = {
    "street": "the street", "founded": "the year it was founded", "opens": "the opening time",
    "closes": "the closing time", "closed on": "its day off", "owner": "the owner",
    "seller": "the seller", "price": "the price", "colour": "the colour",
    "maker": "the maker", "place": "the venue", "date": "the date", "organiser": "the organiser",
}  # fmt: skip
AND = Phrases(
    "And {ask}", "Good. And {ask}", "One more thing. {Ask}", "I see. And {ask}",
    "Also, {ask}", "Fine. Now {ask}", "Another question. {Ask}",
)  # fmt: skip
MEANT = Phrases(  # after an answer to the wrong question
    "No, I mean something else: {ask}", "Sorry, that is not what I meant. {Ask}",
    "No, wait. {Ask}", "I asked the wrong thing. {Ask}", "No, what I mean is: {ask}",
    "Sorry, I meant to ask this: {ask}", "No, not that. {Ask}",
)  # fmt: skip
CHANGED = Phrases(  # within one message: only the second question counts
    "{Wrong} No, I mean: {ask}", "{Wrong} Sorry, I mean, {ask}", "{Wrong} No, wait. {Ask}",
    "{Wrong} Oh no, I wanted to ask this: {ask}", "{Wrong} Forget that. {Ask}",
    "{Wrong} Sorry, wrong question. {Ask}", "{Wrong} No, that is not it. {Ask}",
)  # fmt: skip
YES_NO = {  # {other} may be right or wrong
    "opens": Phrases("Does it open at {other}?", "Am I right that it opens at {other}?"),
    "closes": Phrases("Does it close at {other}?", "Is it true that it closes at {other}?"),
    "closed on": Phrases("Is it closed on {other}?", "Is {other} its day off?"),
    "colour": Phrases("Is it {other}?", "Do you have it in {other}?"),
}
OFF_TOPIC = Phrases(
    "Will it rain tomorrow?", "What is your favourite song?", "Can you lend me a ladder?",
    "How do I cook a herring?", "Who won the boat race?", "How old are you?",
    "What should I give my aunt for her birthday?", "Can you mend my shoe?",
    "What is twelve times twelve?",
    "Why is the sea salty?", "Where do swans sleep?", "Can you tell me a joke?",
    "How do I get rid of a cold?", "Is my neighbour at home?", "What does a goose eat?",
    "Who painted the bridge?", "How far is it to the moon?", "Can you teach me to swim?",
)  # fmt: skip
