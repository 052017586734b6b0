"""The errands behind the messages of `extraction.py`: which facts, in which words.

Data only: an errand names the facts that its message states and the phrasings that state them.
The drawing, the request and the answer are in `extraction.py`.
"""

from dataclasses import dataclass

from workbook.town.writer import Phrases


@dataclass(frozen=True)
class Errand:
    """One sort of message: the fields it states besides the name, and its sentences in order."""

    fields: tuple[str, ...]
    parts: tuple[Phrases, ...]


GREETINGS = Phrases(
    "Good morning.", "Hello there.", "Good morning, friends.", "Good evening to you all.", "Hello.",
    "A quick note.", "Please read this.", "News from the front desk.", "Good day.",
    "One more note for the book.",
)  # fmt: skip

ENDINGS = Phrases(
    "Thank you for your help.", "Please do not forget.", "Many thanks.", "Please write it down.",
    "I hope this is clear.", "The kettle is on if you have questions.", "It looks like rain again.",
    "Please tell the others too.", "That is all for today.", "Please answer soon.",
)  # fmt: skip

COLOURED = (
    "umbrella", "scarf", "suitcase", "glove", "hat", "notebook", "purse", "coat", "basket",
    "teapot", "bicycle", "key ring", "fan", "cushion", "lantern", "boot", "handkerchief", "comb",
    "ribbon", "wallet", "flute", "walking stick", "mitten", "rucksack", "music box",
)  # fmt: skip

TASTES = (
    "onion soup", "fish stew", "mushroom pie", "pea soup", "roast goose", "apple pudding",
    "barley broth", "fried herring", "cheese dumplings", "cherry cake", "potato salad",
    "leek tart", "lentil stew", "baked pears", "oat pancakes", "pumpkin soup",
)  # fmt: skip

WHO = Phrases(
    "This is about {name}.",
    "The name is {name}.",
    "A visitor called {name} came in today.",
    "Today I spoke with {name}.",
    "{name} knocked at the door this morning.",
    "I have just met {name}.",
    "A note from {name} lies on my desk.",
    "{name} stopped me in the street.",
)

