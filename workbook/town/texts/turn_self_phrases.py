"""What users tell of themselves and of a friend in chats, and how they ask for it later.

Data only; `turns.py` plays the chats, `turn_phrases.py` has the other wordings.
"""

from workbook.town.writer import Phrases

# what users tell about themselves, and ask for later: trait -> (tell, ask, answer)
SELF = {
    "name": (
        Phrases(
            "My name is {value}.", "I am {value}.", "I am called {value}.", "The name is {value}.",
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
            "Which town did I name?",
        ),
        "You come from {value}.",
    ),
    "street": (
        Phrases(
            "I live in {value}.", "My room is in {value}.", "I rent a flat in {value}.",
            "My house is in {value}.", "You find me in {value}.", "My front door is in {value}.",
        ),
        Phrases(
            "Where do I live?", "In which street do I live?", "What is my street?",
            "Do you remember my street?", "Which street is mine?", "What is my address?",
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
            "Do you remember my job?", "Which trade do I follow?", "How do I earn my living?",
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
            "Which pet do I have?", "What animal do I keep?", "What is my pet?",
            "Do you remember my pet?", "Which animal is mine?", "What kind of animal have I got?",
        ),
        "You have {a_value}.",
    ),
    "hobby": (
        Phrases(
            "I like {value}.", "My hobby is {value}.", "I spend my Sundays on {value}.",
            "I am fond of {value}.", "I love {value}.", "In the evening I enjoy {value}.",
        ),
        Phrases(
            "What do I like?", "What is my hobby?", "What do I enjoy?",
            "Do you remember my hobby?", "What do I do for fun?", "How do I spend my free time?",
        ),
        "You like {value}.",
    ),
    "colour": (
        Phrases(
            "My favourite colour is {value}.", "I like the colour {value} best.",
            "I paint everything {value}.", "I love the colour {value}.",
            "The best colour is {value}.",
            "My front door and all my hats are {value}.",
        ),
        Phrases(
            "What is my favourite colour?", "Which colour do I like best?",
            "Do you remember my favourite colour?", "Which colour do I love?",
            "What colour is my favourite?", "Which colour did I name?",
        ),
        "You like {value} best.",
    ),
}  # fmt: skip
WRONG_BEFORE = Phrases(  # in front of a corrected statement about oneself
    "Sorry, I got that wrong.", "No, that was not right.", "I must correct myself.",
    "Forget what I said before.", "I made a mistake.", "Oh dear, I mixed something up.",
    "Wait, I told you something wrong.",
)  # fmt: skip

# a friend of the user: trait -> (ask, answer); told with the sentences of `passage_phrases.py`
FRIEND_LEADS = Phrases(
    "I want to tell you about a friend.", "Let me tell you about {who}.",
    "Do you know my friend {who}?", "I am thinking of my friend {who}.", "This is about {who}.",
    "I have a friend called {who}.", "Listen, I have news of {who}.",
)  # fmt: skip
FRIEND = {
    "home": (
        Phrases(
            "Where does {they} come from?", "Which town is {their} home?", "Where is {they} from?",
        ),
        "{They} comes from {value}.",
    ),
    "street": (
        Phrases("Where does {they} live?", "What is {their} street?", "Which street is {they} in?"),
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
            "Which pet does {they} have?", "What animal belongs to {them}?", "What is {their} pet?",
        ),
        "{They} has {a_value}.",
    ),
    "hobby": (
        Phrases("What does {they} like?", "What is {their} hobby?", "What does {they} do for fun?"),
        "{They} likes {value}.",
    ),
    "colour": (
        Phrases("What is {their} favourite colour?", "Which colour does {they} like best?"),
        "{They} likes {value} best.",
    ),
}  # fmt: skip
