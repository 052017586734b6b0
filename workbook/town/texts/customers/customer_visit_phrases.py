"""More of what customers come for: money back, a queue, a room, a clerk, a tour, a doctor's visit.

Data only, as in `customer_errand_phrases.py`.
"""

from workbook.town.texts.customers.customer_phrases import Topic
from workbook.town.writer import Phrases

MEETING_POINTS = (
    "at the side door", "under the big clock", "by the stone bench", "at the foot of the stairs",
    "in front of the main gate", "next to the well", "at the ticket window", "by the flagpole",
    "beside the oak tree", "at the back of the garden", "under the iron lamp", "at the fountain",
)  # fmt: skip
BROKEN = (
    "jug", "bowl", "teapot", "vase", "tile", "mug", "plate", "milk jug", "soup bowl", "candlestick",
    "butter dish", "flowerpot", "money box", "fruit bowl", "salt pot", "saucer",
)  # fmt: skip
MATTERS = (
    "lost luggage", "a mistake in a bill", "school visits", "a broken window", "old coins",
    "a letter with no stamp", "the summer jobs", "a damp wall", "a gift to the town",
    "a missing cat", "the winter fees", "the key to the cellar",
)  # fmt: skip
BOOKS = (
    "whales", "bread", "knots", "clouds", "old ships", "mushrooms", "chess", "clocks", "bees",
    "card tricks", "stars", "roses",
)  # fmt: skip
EXPERTS = (
    "doctor",
    "dentist",
    "nurse",
    "optician",
    "eye doctor",
    "ear doctor",
    "foot doctor",
    "baby nurse",
)

