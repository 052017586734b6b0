"""Dialogue scenarios of strangers in town: the way, sights, rooms, meals, events, introductions.

Each scenario is one function that draws slots and one `Scenario` with turns and summaries.
Boats, trains and trips are in `scenarios_journeys.py`; `SCENARIOS` here holds both. Left out:
greetings and thanks, which `dialogues.py` adds. Lesson 08 fine-tunes a model to write these
summaries.
"""

from workbook.town.entities import TOWN_NAME
from workbook.town.texts.dialogues.scenario import Scenario, said, third, two
from workbook.town.texts.dialogues.scenarios_journeys import SCENARIOS as JOURNEYS
from workbook.town.writer import Phrases, Writer, an, hour, money

_LANDMARKS = (
    "the stone lion", "the yellow windmill", "the dry fountain", "the crooked chimney",
    "the old walnut tree", "the water tower", "the cannon", "the iron bridge", "the blue gate",
    "the stone cross", "the sundial", "the statue of a heron",
)  # fmt: skip
_VIEWS = (
    "a view of the sea", "a balcony", "a stove", "a quiet courtyard", "a bathtub", "a soft bed",
    "a writing desk", "a big window", "a view of the hills", "a wardrobe",
)  # fmt: skip
_AVOIDS = ("meat", "nuts", "milk", "eggs", "fish", "onions", "garlic", "mushrooms", "pepper",
           "sugar", "wheat", "cheese", "celery", "mustard")  # fmt: skip
_MEALS = (
    "rice with peas", "a baked apple", "potato cakes", "a pear salad", "stuffed peppers",
    "a clear broth", "buckwheat dumplings", "a plate of grilled carrots", "bean stew",
    "a bowl of porridge", "spinach rolls", "beetroot soup",
)  # fmt: skip


def _way(writer: Writer, cast: dict) -> dict:
    place = writer.place()
    side, wrong = two(writer, ("left", "right"))
    street = writer.pick([s for s in writer.town.streets if s != place.street])
    writer.fact(place.name, "street", place.street)
    writer.fact(place.name, "known for", place.known_for)
    return {
        "place": place.name, "street": place.street, "via": street, "mark": writer.pick(_LANDMARKS),
        "side": side, "said": said(writer, side, wrong), "known": place.known_for,
        "minutes": writer.source.integer(2, 25),
    }  # fmt: skip


def _sights(writer: Writer, cast: dict) -> dict:
    first, second = two(writer, writer.town.among("places", writer.split))
    hours = writer.source.integer(2, 6)
    for place in (first, second):
        writer.fact(place.name, "known for", place.known_for)
    writer.fact(second.name, "closes", hour(second.closes))
    return {
        "place": first.name, "known": first.known_for, "place2": second.name,
        "known2": second.known_for, "closes": hour(second.closes), "hours": hours,
        "town": TOWN_NAME,
        "said": said(writer, hour(second.closes), hour(second.closes + 1)),
    }  # fmt: skip


def _room(writer: Writer, cast: dict) -> dict:
    nights, wrong = two(writer, tuple(range(2, 10)))
    view, floor = writer.pick(_VIEWS), writer.pick(("first", "second", "third", "top"))
    price = money(writer.source.integer(12, 60) * 50)
    writer.fact(cast["a"], "stays", f"{nights} nights")
    writer.fact("room", "price", price)
    return {
        "nights": nights, "said": said(writer, nights, wrong), "view": view, "floor": floor,
        "price": price, "early": hour(writer.source.integer(6, 9)),
        "guests": writer.pick(("alone", "with a sister", "with two children", "with a big dog")),
    }  # fmt: skip


def _diet(writer: Writer, cast: dict) -> dict:
    avoid, wrong = two(writer, _AVOIDS)
    meal, time = writer.pick(_MEALS), hour(writer.source.integer(17, 21))
    guest = third(writer)
    writer.fact(guest["c"], "does not eat", avoid)
    writer.fact(guest["c"], "gets", meal)
    return guest | {
        "avoid": avoid, "said": said(writer, avoid, wrong), "meal": meal, "time": time,
        "seats": writer.source.integer(2, 9),
    }  # fmt: skip


