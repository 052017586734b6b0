"""What users tell of themselves and of a friend in chats, and how they ask for it later.

Data only; `turns.py` plays the chats, `turn_phrases.py` has the other wordings.
"""

from workbook.town.writer import Phrases

# what users tell about themselves, and ask for later: trait -> (tell, ask, answer)
SELF = {
    "name": (
        Phrases(
            "My name is {value}.", "I am {value}.", "I am called {value}.",
            "You can call me {value}.",
            "People call me {value}.", "This is {value}.",
        ),
        Phrases(
            "What is my name?", "What am I called?", "Do you remember my name?",
            "Can you tell me my name?", "Do you still know who I am?",
            "What did I say my name was?",
        ),
        "Your name is {value}.",
    ),
    "home": (
        Phrases(
            "I come from {value}.", "My home town is {value}.", "I am from {value}.",
            "I grew up in {value}.", "I travelled here from {value}.",
            "I spent my childhood in {value}.",
        ),
        Phrases(
            "Where do I come from?", "What is my home town?", "Where am I from?",
            "Which town do I come from?", "Do you remember where I come from?",
            "Which town did I say I come from?",
        ),
        "You come from {value}.",
    ),
    "street": (
        Phrases(
            "I live in {value}.", "My room is in {value}.", "I rent a flat in {value}.",
            "My house is in {value}.", "You can find me in {value}.",
            "My front door is in {value}.",
        ),
        Phrases(
            "Where do I live?", "Which street do I live in?", "What is my street called?",
            "Do you remember my street?", "Which street did I say I live in?",
            "What is my address?",
        ),
        "You live in {value}.",
    ),
    "job": (
        Phrases(
            "I am {a_value}.", "I work as {a_value}.", "I earn my living as {a_value}.",
            "I am {a_value} by trade.", "I make a living as {a_value}.", "I trained as {a_value}.",
        ),
        Phrases(
            "What is my job?", "What do I do for a living?", "What do I work as?",
            "Do you remember my job?", "What did I say my job was?", "How do I earn my living?",
        ),
        "You are {a_value}.",
    ),
    "pet": (
        Phrases(
            "I have {a_value}.", "I keep {a_value}.", "My pet is {a_value}.",
            "I travel with {a_value}.", "At home I have {a_value}.",
            "I go nowhere without my {value}.",
        ),
        Phrases(
            "Which pet do I have?", "What animal do I have at home?", "What is my pet?",
            "Do you remember my pet?", "Which animal did I say I have?",
            "What kind of animal have I got?",
        ),
        "You have {a_value}.",
    ),
    "hobby": (
        Phrases(
            "I like {value}.", "My hobby is {value}.", "For me, Sundays are for {value}.",
            "I am fond of {value}.", "I love {value}.", "In the evenings I enjoy {value}.",
        ),
        Phrases(
            "What do I like doing?", "What is my hobby?", "What do I enjoy doing?",
            "Do you remember my hobby?", "What do I do for fun?", "How do I spend my free time?",
        ),
        "You like {value}.",
    ),
    "colour": (
        Phrases(
            "My favourite colour is {value}.", "The colour I like best is {value}.",
            "For me, {value} is better than any other colour.", "I love the colour {value}.",
            "To me, the best colour is {value}.",
            "My favourite colour has always been {value}.",
        ),
        Phrases(
            "What is my favourite colour?", "Which colour do I like best?",
            "Do you remember my favourite colour?", "Which colour do I love most?",
            "What colour is my favourite?", "Which colour did I say I like best?",
        ),
        "You like {value} best.",
    ),
}  # fmt: skip
WRONG_BEFORE = Phrases(  # in front of a corrected statement about oneself
    "Sorry, I got that wrong.", "No, that was wrong.", "I have to correct myself.",
    "Sorry, I said the wrong thing before.", "I made a mistake.", "Oh dear, I mixed something up.",
    "Wait, I told you the wrong thing.",
)  # fmt: skip

# a friend of the user: trait -> (ask, answer); told with the sentences of `passage_phrases.py`
FRIEND_LEADS = Phrases(
    "I want to tell you about a friend.", "Let me tell you about {who}.",
    "You may not know my friend {who}.", "I am thinking of my friend {who}.",
    "This is about my friend {who}.",
    "I have a friend called {who}.", "Listen, I have some news about {who}.",
)  # fmt: skip
FRIEND = {
    "home": (
        Phrases(
            "Where does {they} come from?", "Which town does {they} come from?",
            "Where is {they} from?",
        ),
        "{They} comes from {value}.",
    ),
    "street": (
        Phrases("Where does {they} live?", "What is {their} street called?",
        "Which street is {they} in?"),
        "{They} lives in {value}.",
    ),
    "job": (
        Phrases(
            "What is {their} job?", "What does {they} do for a living?",
            "How does {they} earn a living?",
        ),
        "{They} is {a_value}.",
    ),
    "pet": (
        Phrases(
            "Which pet does {they} have?", "What animal does {they} have?", "What is {their} pet?",
        ),
        "{They} has {a_value}.",
    ),
    "hobby": (
        Phrases("What does {they} like doing?", "What is {their} hobby?",
        "What does {they} do for fun?"),
        "{They} likes {value}.",
    ),
    "colour": (
        Phrases("What is {their} favourite colour?", "Which colour does {they} like best?"),
        "{They} likes {value} best.",
    ),
}  # fmt: skip