VISITS = (
    Topic("refund", "any", "sum",
        Phrases(
            "I paid too much at the {place}. How much do I get back?",
            "My bill from the {place} is wrong. How much do you owe me?",
            "Two things on my bill were never mine. How much will you give me back?",
            "The {place} charged me twice. How much will you return?",
            "I have added up my bill three times, and it is wrong. How much do I get back?",
            "You took my money and gave me no change. How much is due to me?",
        ),
        Phrases(
            "the customer gets {sum} back", "the bill is too high by {sum}",
            "the till owes the customer {sum}",
        ),
        Phrases(
            "you get {sum} back", "we owe you {sum}", "we will give you {sum} back",
            "you will find {sum} in an envelope at the till", "you are owed {sum}",
            "the till has {sum} for you",
        ),
        Phrases("how much the refund is", "how much the {place} will pay back"),
    ),
    Topic("wait", "any", "minutes",
        Phrases(
            "How long will I have to wait at the {place}?",
            "The queue is not moving. How long will it take?",
            "I have been standing here for an hour. How much longer will it be?",
            "Half the town is in front of me at the {place}. How long is the wait?",
            "My tram leaves soon. How long is the queue at the {place}?",
            "There is one clerk and a long queue. How long will I be standing here?",
        ),
        Phrases(
            "the wait is {minutes} today", "the queue takes {minutes}",
            "people are waiting {minutes} at the moment",
        ),
        Phrases(
            "it will take {minutes}", "the wait is {minutes}",
            "you have {minutes} to wait", "it will be your turn in {minutes}",
            "the queue will take {minutes}", "we will call you in {minutes}",
        ),
        Phrases("how long the wait is", "how long the queue at the {place} will take"),
    ),
    Topic("noise", "Inn", "late",
        Phrases(
            "The music from the {place} kept me awake. When does it stop tonight?",
            "I live above the {place} and cannot sleep. How late will you play?",
            "Your music is too loud. What time does it stop?",
            "Your songs keep waking my baby. When will it be quiet?",
            "The whole street hears the {place}. When does the noise end?",
            "I have to get up early. How late is there music at the {place}?",
        ),
        Phrases(
            "the music stops at {late}", "the last song is at {late}",
            "the band at the {place} packs up at {late}",
        ),
        Phrases(
            "the music stops at {late}", "it is quiet from {late}", "the last song is at {late}",
            "the band goes home at {late}", "we close the piano at {late}",
            "nobody plays after {late}",
        ),
        Phrases("when the music stops", "what time it goes quiet at the {place}"),
    ),
    Topic("berth", "Harbour", "berth",
        Phrases(
            "I am coming in with a small boat. Which berth is free?",
            "Where do I tie up my boat at the {place}?",
            "I have sailed all night and want to come in. Which berth is mine?",
            "Somebody is in my old berth. Which one can I have?",
            "My boat is just outside the {place}. Which berth should I take?",
            "I was sent away twice at the {place}. Which berth is free now?",
        ),
        Phrases(
            "{berth} is free", "{berth} is reserved for this boat",
            "the free one at the pier is {berth}",
        ),
        Phrases(
            "you can take {berth}", "{berth} is free",
            "your boat can go into {berth}",
            "we have reserved {berth} for you", "it is {berth}",
            "there is room at {berth}",
        ),
        Phrases("which berth is free", "which berth to take at the {place}"),
    ),
    Topic("whom to ask", "Hall", "who",
        Phrases(
            "Who deals with {matter}?", "I have come about {matter}. Who should I ask?",
            "I was sent from door to door about {matter}. Who can help me?",
            "Who at the {place} can help me with {matter}?",
            "Nobody has answered my letter about {matter}. Who has got it?",
            "It is about {matter}. Which clerk do I need?",
        ),
        Phrases(
            "{who} deals with {matter}", "the right clerk for {matter} is {who}",
            "questions about {matter} go to {who}",
        ),
        Phrases(
            "{who} deals with {matter}", "you can ask {who}", "the person to see is {who}",
            "the clerk you need is {who}", "that is a matter for {who}", "{who} looks after that",
        ),
        Phrases("who deals with {matter}", "who to ask about {matter}"),
    ),
    Topic("room", "Inn", "room",
        Phrases(
            "I need a bed for {nights} nights. Which room is free?",
            "I am coming on {weekday} for {nights} nights. Which room do I get?",
            "Is there a room free at the {place} for {nights} nights? Which one?",
            "My last room was next to the kitchen. Which one do I get for {nights} nights?",
            "I booked {nights} nights from {weekday}. Which room is mine?",
            "We are staying for {nights} nights. Which room have you given us?",
        ),
        Phrases(
            "{room} is free for {nights} nights", "{room} is reserved for this guest",
            "{room} is for a stay of {nights} nights",
        ),
        Phrases(
            "you have {room}", "{room} is free", "we have reserved {room} for you",
            "your key is the one for {room}", "it is {room}",
            "your bed is in {room}",
        ),
        Phrases("which room is free at the {place}", "which room to take for {nights} nights"),
    ),
    Topic("broken goods", "Pottery", "weekday",
        Phrases(
            "The {broken} you sold me is broken. When can I have a new one?",
            "I opened the box, and the {broken} was cracked. Which day can I get another?",
            "My {broken} from the {place} broke on the first day. When will you have a new one?",
            "I want a {broken} without a crack. When will you have one?",
            "I am bringing the {broken} back. Which day can I have a new one?",
            "The {broken} was in pieces when it came. When can I have another?",
        ),
        Phrases(
            "a new {broken} is coming on {weekday}", "the next {broken} will be here on {weekday}",
            "the {place} will have another {broken} on {weekday}",
        ),
        Phrases(
            "the new {broken} is coming on {weekday}", "there will be a new one on {weekday}",
            "you can exchange the {broken} on {weekday}", "the next one will be here on {weekday}",
            "you will get another on {weekday}",
            "we will have the new {broken} for you on {weekday}",
        ),
        Phrases("when there will be a new {broken}", "which day the {broken} can be exchanged"),
    ),
    Topic("tour", "any", "spot_outside",
        Phrases(
            "Where does the tour of the {place} start?",
            "I want to join the tour. Where do we meet?",
            "I stood at the wrong corner last time. Where does your tour begin?",
            "Where should I wait for the guide at the {place}?",
            "There is no sign for the tour. Where do people meet?",
            "My students are coming to the {place}. Where will they find the guide?",
        ),
        Phrases(
            "the tour starts {spot_outside}", "the guide will be {spot_outside}",
            "visitors to the {place} meet the guide {spot_outside}",
        ),
        Phrases(
            "the tour starts {spot_outside}", "we meet {spot_outside}",
            "the guide will be {spot_outside}", "you will see the group {spot_outside}",
            "everybody meets {spot_outside}", "it begins {spot_outside}",
        ),
        Phrases("where the tour starts", "where to meet the guide at the {place}"),
    ),
    Topic("visit", "Clinic", "weekday",
        Phrases(
            "When does the {expert} have time for me?",
            "I need to see the {expert}. Which day can I come?",
            "I have asked to see the {expert} three times. When will it be my turn?",
            "Which day does the {expert} come to the {place}?",
            "It cannot wait much longer. When can I see the {expert}?",
            "You moved my appointment with the {expert}. What is the new day?",
        ),
        Phrases(
            "the {expert} is free on {weekday}", "the {expert}'s next free day is {weekday}",
            "the {expert} is at the {place} on {weekday}",
        ),
        Phrases(
            "the {expert} is free on {weekday}", "you can see the {expert} on {weekday}",
            "it will be your turn on {weekday}", "the day you want is {weekday}",
            "you can come on {weekday}",
            "the {expert} is here on {weekday}",
        ),
        Phrases("when the {expert} is free", "which day the {expert} will be in"),
    ),
    Topic("library book", "Library", "weekday",
        Phrases(
            "When does the book about {book} have to be back?",
            "I have lost the slip in my book about {book}. When is it due?",
            "I am still reading the book about {book}. How long can I keep it?",
            "You wrote to me about the book on {book}. When do you want it back?",
            "Which day do I have to take the book about {book} back to the {place}?",
            "My daughter has the book about {book}. When does she have to return it?",
        ),
        Phrases(
            "the book about {book} is due on {weekday}",
            "the book about {book} has to be back on {weekday}",
            "another reader needs the book about {book} on {weekday}",
        ),
        Phrases(
            "the book about {book} is due on {weekday}", "it has to be back on {weekday}",
            "you can keep it until {weekday}", "the day you want is {weekday}",
            "we need it back on {weekday}",
            "another reader wants it on {weekday}",
        ),
        Phrases("when the book about {book} is due", "how long the book about {book} can be kept"),
    ),
)  # fmt: skip