def _introduce(writer: Writer, cast: dict) -> dict:
    a, b = writer.visitor(), writer.visitor()
    days = writer.source.integer(2, 20)
    for speaker, facts in ((cast["a"], a), (cast["b"], b)):
        writer.fact(speaker, "home", facts.home)
        writer.fact(speaker, "job", facts.job)
    writer.fact(cast["a"], "hobby", a.hobby)
    return {
        "place": a.home, "place2": b.home, "job": an(a.job), "job2": an(b.job), "hobby": a.hobby,
        "hobby2": b.hobby, "days": days, "said": said(writer, a.home, writer.visitor().home),
        "town": TOWN_NAME,
    }  # fmt: skip


def _event(writer: Writer, cast: dict) -> dict:
    event = writer.event()
    place = writer.town.places[event.place].name
    date, fee = f"{event.day} {event.month}", money(event.fee)
    wrong = hour(event.hour + writer.pick((-1, 1)))
    writer.fact(event.name, "place", place)
    writer.fact(event.name, "date", date)
    writer.fact(event.name, "hour", hour(event.hour))
    writer.fact(event.name, "fee", fee)
    return {
        "event": event.name, "place": place, "date": date, "time": hour(event.hour), "fee": fee,
        "said": said(writer, hour(event.hour), wrong), "since": event.first_year,
    }  # fmt: skip


