"""What customers come for besides plain facts: a lost thing, a repair, a table, a class ...

Data only, topics as in `customer_phrases.py`; the facts of an errand are drawn for the message,
so they can only be read. `tone.py` and `critique.py` use them.
"""

from workbook.town.texts.customer_phrases import Topic
from workbook.town.writer import Phrases

SPOTS = (
    "on the shelf behind the door", "in the box under the counter", "on the chair by the window",
    "in the left drawer of the desk", "on the hook next to the clock", "in the blue cupboard",
    "on the bench in the hall", "in the basket at the top of the stairs", "on the back table",
    "behind the umbrella stand", "in the safe", "in the room with the green door",
    "on the rack by the stove", "under the stairs", "in the old trunk", "on the sill by the plants",
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
            "Did {a_lost} turn up at the {place}? It is mine. Where can I find it?",
            "I cannot find my {lost} any more. It must be at the {place}. Where is it?",
            "I put my {lost} down for one minute and forgot it. Where is it?",
            "Where do you keep lost things? I am missing my {lost}.",
        ),
        Phrases(
            "the {lost} lies {spot}", "{a_lost} was found and is now {spot}",
            "somebody has put the {lost} away, and it is {spot}",
        ),
        Phrases(
            "your {lost} lies {spot}", "it is {spot}", "you will find it {spot}",
            "we have put the {lost} away, and it is {spot}", "the {lost} is waiting {spot}",
            "somebody left it {spot}",
        ),
        Phrases("where the {lost} is", "where to look for the {lost}"),
    ),
    Topic("late parcel", "Post Office", "weekday",
        Phrases(
            "My parcel has still not come. When will it be here?",
            "I have waited two weeks for a parcel. On which day does it come?",
            "The {place} has sent me nothing yet. When will my parcel arrive?",
            "You promised me a parcel long ago. When does it come?",
            "My letter box is empty again. On what day will I get my parcel?",
            "My mother sent a parcel that never came. When can I have it?",
        ),
        Phrases(
            "the parcel comes on {weekday}", "the parcel is on the boat that arrives on {weekday}",
            "the parcel will be there on {weekday}",
        ),
        Phrases(
            "your parcel comes on {weekday}", "it will be there on {weekday}",
            "you will have it on {weekday}", "the parcel is on its way and comes on {weekday}",
            "the carrier brings it on {weekday}", "it arrives on {weekday}",
        ),
        Phrases("when the parcel will come", "on which day the parcel arrives"),
    ),
    Topic("table", "Tea House", "time",
        Phrases(
            "I need a table for {people}. At what time is one free?",
            "We are {people} hungry friends. When have you got a table for us?",
            "A table for {people} at the {place} is all I want. When can we come?",
            "I want to eat at the {place} with my family, {people} of us. When is there room?",
            "Last time there was no table for us. When can {people} people sit down?",
            "When have you got room for a party of {people}?",
        ),
        Phrases(
            "a table for {people} is free at {time}", "there is room for {people} at {time}",
            "a big enough table becomes free at {time}",
        ),
        Phrases(
            "a table for {people} is free at {time}", "we have room for {people} at {time}",
            "you can sit down at {time}", "there is a table for you at {time}",
            "the table by the wall is yours at {time}", "you can come at {time}",
        ),
        Phrases("when a table for {people} is free", "at what time there is room for {people}"),
    ),
    Topic("repair", "Workshop", "weekday",
        Phrases(
            "I left my {mended} with you for repair. When will it be ready?",
            "My {mended} has been at the {place} for a month. When can I have it back?",
            "Is my {mended} mended? On which day can I fetch it?",
            "I need my {mended} again. When is it done?",
            "You said that you would mend my {mended} at once. When is it ready?",
            "When will the {place} be done with my {mended}?",
        ),
        Phrases(
            "the {mended} will be ready on {weekday}", "the {mended} is mended by {weekday}",
            "the {mended} needs a new part and is ready on {weekday}",
        ),
        Phrases(
            "your {mended} will be ready on {weekday}", "it is done on {weekday}",
            "you can fetch it on {weekday}", "we finish the {mended} on {weekday}",
            "it will stand on the counter on {weekday}", "you will have it back on {weekday}",
        ),
        Phrases("when the {mended} will be ready", "on which day the {mended} is done"),
    ),
    Topic("cost of repair", "Forge", "sum",
        Phrases(
            "What does it cost to mend my {mended}?",
            "My {mended} is broken. What will you charge?",
            "I want my {mended} mended at the {place}. What is the price?",
            "How much must I pay for my {mended}? It only needs one screw.",
            "You have my {mended}, but you never named a price. What is it?",
            "A repair must not cost more than my {mended} is worth. What will it be?",
        ),
        Phrases(
            "mending the {mended} costs {sum}", "the repair of the {mended} costs {sum}",
            "the price for the {mended} is {sum}",
        ),
        Phrases(
            "mending it costs {sum}", "the repair of your {mended} costs {sum}",
            "we charge {sum} for it", "the price is {sum}", "you pay {sum} when it is done",
            "that will be {sum}",
        ),
        Phrases("what it costs to mend the {mended}", "how much the repair of the {mended} is"),
    ),
    Topic("class", "School", "time",
        Phrases(
            "When does the {hobby} class begin?", "I want to join the {hobby} class. When is it?",
            "My brother is in the {hobby} class at the {place}. At what time must he be there?",
            "I came for the {hobby} class and found an empty room. When does it begin?",
            "The paper on your door says nothing about the {hobby} class. When is it?",
            "At what time do you teach {hobby}?",
        ),
        Phrases(
            "the {hobby} class begins at {time}", "the {hobby} class at the {place} is at {time}",
            "{hobby} is taught at {time}",
        ),
        Phrases(
            "the {hobby} class begins at {time}", "it begins at {time}", "we start at {time}",
            "you should be there at {time}", "the teacher comes at {time}",
            "the class is at {time}",
        ),
        Phrases("when the {hobby} class begins", "at what time the {hobby} class is"),
    ),
    Topic("tickets left", "ticket", "count",
        Phrases(
            "How many tickets are left for the {event}?",
            "I want to take my friends to the {event}. How many tickets have you got?",
            "Is the {event} sold out? How many tickets are there?",
            "I need tickets for the {event}. How many can I have?",
            "Everybody talks about the {event}. How many tickets are there still?",
            "My club wants to go to the {event}. How many tickets are left?",
        ),
        Phrases(
            "{count} are left for the {event}",
            "the {event} still has {count}", "there are {count} for the {event}",
        ),
        Phrases(
            "{count} are left", "we have {count} for the {event}",
            "there are still {count}", "you can have up to {count}",
            "the box holds {count}", "{count} are in the drawer",
        ),
        Phrases(
            "how many tickets are left for the {event}",
            "how many tickets for the {event} there are",
        ),
    ),
    Topic("seat", "ticket", "row",
        Phrases(
            "Where do I sit at the {event}?",
            "My ticket for the {event} got wet. Which row is mine?",
            "I have a ticket for the {event} with no row on it. Where is my seat?",
            "In which row did you put me for the {event}?",
            "Last time I sat behind a pillar. Which row have I got at the {event}?",
            "I am bringing my grandfather to the {event}. Which row is ours?",
        ),
        Phrases(
            "the seat at the {event} is in {row}", "{row} is kept for this customer",
            "this guest of the {event} sits in {row}",
        ),
        Phrases(
            "your seat is in {row}", "you sit in {row}", "we have kept {row} for you",
            "it is {row}", "you are in {row}", "the chair with your name is in {row}",
        ),
        Phrases("which row the seat at the {event} is in", "where to sit at the {event}"),
    ),
)  # fmt: skip
