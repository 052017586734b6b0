"""How facts are asked for, and the one sentence that answers.

Tables only: trait -> phrasings. The answer to a question is one fixed sentence, so that exact
match is a fair score. `passages.py` and `recall.py` use them.
"""

from workbook.town.writer import Phrases

NOT_SAID = "The passage does not say."

PERSON_QUESTIONS = {
    "job": Phrases(
        "What is {who}'s job?",
        "What does {who} do for a living?",
        "What does {who} work as?",
        "Which job does {who} have?",
        "Which trade does {who} follow?",
        "How does {who} earn a living?",
        "What kind of work does {who} do?",
    ),
    "home": Phrases(
        "Where does {who} come from?",
        "Which town does {who} come from?",
        "Where is {who} from?",
        "What is {who}'s home town?",
        "From which town did {who} come?",
        "What town does {who} come from?",
    ),
    "street": Phrases(
        "Where does {who} live?",
        "In which street does {who} live?",
        "Which street does {who} live in?",
        "What is the name of {who}'s street?",
        "What street does {who} live in?",
        "In which street is {who}'s home?",
    ),
    "hobby": Phrases(
        "What does {who} like to do?",
        "What is {who}'s hobby?",
        "What does {who} do for fun?",
        "How does {who} like to spend free time?",
        "Which hobby does {who} have?",
        "What does {who} enjoy?",
    ),
    "pet": Phrases(
        "Which pet does {who} have?",
        "What pet does {who} have?",
        "What animal does {who} keep?",
        "Which animal belongs to {who}?",
        "What kind of pet does {who} own?",
        "Which animal does {who} look after?",
    ),
    "colour": Phrases(
        "What is {who}'s favourite colour?",
        "Which colour does {who} like best?",
        "What colour does {who} like best?",
        "Which colour does {who} prefer?",
        "What colour does {who} love?",
        "Which colour is {who}'s favourite?",
    ),
    "birth year": Phrases(
        "When was {who} born?",
        "In which year was {who} born?",
        "What year was {who} born in?",
        "What is {who}'s year of birth?",
        "What is the birth year of {who}?",
        "Which year was {who} born in?",
    ),
    "employer": Phrases(
        "Where does {who} work?",
        "At which place does {who} work?",
        "Who employs {who}?",
        "What is the name of {who}'s workplace?",
        "Which place does {who} work at?",
        "At what place is {who} employed?",
    ),
    "spouse": Phrases(
        "Who is {who} married to?",
        "Who is {who}'s husband or wife?",
        "What is the name of the person married to {who}?",
        "Who did {who} marry?",
        "Which person is {who} married to?",
        "Who did {who} choose to marry?",
    ),
}

PERSON_ANSWERS = {
    "job": "{who} is {a_value}.",
    "home": "{who} comes from {value}.",
    "street": "{who} lives in {value}.",
    "hobby": "{who} likes {value}.",
    "pet": "{who} has {a_value}.",
    "colour": "{who} likes {value} best.",
    "birth year": "{who} was born in {value}.",
    "employer": "{who} works at the {value}.",
    "spouse": "{who} is married to {value}.",
}

WHO_QUESTIONS = {
    "job": Phrases(
        "Who is {a_value}?",
        "Who works as {a_value}?",
        "Which person is {a_value}?",
    ),
    "home": Phrases("Who comes from {value}?", "Who is from {value}?"),
    "street": Phrases("Who lives in {value}?", "Who has a home in {value}?"),
    "hobby": Phrases("Who likes {value}?", "Who enjoys {value}?"),
    "pet": Phrases("Who has {a_value}?", "Who keeps {a_value}?"),
    "birth year": Phrases("Who was born in {value}?", "Whose birth year is {value}?"),
}

