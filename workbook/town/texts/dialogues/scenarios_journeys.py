"""Dialogue scenarios of journeys: stations, hired boats, islands, ferries, suitcases, presents.

Each scenario is one function that draws slots and one `Scenario` with turns and summaries.
`scenarios_visits.py` appends them to its own. Left out: greetings and thanks, which
`dialogues.py` adds. Lesson 08 fine-tunes a model to write these summaries.
"""

from workbook.town.texts.dialogues.scenario import (
    Scenario,
    meeting_place,
    person_slots,
    said,
    third,
    two,
)
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, clock, hour, money

_SIGNS = (
    "a yellow umbrella", "a straw basket", "a sleeping baby", "a bunch of tulips", "a green scarf",
    "a tall feather hat", "a guitar case", "a checked coat", "a birdcage", "a rolled map",
)  # fmt: skip
_SPOTS = ("under the big clock", "beside the kiosk", "at the ticket window", "next to the barrier",
          "by the water pump", "on the long bench", "at the foot of the stairs")  # fmt: skip
_BOATS = ("rowing boat", "canoe", "kayak", "pedal boat", "sailing boat", "dinghy", "punt",
          "motor boat", "catamaran")  # fmt: skip
_RULES = (
    "wear the life jackets", "stay inside the bay", "keep away from the rocks", "carry a whistle",
    "keep clear of the ferry", "sit still", "come back before the fog", "clean it afterwards",
)  # fmt: skip
_WEATHER = ("fog", "rain", "hail", "thunder", "snow", "sleet", "drizzle", "strong winds")
_FINE = ("sunny", "clear", "warm", "calm", "dry", "bright", "mild")
_ISLANDS = ("Heron Rock", "Seal Island", "Bell Island", "Goat Rock", "Thyme Island", "Egg Island",
            "Puffin Rock", "Driftwood Bank")  # fmt: skip
_FOOD = (
    "cheese rolls", "boiled eggs", "cold pancakes", "cucumber sandwiches", "ham pies", "grapes",
    "dried figs", "sausages", "peach juice", "tomato tarts", "smoked trout", "nut biscuits",
)  # fmt: skip
_PACKED = (
    "three pairs of socks", "a bag of walnuts", "a flute", "a striped dressing gown", "a cookbook",
    "a jar of mustard", "a wig", "a chess board", "a wool blanket", "a stuffed owl", "tap shoes",
    "a bundle of letters",
)  # fmt: skip
_FESTIVE = ("a brass band", "a long table in the garden", "a boat trip", "a dance in the barn",
            "a puppet show", "a choir of children", "a walk by torchlight",
            "fireworks")  # fmt: skip


def _station(writer: Writer, cast: dict) -> dict:
    minutes = writer.source.integer(84, 260) * 5
    wrong = minutes + writer.pick((-60, -30, 30, 60))
    sign, spot, place = writer.pick(_SIGNS), writer.pick(_SPOTS), writer.visitor().home
    writer.fact(cast["a"], "arrives", clock(minutes))
    writer.fact(cast["a"], "comes from", place)
    return {
        "time": clock(minutes), "said": said(writer, clock(minutes), clock(wrong)),
        "sign": sign, "spot": spot, "place": place, **third(writer),
    }  # fmt: skip


def _hire(writer: Writer, cast: dict) -> dict:
    hours, wrong = two(writer, tuple(range(2, 9)))
    boat, place, rule = writer.pick(_BOATS), meeting_place(writer).name, writer.pick(_RULES)
    price = writer.source.integer(3, 24) * 50
    writer.fact(boat, "price", money(price * hours))
    writer.fact(boat, "place", place)
    return {
        "boat": an(boat), "hours": hours, "said": said(writer, hours, wrong), "place": place,
        "each": money(price), "sum": money(price * hours), "rule": rule,
        "colour": writer.pick(COLOURS),
    }  # fmt: skip


def _island(writer: Writer, cast: dict) -> dict:
    first, second = two(writer, WEEKDAYS)
    mine, yours = two(writer, _FOOD)
    island, bad, fine = writer.pick(_ISLANDS), writer.pick(_WEATHER), writer.pick(_FINE)
    writer.fact(cast["a"], "brings", mine)
    writer.fact(cast["b"], "brings", yours)
    writer.fact("trip", "weekday", second)
    return {
        "place": island, "first": first, "day": second, "bad": bad, "fine": fine, "mine": mine,
        "yours": yours, "said": said(writer, mine, writer.pick(_FOOD)),
        "time": hour(writer.source.integer(7, 12)),
    }  # fmt: skip