ERRANDS = (
    Errand(
        ("product", "price", "day", "street"),
        (
            WHO,
            Phrases(
                "{They} is ordering the {product} for {price}.",
                "{They} would like the {product} and pays {price}.",
                "The order is for the {product}, and the price is {price}.",
                "{price} has already been paid for the {product}.",
                "{They} has paid {price} for the {product}.",
                "The {product} goes to {them} for {price}.",
            ),
            Phrases(
                "Please bring it to {street} on {day}.",
                "It must reach {street} on {day}.",
                "On {day} somebody will wait for it in {street}.",
                "Carry it to {street} on {day}, please.",
                "The parcel goes to {street} on {day}.",
                "{street} is the address, and {day} is the day.",
            ),
        ),
    ),
    Errand(
        ("place", "people", "day", "time"),
        (
            Phrases(
                "{name} would like to be shown around the {place}.",
                "{name} wants to see the {place} from the inside.",
                "Please show {name} around the {place}.",
                "A tour of the {place} has been booked by {name}.",
                "At the {place} somebody must be free for {name}.",
                "Put {name} down for a tour of the {place}.",
            ),
            Phrases(
                "There will be {people} guests.",
                "The tour is for {people}.",
                "{people} curious people will come.",
                "{They} is bringing friends, {people} people in all.",
                "It is a group of {people}.",
                "Count on {people} guests in all.",
            ),
            Phrases(
                "They arrive on {day} at {time}.",
                "Expect them at {time} on {day}.",
                "The tour begins on {day} at {time}.",
                "On {day} they will be there at {time}.",
                "{day} at {time} would suit them well.",
                "It is planned for {day} at {time}.",
            ),
        ),
    ),
    Errand(
        ("thing", "place", "date"),
        (
            Phrases(
                "{name} has lost {a_thing}.",
                "Has anybody seen {a_thing} that belongs to {name}?",
                "{name} is looking for {a_thing}.",
                "Somewhere in town {name} lost {a_thing}.",
                "{name} came in without {a_thing} and was quite upset.",
                "{name} is missing {a_thing}.",
            ),
            Phrases(
                "It was last seen near the {place} on {date}.",
                "It was left at the {place} on {date}.",
                "On {date} it was still on a bench near the {place}.",
                "It must have been lost at the {place} on {date}.",
                "{They} had it on {date} at the {place}.",
                "On {date} it was lying on a chair at the {place}.",
            ),
            Phrases(
                "It is dear to {them}.",
                "{They} will be glad to have it back.",
                "The person who finds it gets a cake.",
                "It was a present from {their} aunt.",
                "The lining has a small hole.",
                "Please look under the benches.",
                "A reward waits for the honest finder.",
                "{They} would be happy to see it again.",
            ),
        ),
    ),
    Errand(
        ("event", "day", "time", "price"),
        (
            Phrases(
                "{name} invites you to the {event}.",
                "{name} asks you to come to the {event}.",
                "Will you come to the {event} with {name}?",
                "{name} has two seats for the {event}.",
                "{name} would like to take you to the {event}.",
                "At the {event} {name} hopes to see you.",
            ),
            Phrases(
                "You will meet on {day} at {time}.",
                "Please be ready on {day} at {time}.",
                "The bell rings at {time} on {day}.",
                "On {day} at {time} the doors open.",
                "{time} on {day} is the time to be there.",
                "Keep {day} free from {time} on.",
            ),
            Phrases(
                "A seat costs {price}.",
                "The ticket is {price}.",
                "You pay {price} at the door.",
                "Bring {price} for your seat.",
                "They charge {price} for one seat.",
                "Entry costs {price}.",
            ),
        ),
    ),
    Errand(
        ("home", "nights", "date", "price"),
        (
            Phrases(
                "{name} from {home} is asking for a room.",
                "We need a room for {name} from {home}.",
                "{name} writes from {home} and needs a bed.",
                "{name} is coming from {home} and needs a room.",
                "{name} is travelling here from {home} and wants a quiet room.",
                "{name} lives in {home} and would like to stay with us.",
            ),
            Phrases(
                "{They} arrives on {date} and stays for {nights} nights.",
                "The room is for {nights} nights from {date} on.",
                "From {date} on {they} needs it for {nights} nights.",
                "{They} comes on {date} and leaves after {nights} nights.",
                "Keep it for {nights} nights, beginning on {date}.",
                "We expect {them} on {date} for {nights} nights.",
            ),
            Phrases(
                "A night may cost {price} at most.",
                "{They} will pay {price} a night.",
                "We agreed on {price} for each night.",
                "The price of a night is {price}.",
                "For one night we charge {price}.",
                "Each night costs {them} {price}.",
            ),
        ),
    ),
    Errand(
        ("place", "date", "time"),
        (
            Phrases(
                "{name} starts work at the {place}.",
                "The {place} has taken on {name}.",
                "A new face will be seen at the {place}: {name}.",
                "{name} will help out at the {place}.",
                "At the {place} they have found a job for {name}.",
                "The {place} is giving {name} a chance.",
            ),
            Phrases(
                "The first day is {date}.",
                "It all begins on {date}.",
                "From {date} on {they} is one of the staff.",
                "{They} comes for the first time on {date}.",
                "The work begins on {date}.",
                "{date} is {their} first day.",
            ),
            Phrases(
                "{They} must be there at {time}.",
                "The shift starts at {time}.",
                "Somebody should open the side door for {them} at {time}.",
                "At {time} the others will show {them} everything.",
                "Work starts at {time} sharp.",
                "{Their} day there begins at {time}.",
            ),
        ),
    ),
    Errand(
        ("friend", "place", "day", "time"),
        (
            Phrases(
                "{name} wants to meet {friend}.",
                "{name} hopes to see {friend} this week.",
                "Please tell {friend} that {name} is in town.",
                "{friend} should know that {name} has arrived.",
                "{name} has a letter for {friend}.",
                "Could you bring {name} and {friend} together?",
            ),
            Phrases(
                "They could meet at the {place} on {day}.",
                "On {day} they might sit down together at the {place}.",
                "The {place} would be a good spot on {day}.",
                "Let it be {day} at the {place}.",
                "It could be at the {place}, and {day} is best.",
                "{day} suits both, and the {place} is near.",
            ),
            Phrases(
                "Please come at {time}.",
                "The best hour is {time}.",
                "They have time from {time} on.",
                "At {time} the room is quiet.",
                "Let us say {time}.",
                "{time} is early enough.",
            ),
        ),
    ),
    Errand(
        ("food", "people", "street", "house"),
        (
            WHO,
            Phrases(
                "{They} wants {food} for {people} people.",
                "Please cook {food} for {people}.",
                "{people} people would like {food}.",
                "We need {food} for a party of {people}.",
                "An order of {food} for {people} people has come in.",
                "{They} has invited {people} guests and asks for {food}.",
            ),
            Phrases(
                "Bring it to number {house}, {street}.",
                "The door is number {house} in {street}.",
                "The guests will be in {street}, at number {house}.",
                "{They} lives at number {house} in {street}.",
                "Ring at number {house} in {street}.",
                "It goes to {street}, number {house}.",
            ),
        ),
    ),
    Errand(
        ("friend", "day", "time", "price"),
        (
            Phrases(
                "{name} would like to learn the fiddle from {friend}.",
                "{friend} will give fiddle lessons to {name}.",
                "{name} has asked {friend} for a fiddle lesson.",
                "The fiddle teacher of {name} will be {friend}.",
                "{name} takes up the fiddle with {friend}.",
                "{friend} has promised to teach {name} the fiddle.",
            ),
            Phrases(
                "They begin on {day} at {time}.",
                "The first lesson is on {day} at {time}.",
                "Every {day} at {time} they practise together.",
                "{day} at {time} is their hour.",
                "They have agreed on {day} at {time}.",
                "The bow is lifted for the first time on {day} at {time}.",
            ),
            Phrases(
                "An hour costs {price}.",
                "The teacher charges {price} for an hour.",
                "{price} must be paid each time.",
                "They settled on {price} for one lesson.",
                "One lesson costs {price}.",
                "At {price} an hour it is a good offer.",
            ),
        ),
    ),
)