PLACE_QUESTIONS = {
    "street": Phrases(
        "Where is {who}?",
        "In which street is {who}?",
        "Whereabouts is {who}?",
        "Which street is {who} in?",
        "In which street can you find {who}?",
        "What street is {who} in?",
    ),
    "founded": Phrases(
        "When was {who} founded?",
        "In which year was {who} founded?",
        "In what year did {who} first open?",
        "What year was {who} founded in?",
        "What is the founding year of {who}?",
        "Which year did {who} start in?",
    ),
    "opens": Phrases(
        "When does {who} open?",
        "At what time does {who} open?",
        "What time does {who} open?",
        "From what time is {who} open?",
        "At which hour does {who} open?",
        "How early does {who} open?",
    ),
    "closes": Phrases(
        "When does {who} close?",
        "At what time does {who} close?",
        "Until what time is {who} open?",
        "What time does {who} close?",
        "At which hour does {who} close?",
        "How late is {who} open?",
    ),
    "closed on": Phrases(
        "On which day is {who} closed?",
        "Which day is {who} closed?",
        "When is {who} closed?",
        "Which day of the week is {who} closed?",
        "What day is {who} closed on?",
        "On what day of the week is {who} shut?",
    ),
    "known for": Phrases(
        "What is {who} known for?",
        "What is {who} famous for?",
        "Why do people like {who}?",
        "What is the best-known thing about {who}?",
        "What do people praise {who} for?",
        "What made {who} famous?",
    ),
    "owner": Phrases(
        "Who owns {who}?",
        "Who is the owner of {who}?",
        "Which person does {who} belong to?",
        "Whose business is {who}?",
        "What is the name of the owner of {who}?",
        "Who does {who} belong to?",
    ),
}

PLACE_ANSWERS = {
    "street": "{who} is in {value}.",
    "founded": "{who} was founded in {value}.",
    "opens": "{who} opens at {value}.",
    "closes": "{who} closes at {value}.",
    "closed on": "{who} is closed on {value}.",
    "known for": "{who} is known for {value}.",
    "owner": "{who} belongs to {value}.",
}

PRODUCT_QUESTIONS = {
    "seller": Phrases(
        "Where is {who} sold?",
        "Who sells {who}?",
        "Where can you buy {who}?",
        "Which place sells {who}?",
        "At which place is {who} sold?",
        "Where in town is {who} sold?",
    ),
    "price": Phrases(
        "How much is {who}?",
        "What does {who} cost?",
        "How much does {who} cost?",
        "What is the price of {who}?",
        "How many crowns is {who}?",
        "What do you pay for {who}?",
    ),
    "colour": Phrases("What colour is {who}?", "Which colour is {who}?"),
    "maker": Phrases(
        "Who makes {who}?",
        "Who is the maker of {who}?",
        "Who does the work of making {who}?",
        "Whose work is {who}?",
        "What is the name of the maker of {who}?",
        "Who produces {who}?",
    ),
}

PRODUCT_ANSWERS = {
    "seller": "{who} is sold at the {value}.",
    "price": "{who} costs {value}.",
    "colour": "{who} is {value}.",
    "maker": "{who} is made by {value}.",
}

EVENT_QUESTIONS = {
    "place": Phrases(
        "Where is {who} held?",
        "Where does {who} take place?",
        "At which place is {who} held?",
        "Which place hosts {who}?",
        "Where in town is {who} held?",
        "What place is home to {who}?",
    ),
    "date": Phrases(
        "When is {who}?",
        "On which date is {who}?",
        "What is the date of {who}?",
        "On what day of the year is {who}?",
        "What date is {who} on?",
        "When does {who} take place?",
    ),
    "organiser": Phrases(
        "Who organises {who}?",
        "Who is the organiser of {who}?",
        "Which person organises {who}?",
        "Who runs {who}?",
        "Who plans {who}?",
        "Who is in charge of {who}?",
    ),
}

EVENT_ANSWERS = {
    "place": "{who} is held at the {value}.",
    "date": "{who} is on {value}.",
    "organiser": "{who} is organised by {value}.",
}