def _last_ferry(writer: Writer, cast: dict) -> dict:
    boats = [d for d in writer.town.departures if d.vehicle == "ferry"]
    trip = writer.pick(boats)
    last = max((d for d in boats if d.line == trip.line), key=lambda d: d.leaves)
    leaves, fare = clock(last.leaves), money(last.fare)
    writer.fact(last.line, "last departure", leaves)
    writer.fact(last.line, "fare", fare)
    return {
        "line": last.line, "origin": last.origin, "place": last.destination, "time": leaves,
        "said": said(writer, leaves, clock(last.leaves + 20)), "fare": fare, "takes": last.takes,
        **third(writer),
    }  # fmt: skip


def _suitcase(writer: Writer, cast: dict) -> dict:
    colour, wrong = two(writer, COLOURS)
    packed, street, place = writer.pick(_PACKED), writer.pick(writer.town.streets), writer.visitor()
    writer.fact("suitcase", "colour", colour)
    writer.fact(cast["a"], "stays in", street)
    slots = {"place": place.home, "one": an(f"{colour} suitcase")}
    return slots | {
        "said": said(writer, colour, wrong), "packed": packed, "street": street,
        "house": writer.source.integer(1, 60), "day": writer.pick(WEEKDAYS),
    }  # fmt: skip


def _souvenir(writer: Writer, cast: dict) -> dict:
    product = writer.product()
    shop, price = writer.town.places[product.seller], money(product.price)
    writer.fact(product.name, "price", price)
    writer.fact(product.name, "seller", shop.name)
    writer.fact(shop.name, "closed on", shop.closed_on)
    return {
        "product": product.name, "place": shop.name, "price": price, "street": shop.street,
        "said": said(writer, price, money(product.price + 100)), "closed": shop.closed_on,
        "who": writer.pick(("aunt", "sister", "father", "nephew", "best friend", "niece", "boss")),
        **third(writer),
    }  # fmt: skip


def _birthday(writer: Writer, cast: dict) -> dict:
    old, place = writer.visitor(), meeting_place(writer).name
    age = writer.source.integer(7, 10) * 10
    day, wrong = two(writer, WEEKDAYS)
    elder = "grandmother" if old.gender == "she" else "grandfather"
    writer.fact(old.first, "age", age)
    writer.fact("party", "place", place)
    return person_slots("c", old.first, old.gender) | {
        "elder": elder, "age": age, "year": writer.town.year - age, "place": place, "day": day,
        "said": said(writer, day, wrong), "fun": writer.pick(_FESTIVE),
    }  # fmt: skip