# fmt: off
SCENARIOS = (
    Scenario("the_way", _way, (
        ("A", Phrases(
            "Excuse me, how do I get to the {place}?", "Could you tell me the way to the {place}?",
            "I am lost. Where is the {place}, please?", "I am looking for the {place}. Is it far?",
            "Pardon me, is this the way to the {place}?", "Which road goes to the {place}?")),
        ("B", Phrases(
            "Go down {via} as far as {mark}.", "Walk along {via} until you see {mark}.",
            "Take {via}. After a while you come to {mark}.", "First follow {via} to {mark}.",
            "Keep to {via} until you reach {mark}.", "Start in {via} and look for {mark}.")),
        ("A", Phrases("And what comes after that?", "I can find that. And then?",
                      "Which way do I turn there?", "Where do I go from there?")),
        ("B", Phrases("Turn {said}. The {place} is in {street}.",
                      "Turn {said} there, into {street}.",
                      "It is in {street}. Turn {said}.", "You want {street}, so turn {said}.")),
        ("A", Phrases("How long will it take?", "Is it a long walk?", "Can I walk that far?",
                      "How long must I walk?")),
        ("B", Phrases("About {minutes} minutes. Everybody there loves {known}.",
                      "Only {minutes} minutes. You should see {known}.",
                      "{minutes} minutes on foot. Do not miss {known}.",
                      "It takes {minutes} minutes. The place is famous for {known}.")),
    ), Phrases(
        "{a} asks {b} the way to the {place} in {street}. {A_They} should follow {via} to {mark} "
        "and turn {side} there, which takes {minutes} minutes.",
        "{b} tells {a} the way to the {place} in {street}: {a_they} should follow {via} to {mark} "
        "and turn {side}. The walk takes {minutes} minutes.",
        "{a} is looking for the {place} in {street}. {b} tells {a_them} to follow {via} to {mark} "
        "and turn {side} there, which takes {minutes} minutes.")),
    Scenario("what_to_see", _sights, (
        ("A", Phrases("I have {hours} hours in {town}. What should I see?",
                      "What can a stranger see here in {hours} hours?",
                      "My boat leaves in {hours} hours. What is worth a visit?",
                      "Can you recommend something? I am here for {hours} hours.")),
        ("B", Phrases("You must go to the {place}. It is known for {known}.",
                      "Everybody visits the {place} because of {known}.",
                      "I would begin at the {place}. People love {known}.",
                      "Try the {place}. We are all proud of {known}.",
                      "There is the {place}, known for {known}.",
                      "Start with the {place} and enjoy {known}.")),
        ("A?", Phrases("That sounds charming.", "I have read about that.", "How curious!",
                       "My friends told me about it.")),
        ("A", Phrases("And after that?", "Is there anything else?", "What could I do next?",
                      "And what if it rains?")),
        ("B", Phrases("Then see the {place2} with {known2}.",
                      "After that, the {place2} with {known2}.",
                      "Walk on to the {place2}. People love {known2}.",
                      "I also like the {place2} and {known2}.",
                      "Do not miss the {place2}. It is famous for {known2}.",
                      "Go to the {place2}, which is loved for {known2}.")),
        ("A", Phrases("How late is it open?", "When does it close?", "Does it stay open late?",
                      "I hope that it will still be open.")),
        ("B", Phrases("They close at {said}.", "It closes at {said}.",
                      "You have time until {said}.",
                      "The doors are open until {said}.")),
    ), Phrases(
        "{a} has {hours} hours to see the town. {b} recommends the {place} for {known} and then "
        "the {place2} for {known2}, which closes at {closes}.",
        "{a} asks what to see in {hours} hours. {b} recommends the {place}, known for {known}, and "
        "then the {place2} for {known2}, which closes at {closes}.",
        "{b} tells {a}, who has {hours} hours, to see the {place} for {known} and then the "
        "{place2} for {known2}. The second one closes at {closes}.")),
    Scenario("room_for_the_night", _room, (
        ("A", Phrases("Have you got a free room? I am here {guests}.",
                      "I need a room, please. I have come {guests}.",
                      "Is there a room for the night? I am {guests}.",
                      "Do you have a room? I am travelling {guests}.")),
        ("B", Phrases("Yes. How many nights will you stay?", "I think so. For how many nights?",
                      "You are lucky. How long is it for?",
                      "Of course. How long will you be here?")),
        ("A", Phrases("I will stay {said} nights.", "For {said} nights, please.",
                      "I am in town for {said} nights.", "I need it for {said} nights.")),
        ("B", Phrases("There is one on the {floor} floor with {view}.",
                      "You can have one on the {floor} floor, with {view}.",
                      "I have one with {view}, on the {floor} floor.",
                      "The one on the {floor} floor has {view}.",
                      "I can offer {view}, but on the {floor} floor.",
                      "My best room is on the {floor} floor and has {view}.")),
        ("A", Phrases("That sounds lovely. What does it cost?", "How much is it a night?",
                      "And the price?", "I hope I can pay for it. How much is it?")),
        ("B", Phrases("{price} a night. Breakfast is at {early}.",
                      "It costs {price} a night, with breakfast at {early}.",
                      "I ask {price} a night. We serve breakfast at {early}.",
                      "A night is {price}. There is warm bread at {early}.")),
        ("A", Phrases("I will take it.", "Good, here is my bag.", "That is fair. May I see it?",
                      "Then I can finally take off my boots.")),
    ), Phrases(
        "{a}, who is travelling {guests}, takes a room for {nights} nights from {b}. It is on the "
        "{floor} floor with {view} and costs {price} a night, with breakfast at {early}.",
        "{a} is travelling {guests} and takes a room for {nights} nights from {b}. It has {view}, "
        "is on the {floor} floor and costs {price} a night, with breakfast at {early}.",
        "{b} has a room for {a}, who is travelling {guests}, for {nights} nights. It is on the "
        "{floor} floor with {view} and costs {price} a night; breakfast is at {early}.")),
    Scenario("guest_diet", _diet, (
        ("A", Phrases("I would like a table for {seats} at {time}.",
                      "Could we eat here at {time}? We are {seats}.",
                      "Please keep a table at {time} for {seats} of us.",
                      "We are {seats} people and would come at {time}.")),
        ("B", Phrases("Gladly. Does anybody have a special wish?",
                      "Yes. Do all of you eat everything?",
                      "Noted. Is there anything the cook should know?",
                      "With pleasure. Is there something you do not like?")),
        ("A", Phrases("My friend {c} never eats this: {said}.", "{c} gets a rash from {said}.",
                      "One guest, {c}, feels ill after {said}.", "{c} must not have any {said}.",
                      "Yes, {c} cannot eat {said}.", "There is {c}, who cannot stand {said}.")),
        ("B", Phrases("Then {c_they} could have {meal}.", "Our cook will make {meal} for {c_them}.",
                      "No trouble. How about {meal}?", "We can offer {c_them} {meal}.",
                      "We like to serve {meal}.", "In that case I suggest {meal}.")),
        ("A", Phrases("{C_They} will love that.", "That is very kind.", "A good idea, yes please.",
                      "Then everybody will be happy.")),
    ), Phrases(
        "{a} asks {b} for a table for {seats} at {time}. {c} does not eat {avoid}, so {c_they} "
        "will have {meal}.",
        "{a} books a table for {seats} at {time} with {b}. {c} cannot eat {avoid}, so {c_they} "
        "will have {meal}.",
        "{b} keeps a table for {seats} at {time} for {a}. {c} cannot eat {avoid}, so {c_they} will "
        "get {meal}.")),
    Scenario("introduction", _introduce, (
        ("A", Phrases("Is this seat free? I do not know anybody here.",
                      "May I sit with you? I am new in {town}.",
                      "I am a stranger here. May I join you?",
                      "What a full room! Is that chair taken?")),
        ("B", Phrases("Please sit down. Where do you come from?", "It is free. Where is your home?",
                      "You are welcome here. Where are you from?", "Do! Have you come far?")),
        ("A", Phrases("My home is {said}.", "I come from {said}.", "I was born in {said}.",
                      "I have a little house in {said}.")),
        ("A", Phrases("At home I work as {job}.", "I am {job} there.", "I earn my living as {job}.",
                      "They know me there as {job}.", "I have been {job} for years.",
                      "By trade I am {job}.")),
        ("B", Phrases("I am {job2} and come from {place2}.", "And I am {job2} from {place2}.",
                      "I left {place2} to be {job2} here.",
                      "I grew up in {place2} and became {job2}.")),
        ("A", Phrases("And what do you like to do?", "Do you have a hobby?",
                      "How do you spend your evenings?", "What do you enjoy most?")),
        ("B", Phrases("I love {hobby2}. And you?", "Mostly {hobby2}. What about you?",
                      "My hobby is {hobby2}. What is yours?", "I am mad about {hobby2}. Are you?")),
        ("A", Phrases("I prefer {hobby}. I am here for {days} days.",
                      "For me it is {hobby}. I have {days} days here for that.",
                      "I like {hobby} best. My holiday lasts {days} days.",
                      "I only think of {hobby}, even on these {days} days here.")),
    ), Phrases(
        "{a}, {job} from {place} who likes {hobby}, meets {b}, {job2} from {place2} who likes "
        "{hobby2}. {a} is staying for {days} days.",
        "{a} gets to know {b}. {a} is {job} from {place} who likes {hobby} and stays for {days} "
        "days; {b} is {job2} from {place2} who likes {hobby2}.",
        "{a} and {b} meet: {a} is {job} from {place}, likes {hobby} and stays for {days} days, and "
        "{b} is {job2} from {place2} who likes {hobby2}.")),
    Scenario("event_question", _event, (
        ("A", Phrases("Can you tell me about the {event}?", "What do you know about the {event}?",
                      "I have seen a poster for the {event}.", "Is the {event} worth a visit?",
                      "Somebody told me to go to the {event}.",
                      "Have you ever been to the {event}?")),
        ("B", Phrases("Oh yes! It has been held since {since}.", "We have had it since {since}.",
                      "You should go. The first one was in {since}.",
                      "Many times. It began in {since}.")),
        ("A", Phrases("When and where is it?", "On which day? And where?",
                      "Where do I have to go, and when?",
                      "Tell me the place and the day.")),
        ("B", Phrases("It is at the {place} on {date}.", "They hold it at the {place}, on {date}.",
                      "On {date}, at the {place}.", "You have to be at the {place} on {date}.",
                      "Every year on {date} at the {place}.", "Come to the {place} on {date}.")),
        ("A", Phrases("Do I have to come early?", "At what hour is it?", "And when does it begin?",
                      "What time does it start?")),
        ("B", Phrases("It begins at {said}.", "They start at {said}.", "The bell rings at {said}.",
                      "Be there at {said}.")),
        ("A", Phrases("What is the fee?", "How much must I pay?", "Do I have to pay for it?",
                      "And what does it cost?")),
        ("B", Phrases("You pay {fee}.", "It costs {fee}.", "They ask for {fee} at the door.",
                      "Visitors pay {fee}, like all of us.")),
    ), Phrases(
        "{a} asks {b} about the {event}. It takes place at the {place} on {date} at {time} and "
        "costs {fee}.",
        "{b} tells {a} about the {event}, which takes place at the {place} on {date} at {time}. It "
        "costs {fee}.",
        "{a} wants to visit the {event}. {b} says that it takes place at the {place} on {date} at "
        "{time} and costs {fee}.")),
) + JOURNEYS
# fmt: on
