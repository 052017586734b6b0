"""What customers come for besides plain facts: a lost thing, a repair, a table, a class ...

Data only, topics as in `customer_phrases.py`; the facts of an errand are drawn for the message,
so they can only be read. `tone.py` and `critique.py` use them.
"""

from workbook.town.texts.customers.customer_phrases import Topic
from workbook.town.writer import Phrases

SPOTS = (
    "on the shelf behind the door", "in the box under the counter", "on the chair by the window",
    "in the left drawer of the desk", "on the hook next to the clock", "in the blue cupboard",
    "on the bench in the hall", "in the basket at the top of the stairs", "on the back table",
    "behind the umbrella stand", "in the safe", "in the room with the green door",
    "on the rack by the stove", "under the stairs", "in the old trunk",
    "on the windowsill by the plants",
)  # fmt: skip
MENDED = (
    "bicycle", "kettle", "clock", "accordion", "coffee mill", "umbrella", "lantern", "rucksack",
    "sewing machine", "fiddle", "barometer", "rocking horse", "wheelbarrow", "door lock", "saddle",
)  # fmt: skip

ERRANDS = (
    Topic("lost thing", "any", "spot",
        Phrases(
            "I lost my {lost} at the {place} yesterday. Has anybody found it?",
            "My {lost} is gone. I had it at the {place}. Where is it?",
            "I was at the {place} this week and left my {lost} there. Where is it now?",
            "Has {a_lost} turned up at the {place}? It is mine. Where can I find it?",
            "I cannot find my {lost} anywhere. It must be at the {place}. Where is it?",
            "I put my {lost} down for a minute and forgot it. Where is it?",
            "Where do you keep lost property? I am missing my {lost}.",
        ),
        Phrases(
            "the {lost} is {spot}", "{a_lost} was found and is now {spot}",
            "somebody has put the {lost} away, and it is {spot}",
        ),
        Phrases(
            "your {lost} is {spot}", "it is {spot}", "you will find it {spot}",
            "we have put the {lost} away, and it is {spot}", "the {lost} is waiting for you {spot}",
            "somebody left it {spot}",
        ),
        Phrases("where the {lost} is", "where to look for the {lost}"),
    ),
    Topic("late parcel", "Post Office", "weekday",
        Phrases(
            "My parcel has still not come. When will it be here?",
            "I have been waiting two weeks for a parcel. Which day will it come?",
            "The {place} has sent me nothing yet. When will my parcel arrive?",
            "You promised me a parcel ages ago. When will it come?",
            "My letter box is empty again. Which day will I get my parcel?",
            "My mother sent a parcel that never came. When can I have it?",
        ),
        Phrases(
            "the parcel is due on {weekday}", "the parcel is on the boat that arrives on {weekday}",
            "the parcel will arrive on {weekday}",
        ),
        Phrases(
            "your parcel is coming on {weekday}", "it will be with you on {weekday}",
            "you will have it on {weekday}", "the parcel is on its way and will come on {weekday}",
            "the postman will bring it on {weekday}", "it should reach you on {weekday}",
        ),
        Phrases("when the parcel will come", "which day the parcel will arrive"),
    ),
    Topic("table", "Tea House", "time",
        Phrases(
            "I need a table for {people}. What time is one free?",
            "We are {people} hungry friends. When have you got a table for us?",
            "A table for {people} at the {place} is all I want. When can we come?",
            "I want to eat at the {place} with my family, all {people} of us. When is there room?",
            "Last time there was no table for us. When can {people} people sit down?",
            "When have you got room for a party of {people}?",
        ),
        Phrases(
            "a table for {people} is free at {time}", "there is room for {people} at {time}",
            "a big enough table will be free at {time}",
        ),
        Phrases(
            "a table for {people} is free at {time}", "we have room for {people} at {time}",
            "there are seats for all of you at {time}", "there is a table for you at {time}",
            "the table by the wall is yours at {time}", "you can come at {time}",
        ),
        Phrases("when a table for {people} is free", "what time there is room for {people}"),
    ),
    Topic("repair", "Workshop", "weekday",
        Phrases(
            "I left my {mended} with you for repair. When will it be ready?",
            "My {mended} has been at the {place} for a month. When can I have it back?",
            "Is my {mended} mended yet? Which day can I pick it up?",
            "I need my {mended} back. When will it be done?",
            "You said you would mend my {mended} at once. When will it be ready?",
            "When will the {place} be done with my {mended}?",
        ),
        Phrases(
            "the {mended} will be ready on {weekday}", "the {mended} will be mended on {weekday}",
            "the {mended} needs a new part and will be ready on {weekday}",
        ),
        Phrases(
            "your {mended} will be ready on {weekday}", "it will be done on {weekday}",
            "you can collect it on {weekday}", "we will finish the {mended} on {weekday}",
            "it will be waiting for you on {weekday}", "you will have it back on {weekday}",
        ),
        Phrases("when the {mended} will be ready", "which day the {mended} will be done"),
    ),
    Topic("cost of repair", "Forge", "sum",
        Phrases(
            "What does it cost to mend my {mended}?",
            "My {mended} is broken. What will you charge?",
            "I want my {mended} mended at the {place}. What is the price?",
            "How much is it to mend my {mended}? It only needs one screw.",
            "You have my {mended}, but you never named a price. What is it?",
            "The repair must not cost more than my {mended} is worth. What will it be?",
        ),
        Phrases(
            "mending the {mended} costs {sum}", "the repair of the {mended} costs {sum}",
            "the price for mending the {mended} is {sum}",
        ),
        Phrases(
            "mending it costs {sum}", "the repair of your {mended} costs {sum}",
            "we charge {sum} for it", "the price is {sum}", "you pay {sum} when it is done",
            "that will be {sum}",
        ),
        Phrases("what it costs to mend the {mended}",
        "how much the repair of the {mended} will be"),
    ),
    Topic("class", "School", "time",
        Phrases(
            "When does the {hobby} class begin?", "I want to join the {hobby} class. When is it?",
            "My brother is in the {hobby} class at the {place}. What time does it start?",
            "I came for the {hobby} class and found an empty room. When does it begin?",
            "The notice on your door says nothing about the {hobby} class. When is it?",
            "What time do you teach {hobby}?",
        ),
        Phrases(
            "the {hobby} class begins at {time}", "the {hobby} class at the {place} is at {time}",
            "{hobby} is taught at {time}",
        ),
        Phrases(
            "the {hobby} class begins at {time}", "it begins at {time}", "we start at {time}",
            "the lesson starts at {time}", "the teacher arrives at {time}",
            "the class is at {time}",
        ),
        Phrases("when the {hobby} class begins", "what time the {hobby} class is"),
    ),
    Topic("tickets left", "ticket", "count",
        Phrases(
            "How many tickets are left for the {event}?",
            "I want to take my friends to the {event}. How many tickets have you got?",
            "Is the {event} sold out? How many tickets are there?",
            "I need tickets for the {event}. How many can I have?",
            "Everybody is talking about the {event}. How many tickets are left?",
            "My club wants to go to the {event}. How many tickets are left?",
        ),
        Phrases(
            "{count} are left for the {event}",
            "the {event} still has {count}", "there are still {count} for the {event}",
        ),
        Phrases(
            "{count} are left", "we have {count} for the {event}",
            "there are still {count}", "you can have up to {count}",
            "the office still has {count}", "{count} are still unsold",
        ),
        Phrases(
            "how many tickets are left for the {event}",
            "how many tickets there are for the {event}",
        ),
    ),
    Topic("seat", "ticket", "row",
        Phrases(
            "Where do I sit at the {event}?",
            "My ticket for the {event} got wet. Which row is mine?",
            "I have a ticket for the {event} with no row on it. Where is my seat?",
            "Which row did you put me in for the {event}?",
            "Last time I sat behind a pillar. Which row am I in at the {event}?",
            "I am bringing my grandfather to the {event}. Which row is ours?",
        ),
        Phrases(
            "the seat at the {event} is in {row}", "{row} is reserved for this customer",
            "this visitor to the {event} sits in {row}",
        ),
        Phrases(
            "your seat is in {row}", "you sit in {row}", "we have put you in {row}",
            "it is {row}", "you are in {row}", "the chair with your name on it is in {row}",
        ),
        Phrases("which row the seat at the {event} is in", "where to sit at the {event}"),
    ),
)  # fmt: skip