# fmt: off
SCENARIOS = (
    Scenario("at_the_station", _station, (
        ("A", Phrases("I am coming by train from {place}. Can you meet me?",
                      "My train from {place} arrives soon. Who will meet me?",
                      "I have a ticket from {place}. Will you be at the station?",
                      "Could somebody meet me off the train? I come from {place}.")),
        ("B", Phrases("Of course. When do you arrive?", "No trouble. What time is your train?",
                      "Somebody will. When does it get in?", "Gladly. Tell me the time.")),
        ("A", Phrases("It arrives at {said}.", "The train gets in at {said}.",
                      "I arrive at {said}.",
                      "It should be there at {said}.", "The timetable says {said}.",
                      "If all goes well, at {said}.")),
        ("B", Phrases("I have to work then, but {c} can meet you.", "I will send {c} to meet you.",
                      "At that time {c} is free and will come.", "Then {c} will meet you for me.")),
        ("A", Phrases("How will I know {c_them}?", "But I have never met {c_them}.",
                      "What does {c_they} look like?", "Will {c_they} know my face?")),
        ("B", Phrases("Look for {sign}. Wait {spot}.", "{C_They} will have {sign}. Stand {spot}.",
                      "You will see {sign} {spot}.", "{C_They} will wait {spot} with {sign}.")),
    ), Phrases(
        "{a} comes by train from {place} and arrives at {time}. {b} will send {c}, who will be "
        "{spot} with {sign}.",
        "{a} arrives by train from {place} at {time} and needs somebody to meet {a_them}. {b} will "
        "send {c}, who will be {spot} with {sign}.",
        "{b} will send {c} to meet {a}, who comes by train from {place} and arrives at {time}. {c} "
        "will be {spot} with {sign}.")),
    Scenario("boat_hire", _hire, (
        ("A", Phrases("I would like to hire {boat}.", "Can I rent {boat} here?",
                      "We want to go out on the water in {boat}.", "Is there {boat} for hire?",
                      "How do I get {boat} for the day?", "My dream is to be out in {boat}.")),
        ("B", Phrases("Yes. It costs {each} an hour. How long do you want it?",
                      "You can have one for {each} an hour. How many hours?",
                      "We charge {each} an hour. For how long?",
                      "Certainly, for {each} an hour. How long will you be?")),
        ("A", Phrases("I need it for {said} hours.", "I think {said} hours will do.",
                      "Let me have it for {said} hours.", "For {said} hours, please.")),
        ("B", Phrases("That makes {sum}. Take the {colour} one at the {place}.",
                      "Then it is {sum}. The {colour} one at the {place} is yours.",
                      "You pay {sum}. Yours is {colour} and waits at the {place}.",
                      "So that is {sum}. Go to the {place} for the {colour} one.",
                      "I need {sum} from you. The {colour} one is at the {place}.",
                      "It is {sum} in all. You will find the {colour} one at the {place}.")),
        ("A", Phrases("Is there anything that I should know?", "What must I watch out for?",
                      "Are there any rules?", "I have not done this before.")),
        ("B", Phrases("You must {rule}.", "Please {rule}.", "Only one thing: {rule}.",
                      "Always {rule}.")),
    ), Phrases(
        "{a} hires {boat} for {hours} hours from {b} and pays {sum}. The {colour} one at the "
        "{place} is for {a_them}, and {a_they} must {rule}.",
        "{a} hires {boat} from {b}, for {hours} hours and {sum}. {A_They} gets the {colour} one at "
        "the {place} and must {rule}.",
        "{b} lets {a} have {boat} for {hours} hours, which costs {sum}. {a} gets the {colour} one "
        "at the {place} and must {rule}.")),
    Scenario("island_trip", _island, (
        ("A", Phrases("Shall we have a picnic on {place} on {first}?",
                      "Come with me to {place} on {first}!",
                      "I want to row to {place} on {first}. Will you come?",
                      "Are you free on {first}? We could go to {place}.",
                      "On {first} I would like to show you {place}.",
                      "How about a trip to {place} on {first}?")),
        ("B", Phrases("They expect {bad} on {first}. {day} will be {fine}.",
                      "There will be {bad} then. It is {fine} again on {day}.",
                      "I read about {bad}. But {day} should be {fine}.",
                      "Not with all that {bad}! I think {day} will be {fine}.")),
        ("A", Phrases("Then let us go on {day}, at {time}.",
                      "Good, {day} it is. I will come at {time}.",
                      "All right, {day} at {time}.", "{day} is just as good. We leave at {time}.")),
        ("B", Phrases("I will bring {yours}. What about you?", "I can pack {yours}. And you?",
                      "My basket will be full of {yours}. And yours?",
                      "I shall make {yours}. What will you bring?")),
        ("A", Phrases("I will make {said}.", "I will come with {said}.",
                      "I always take {said}.",
                      "I will see to the {said}.", "I still have {said}.",
                      "I am in charge of the {said}.")),
        ("B?", Phrases("I am hungry already.", "And do not forget the blanket.",
                       "I hope the gulls leave us some.", "The seals will be jealous.")),
    ), Phrases(
        "{a} and {b} will have a picnic on {place} on {day} at {time}, because of the {bad} on "
        "{first}. {a} brings {mine} and {b} brings {yours}.",
        "{a} and {b} plan a trip to {place} on {day} at {time}, because there will be {bad} on "
        "{first}. {a} brings {mine} and {b} brings {yours}.",
        "Because of the {bad} on {first}, {a} and {b} will go to {place} on {day} at {time}. {b} "
        "brings {yours} and {a} brings {mine}.")),
    Scenario("last_ferry", _last_ferry, (
        ("A", Phrases("How do I get home to {place} tonight?", "I have to be at {place} tonight.",
                      "Is there still a boat to {place}?", "I must get back to {place}.",
                      "{c} is waiting for me at {place}. How do I get there?",
                      "Can I still reach {place} today?")),
        ("B", Phrases("Take {line} from {origin}.", "{line} goes there. It starts at {origin}.",
                      "You need {line}, and it leaves from {origin}.",
                      "There is {line} from {origin}.")),
        ("A", Phrases("When does the last one leave?", "I am slow. When is the last one?",
                      "What time is the last boat?", "And how late does it run?")),
        ("B", Phrases("The last one leaves at {said}.", "It runs for the last time at {said}.",
                      "Be on board at {said}.", "The last boat is at {said}.",
                      "You can go at {said}, not later.", "They cast off at {said}.")),
        ("A", Phrases("How much is it, and how long does it take?", "What is the fare? Is it far?",
                      "Is it a long trip? And what does it cost?",
                      "Tell me the fare, please, and the time it takes.")),
        ("B", Phrases("You pay {fare} and sit for {takes} minutes.",
                      "It is {fare}, and it takes {takes} minutes.",
                      "The fare is {fare}. The crossing is {takes} minutes.",
                      "It takes {takes} minutes and costs {fare}.")),
        ("A", Phrases("Then I will call {c}, so that {c_they} does not worry.",
                      "I must tell {c}. {C_They} is cooking for me.",
                      "Good. {c} will meet me with a lantern.", "Then {c} can keep my soup warm.")),
    ), Phrases(
        "{a} wants to go home to {place}, where {c} is waiting. {b} tells {a_them} to take the "
        "last {line} from {origin} at {time}, which costs {fare} and takes {takes} minutes.",
        "{a} must get home to {place}, where {c} is waiting. {b} says that the last {line} leaves "
        "{origin} at {time}, costs {fare} and takes {takes} minutes.",
        "{b} tells {a}, who must go home to {place}, where {c} is waiting, to take the last {line} "
        "from {origin} at {time}, which costs {fare} and takes {takes} minutes.")),
    Scenario("lost_suitcase", _suitcase, (
        ("A", Phrases("My suitcase did not arrive with me on {day}.",
                      "I lost my suitcase on {day}.",
                      "I have been without my suitcase since {day}.",
                      "On {day} somebody took my suitcase by mistake.")),
        ("B", Phrases("I am sorry. Where did you come from?",
                      "Oh no. Where did your journey begin?",
                      "That is bad. Which town did you come from?", "And where did you get on?")),
        ("A", Phrases("I came from {place}.", "I got on in {place}.",
                      "My journey began in {place}.",
                      "In {place} I still had it.", "The train came from {place}.",
                      "I had it with me in {place}.")),
        ("B", Phrases("What colour is it?", "What does it look like?", "Can you describe it?",
                      "We have many here. Which colour?")),
        ("A", Phrases("The colour is {said}.", "It is big, old and {said}.", "It is plain {said}.",
                      "Mine is {said}.")),
        ("B", Phrases("And what is in it?", "How can we be sure that it is yours?",
                      "What would we find in it?", "Is there something unusual in it?")),
        ("A", Phrases("You will find {packed} in it.", "There must be {packed} inside.",
                      "It holds {packed}. Do not laugh.", "I put {packed} in it.",
                      "I packed {packed} on the very top.", "Inside there should be {packed}.")),
        ("B", Phrases("Where shall we bring it?", "And where are you staying?",
                      "I need your address.",
                      "We will find it. Where should it go?")),
        ("A", Phrases("I am staying at {house} {street}.", "Please bring it to {house} {street}.",
                      "My room is at {house} {street}.", "To {house} {street}, please.")),
    ), Phrases(
        "{a}, who came from {place}, lost {one} with {packed} in it on {day}. {b} will have it "
        "brought to {house} {street}.",
        "On {day} {a}, who came from {place}, lost {one} with {packed} inside. {b} will have it "
        "brought to {house} {street}.",
        "{a} tells {b} that on {day}, coming from {place}, {a_they} lost {one} with {packed} in "
        "it. It should be brought to {house} {street}.")),
    Scenario("souvenir", _souvenir, (
        ("A", Phrases("I want to take something home for my {who} {c}.",
                      "What could I bring my {who} {c} from here?",
                      "My {who} {c} expects a present from my journey.",
                      "I still need a souvenir for {c}, my {who}.")),
        ("B", Phrases("Take the {product}.", "How about the {product}?",
                      "Nothing is better than the {product}.", "I would choose the {product}.",
                      "Everybody likes the {product}.", "The {product} is what you need.")),
        ("A", Phrases("A fine idea. Where do I get it?", "Who sells it?", "Which shop has it?",
                      "I like that. Where can I buy it?")),
        ("B", Phrases("At the {place} in {street}.", "You can get it at the {place} in {street}.",
                      "They sell it at the {place}, in {street}.", "Go to the {place} in {street}.",
                      "You will see it in the window of the {place} in {street}.",
                      "Walk to {street} and look for the {place}.")),
        ("A", Phrases("Is it expensive?", "What does it cost?", "Can I afford it?",
                      "And what is the price?")),
        ("B", Phrases("It costs {said}.", "You pay {said}.", "The price is {said}.",
                      "They charge {said}.")),
        ("B", Phrases("But they are closed on {closed}.", "Only do not go on {closed}.",
                      "On {closed} you will find the door shut.", "Their day off is {closed}.")),
        ("A", Phrases("{c} will be delighted.", "I am sure that {c} will love it.",
                      "Then I had better go at once.", "I hope {c} likes it as much as I do.")),
    ), Phrases(
        "{a} wants a present for {a_their} {who} {c}. {b} recommends the {product}, which costs "
        "{price} at the {place} in {street}; the shop is closed on {closed}.",
        "{a} is looking for a present for {a_their} {who} {c}, and {b} recommends the {product}. "
        "It costs {price} at the {place} in {street}, which is closed on {closed}.",
        "{b} recommends the {product} to {a} as a present for {a_their} {who} {c}. It costs "
        "{price} at the {place} in {street}; the shop is closed on {closed}.")),
    Scenario("elder_birthday", _birthday, (
        ("A", Phrases("I have come to town for my {elder}'s birthday.",
                      "Can you help me? It is about my {elder}'s birthday.",
                      "It is my {elder}'s birthday, and I am planning a party.",
                      "I am on my way to my {elder}'s birthday.")),
        ("B", Phrases("How nice! How old will {c_they} be?",
                      "Do I know {c_them}? How old is {c_they}?",
                      "Is it a round birthday?", "When was {c_they} born?")),
        ("A", Phrases("{c} was born in {year}, so {c_they} will be {age}.",
                      "{c} turns {age}. {C_They} was born in {year}.",
                      "{C_They} will be {age}! Dear {c} was born in {year}.",
                      "{C_They} is called {c} and will be {age}, born in {year}.",
                      "Born in {year}, {c} will now be {age}.",
                      "{c} will be {age}. Just think, born in {year}!")),
        ("B", Phrases("Where is the party?", "And where will you celebrate?",
                      "Have you found a room for it?", "Will it be at home?")),
        ("A", Phrases("At the {place}, on {said}.", "We celebrate at the {place} on {said}.",
                      "We meet at the {place} on {said}.",
                      "I have booked the {place} for {said}.")),
        ("B", Phrases("You need {fun}.", "How about {fun}?", "I can help you with {fun}.",
                      "At such a party there must be {fun}.", "My friends could offer {fun}.",
                      "What would you say to {fun}?")),
        ("A", Phrases("Yes! {c} will clap {c_their} hands.", "That is just what {c} would like.",
                      "A lovely idea, let us do that.", "Wonderful. But it must be a secret.")),
    ), Phrases(
        "{a} plans a party for {a_their} {elder} {c}, who was born in {year} and will be {age}. It "
        "is at the {place} on {day}, and {b} suggests {fun}.",
        "{a} tells {b} about the party for {a_their} {elder} {c}, who was born in {year} and will "
        "be {age}. It is at the {place} on {day}, with {fun}, as {b} suggests.",
        "The {elder} of {a}, {c}, was born in {year} and will be {age}. The party is at the "
        "{place} on {day}, and {b} suggests {fun}.")),
)
# fmt: on
