"""More of what customers come for: money back, a queue, a room, a clerk, a tour, a doctor's visit.

Data only, as in `customer_errand_phrases.py`.
"""

from workbook.town.texts.customer_phrases import Topic
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
    "a letter with no stamp", "the summer jobs", "a damp wall", "a gift from an uncle",
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
            "My bill from the {place} is wrong. What do you owe me?",
            "Two things on my bill were never mine. How much do you give me back?",
            "The {place} charged me twice. How much will you return?",
            "I have added up my bill three times, and it is wrong. What do I get back?",
            "You took my money and gave me no change. How much is it?",
        ),
        Phrases(
            "the customer gets {sum} back", "the bill is too high by {sum}",
            "the till owes the customer {sum}",
        ),
        Phrases(
            "you get {sum} back", "we owe you {sum}", "we give you {sum} back",
            "you will find {sum} in an envelope at the till", "your change is {sum}",
            "the till has {sum} for you",
        ),
        Phrases("how much money comes back", "how much the {place} will pay back"),
    ),
    Topic("wait", "any", "minutes",
        Phrases(
            "How long must I wait at the {place}?",
            "The queue does not move. How long will it take?",
            "I have stood here for an hour. How much longer is it?",
            "Half the town is in front of me at the {place}. How long is the wait?",
            "My tram leaves soon. How long is the queue at the {place}?",
            "There is one clerk and a long queue. How long must I stand here?",
        ),
        Phrases(
            "the wait is {minutes} today", "the queue takes {minutes}",
            "everybody waits {minutes} at the moment",
        ),
        Phrases(
            "it takes {minutes}", "the wait is {minutes}",
            "you have {minutes} to wait", "it is your turn in {minutes}",
            "the queue needs {minutes}", "we will call you in {minutes}",
        ),
        Phrases("how long the wait is", "how long the queue at the {place} takes"),
    ),
    Topic("noise", "Inn", "late",
        Phrases(
            "The music from the {place} kept me awake. When does it stop tonight?",
            "I live above the {place} and cannot sleep. How long will you play?",
            "Your drum is loud. At what time does it stop?",
            "My baby wakes up from your songs. When is it quiet?",
            "The whole street hears the {place}. When does the noise end?",
            "I must get up early. Until when is there music at the {place}?",
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
        Phrases("when the music stops", "from what time it is quiet at the {place}"),
    ),
    Topic("berth", "Harbour", "berth",
        Phrases(
            "I come with a small boat. Which berth is free?",
            "Where do I tie up my boat at the {place}?",
            "I have sailed all night and want to land. Which berth is mine?",
            "Somebody lies in my old berth. Which number can I have?",
            "My boat is at the mouth of the {place}. Which berth shall I take?",
            "I was sent away twice at the {place}. Which berth is free now?",
        ),
        Phrases(
            "{berth} is free", "{berth} is kept for this boat",
            "the free place at the pier is {berth}",
        ),
        Phrases(
            "you can take {berth}", "{berth} is free",
            "your boat goes to {berth}",
            "we have kept {berth} for you", "it is {berth}",
            "there is room at {berth}",
        ),
        Phrases("which berth is free", "which berth at the {place} to take"),
    ),
    Topic("whom to ask", "Hall", "who",
        Phrases(
            "Who deals with {matter}?", "I have come about {matter}. Whom must I ask?",
            "I was sent to five doors about {matter}. Who knows more?",
            "Who at the {place} can help me with {matter}?",
            "Nobody has answered my letter about {matter}. Who has it?",
            "It is about {matter}. Which clerk do I need?",
        ),
        Phrases(
            "{who} deals with {matter}", "the clerk for {matter} is {who}",
            "questions about {matter} go to {who}",
        ),
        Phrases(
            "{who} deals with {matter}", "you can ask {who}", "that is the work of {who}",
            "the clerk you need is {who}", "your letter is with {who}", "it goes to {who}",
        ),
        Phrases("who deals with {matter}", "whom to ask about {matter}"),
    ),
    Topic("room", "Inn", "room",
        Phrases(
            "I need a bed for {nights} nights. Which room is free?",
            "I come on {weekday} and stay {nights} nights. Which room do I get?",
            "Is there a room at the {place} for {nights} nights? Which number?",
            "My last room was next to the kitchen. Which one do I get for {nights} nights?",
            "I booked {nights} nights from {weekday}. Which room is mine?",
            "We stay for {nights} nights. Which room have you given us?",
        ),
        Phrases(
            "{room} is free for {nights} nights", "{room} is kept for this guest",
            "the guest who stays {nights} nights gets {room}",
        ),
        Phrases(
            "you have {room}", "{room} is free", "we have kept {room} for you",
            "your key is the one for {room}", "it is {room}",
            "your bed is in {room}",
        ),
        Phrases("which room at the {place} is free", "which room to take for {nights} nights"),
    ),
    Topic("broken goods", "Pottery", "weekday",
        Phrases(
            "The {broken} you sold me is broken. When can I have a new one?",
            "I opened the box, and the {broken} was cracked. On which day do I get another?",
            "My {broken} from the {place} fell apart on the first day. When is a new one here?",
            "I want a {broken} without a crack. When will you have one?",
            "I am bringing the {broken} back. On what day is there a whole one?",
            "The {broken} was in pieces when it came. When do you send another?",
        ),
        Phrases(
            "a new {broken} comes on {weekday}", "the next {broken} will be here on {weekday}",
            "the {place} has another {broken} from {weekday} on",
        ),
        Phrases(
            "the new {broken} comes on {weekday}", "there is a whole one on {weekday}",
            "you can change the {broken} on {weekday}", "the next one is here on {weekday}",
            "you will get another on {weekday}", "we have the new {broken} for you on {weekday}",
        ),
        Phrases("when a new {broken} will be there", "on which day the {broken} can be changed"),
    ),
    Topic("tour", "any", "spot_outside",
        Phrases(
            "Where does the tour of the {place} start?",
            "I want to join the tour. Where do we meet?",
            "I stood at the wrong corner last time. Where does your tour begin?",
            "Where must I wait for the guide of the {place}?",
            "There is no sign for the tour. Where do people meet?",
            "My students are coming to the {place}. Where do they find the guide?",
        ),
        Phrases(
            "the tour starts {spot_outside}", "the guide waits {spot_outside}",
            "guests meet the guide of the {place} {spot_outside}",
        ),
        Phrases(
            "the tour starts {spot_outside}", "we meet {spot_outside}",
            "the guide waits {spot_outside}", "you will see the group {spot_outside}",
            "everybody meets {spot_outside}", "it begins {spot_outside}",
        ),
        Phrases("where the tour starts", "where the guide of the {place} waits"),
    ),
    Topic("visit", "Clinic", "weekday",
        Phrases(
            "When has the {expert} time for me?",
            "I must see the {expert}. On which day can I come?",
            "I have asked for the {expert} three times. When is it my turn?",
            "On what day does the {expert} come to the {place}?",
            "It cannot wait much longer. When can I see the {expert}?",
            "You moved my visit to the {expert}. What is the new day?",
        ),
        Phrases(
            "the {expert} has time on {weekday}", "the next free day of the {expert} is {weekday}",
            "the {expert} is at the {place} on {weekday}",
        ),
        Phrases(
            "the {expert} has time on {weekday}", "you can see the {expert} on {weekday}",
            "it is your turn on {weekday}", "the day is {weekday}", "you can come on {weekday}",
            "the {expert} is here on {weekday}",
        ),
        Phrases("when the {expert} has time", "on which day the {expert} is there"),
    ),
    Topic("library book", "Library", "weekday",
        Phrases(
            "When must the book about {book} be back?",
            "I have lost the slip in my book about {book}. When is it due?",
            "I am still reading the book about {book}. How long can I keep it?",
            "You sent me a letter about the book on {book}. When do you want it?",
            "On what day must I bring the book about {book} to the {place}?",
            "My daughter has the book about {book}. When does she have to return it?",
        ),
        Phrases(
            "the book about {book} is due on {weekday}",
            "the book about {book} must be back on {weekday}",
            "another reader gets the book about {book} on {weekday}",
        ),
        Phrases(
            "the book about {book} is due on {weekday}", "it must be back on {weekday}",
            "you can keep it until {weekday}", "the day is {weekday}", "we need it on {weekday}",
            "another reader is waiting for it on {weekday}",
        ),
        Phrases("when the book about {book} is due", "how long the book about {book} can be kept"),
    ),
)  # fmt: skip
