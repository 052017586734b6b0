"""Dialogue scenarios of mishaps: storms, finds, bees, broken lamps, lost geese, wet cellars.

Each scenario is one function that draws slots and one `Scenario` with turns and summaries.
`scenarios_town.py` appends them to its own. Left out: greetings and thanks, which `dialogues.py`
adds. Lesson 08 fine-tunes a model to write these summaries.
"""

from workbook.town.texts.dialogues.scenario import Scenario, meeting_place, said, third, two
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, hour, money

_LOOSE = (
    "the flowerpots", "the washing", "the garden chairs", "the rowing boat", "the hen house",
    "the shutters", "the sunshade", "the dustbins", "the wooden sign", "the beehives", "the tent",
)  # fmt: skip
_PURSES = ("leather", "velvet", "silk", "knitted", "canvas", "beaded", "woollen", "snakeskin")
_CONTENTS = (
    "a brass key", "two tickets", "a pressed flower", "a shopping list", "a baby tooth",
    "a love letter", "a lucky pebble", "a photo of a pony", "a silver thimble", "a train ticket",
)  # fmt: skip
_NESTS = ("the bell tower", "the chimney", "the letter box", "the church roof", "the old oak",
          "the attic", "the clock tower", "the hollow wall", "the bird house")  # fmt: skip
_KEEP = ("close the windows", "keep the door shut", "stay indoors", "wait in the kitchen",
         "keep the dog inside", "light no fire", "make no noise")  # fmt: skip
_TREATS = ("barley", "lettuce", "breadcrumbs", "wet oats", "chopped apple", "sweetcorn", "clover")
_HIDING = ("in the fountain", "under the bridge", "behind the bandstand", "in a rowing boat",
           "on the bowling green", "beside the duck pond", "in a field of turnips",
           "between two parked carts")  # fmt: skip
_STORED = ("potatoes", "photo albums", "wine bottles", "winter coats", "old letters", "paint tins",
           "apples", "carpets", "jars of jam", "tea towels")  # fmt: skip
_CAUSES = ("a burst pipe", "a blocked drain", "the heavy rain", "the high tide", "a leaking boiler",
           "the melting snow", "a cracked wall")  # fmt: skip
_BRING = ("buckets", "a pump", "rubber boots", "mops", "a wrench", "a long hose", "sandbags")


def _storm(writer: Writer, cast: dict) -> dict:
    time, wrong = two(writer, tuple(range(13, 23)))
    mine, yours = two(writer, _LOOSE)
    side, place = writer.pick(("north", "south", "east", "west")), meeting_place(writer).name
    writer.fact("storm", "time", hour(time))
    writer.fact("storm", "from", side)
    return {
        "time": hour(time), "said": said(writer, hour(time), hour(wrong)), "side": side,
        "mine": mine, "yours": yours, "place": place,
    }  # fmt: skip


def _purse(writer: Writer, cast: dict) -> dict:
    colour, wrong = two(writer, COLOURS)
    stuff, content, place = writer.pick(_PURSES), writer.pick(_CONTENTS), meeting_place(writer).name
    cost = money(writer.source.integer(3, 60) * 50)
    writer.fact("purse", "colour", colour)
    writer.fact("purse", "place", place)
    return {
        "purse": an(f"{colour} {stuff} purse"), "stuff": stuff, "place": place,
        "said": said(writer, colour, wrong), "content": content, "cost": cost,
        "day": writer.pick(WEEKDAYS),
    }  # fmt: skip


def _bees(writer: Writer, cast: dict) -> dict:
    time, wrong = two(writer, tuple(range(7, 20)))
    nest, place, keep = writer.pick(_NESTS), meeting_place(writer).name, writer.pick(_KEEP)
    writer.fact("bees", "nest", nest)
    writer.fact("bees", "near", place)
    slots = {"nest": nest, "place": place, "keep": keep, "time": hour(time), **third(writer)}
    return slots | {"said": said(writer, hour(time), hour(wrong))}


def _lamp(writer: Writer, cast: dict) -> dict:
    number, wrong = two(writer, tuple(range(2, 49)))
    street, day = writer.pick(writer.town.streets), writer.pick(WEEKDAYS)
    writer.fact("lamp", "street", street)
    writer.fact("lamp", "house number", number)
    slots = {"number": number, "street": street, "day": day, **third(writer)}
    return slots | {"said": said(writer, number, wrong), "nights": writer.source.integer(2, 9)}


def _goose(writer: Writer, cast: dict) -> dict:
    name, finder = third(writer)["c"], third(writer, "d")
    place, treat, mark = meeting_place(writer).name, writer.pick(_TREATS), writer.pick(COLOURS)
    where = writer.pick(_HIDING)
    writer.fact(name, "ribbon", mark)
    writer.fact(name, "seen near", place)
    slots = {"c": name, **finder, "place": place, "treat": treat, "where": where}
    return slots | {"ribbon": an(f"{mark} ribbon"), "time": hour(writer.source.integer(6, 20))}


def _cellar(writer: Writer, cast: dict) -> dict:
    cause, wrong = two(writer, _CAUSES)
    deep, stored, tool = writer.source.integer(5, 60), writer.pick(_STORED), writer.pick(_BRING)
    writer.fact("water", "depth", f"{deep} centimetres")
    writer.fact("water", "cause", cause)
    slots = {"cause": cause, "wrong": wrong, "deep": deep, "stored": stored, "tool": tool}
    return slots | {"minutes": writer.source.integer(1, 9) * 5, **third(writer)}


# fmt: off
SCENARIOS = (
    Scenario("storm_warning", _storm, (
        ("A", Phrases(
            "Have you heard? A storm is coming from the {side}.",
            "The radio says that a storm will come from the {side}.",
            "Look at those clouds! There is a storm in the {side}.",
            "They have put up the storm flag. The wind comes from the {side}.",
            "A big storm is on its way from the {side}.",
            "My barometer is falling. A storm is coming from the {side}.")),
        ("B", Phrases("Oh no. When will it reach us?", "Already? When will it be here?",
                      "How much time do we have?", "And when does it start?")),
        ("A", Phrases("It should be here at {said}.", "They expect it at {said}.",
                      "It will reach the bay at {said}.", "We have time until {said}.",
                      "The harbour master said {said}.", "The worst will begin at {said}.")),
        ("B", Phrases("Then I must tie down {yours}.", "I will run and save {yours}.",
                      "Oh dear, I have to bring in {yours}.", "And I have forgotten {yours}!",
                      "Last time it took {yours}. Not again!",
                      "First I will look after {yours}.")),
        ("A", Phrases("And I must see to {mine}.", "I still have to look after {mine}.",
                      "Yes, and I will take care of {mine}.", "I am worried about {mine}, too.")),
        ("B", Phrases("Shall we sit it out at the {place}?", "Come to the {place} afterwards.",
                      "Let us meet at the {place}, it has thick walls.",
                      "After that we could sit safely at the {place}.")),
        ("A?", Phrases("I will bring candles and cards.", "A good plan. Be quick!",
                       "Yes, but hurry.", "Then I will see you there.")),
    ), Phrases(
        "{a} warns {b} of a storm from the {side} at {time}. {b} will look after {yours} and {a} "
        "after {mine}, and then they meet at the {place}.",
        "{a} tells {b} that a storm is coming from the {side} at {time}. {b} looks after {yours} "
        "and {a} after {mine}, and then they meet at the {place}.",
        "A storm is coming from the {side} at {time}, {a} tells {b}. {b} will see to {yours} and "
        "{a} to {mine}, and then they meet at the {place}.")),
    Scenario("found_purse", _purse, (
        ("A", Phrases(
            "I have lost my purse. Did anybody bring it to you?",
            "Has somebody found a purse? I have lost mine.",
            "My purse is gone! Is it here by any chance?",
            "I am looking for my purse. It fell out of my bag.")),
        ("B", Phrases("Somebody left one here. Where did you lose it?",
                      "There are three purses on my shelf. Where were you?",
                      "Perhaps. Where did you have it last?",
                      "We find purses every day. Where was it?")),
        ("A", Phrases("I had it on {day} at the {place}.",
                      "It must have been at the {place} on {day}.",
                      "I last paid with it at the {place}, on {day}.",
                      "On {day} I was at the {place}. After that it was gone.",
                      "I think I lost it on {day} at the {place}.",
                      "I took it to the {place} on {day}.")),
        ("B", Phrases("And what does it look like?", "What colour is it, please?",
                      "How can I tell that it is yours?", "Can you describe it to me?")),
        ("A", Phrases("It is a small {stuff} purse, and it is {said}.",
                      "It is {stuff}, as big as my hand, and {said}.",
                      "It is an old {stuff} thing. The colour is {said}.",
                      "Mine is a {stuff} one with a button, and it is {said}.")),
        ("B", Phrases("What did you keep in it?", "And what is inside?",
                      "Is there something special in it?", "One more question: what is in it?")),
        ("A", Phrases("There are {cost} in it, and {content}.",
                      "You will find {cost} and {content}.",
                      "It holds {cost} and {content}.", "I had {cost} in it, and also {content}.")),
        ("B", Phrases("Then it is yours. Here you are.", "Right. Here it is, with every penny.",
                      "That is the one. Please sign here.", "Yes! Take it, and be careful.")),
    ), Phrases(
        "{a} gets back {purse} with {cost} and {content} from {b}. {A_They} had lost it at the "
        "{place} on {day}.",
        "{a} lost {purse} with {cost} and {content} at the {place} on {day}. {A_They} gets it back "
        "from {b}.",
        "{b} returns {purse} with {cost} and {content} to {a}, who had lost it at the {place} on "
        "{day}.")),
    Scenario("tower_bees", _bees, (
        ("A", Phrases(
            "There are bees in {nest} near the {place}!",
            "A swarm has moved into {nest} near the {place}.",
            "Something is humming in {nest} near the {place}. I think it is bees.",
            "We have a problem near the {place}. There are bees in {nest}.",
            "Can you help? I found bees in {nest} near the {place}.",
            "I have just seen thousands of bees in {nest} near the {place}.")),
        ("B", Phrases("Do not worry. Has anybody been stung?", "Bees? Is anybody hurt?",
                      "Stay calm. Did they sting anyone?", "Oh my. Is everybody well?")),
        ("A", Phrases("Only {c}, on the nose.", "Yes, {c} was stung on the thumb.",
                      "{c} was. {C_They} put an onion on it.", "Poor {c} was stung twice.",
                      "They stung {c}, but {c_they} laughs about it.",
                      "Just {c}, who wanted to look inside.")),
        ("B", Phrases("I will fetch them with my basket at {said}.",
                      "I can come with smoke and a box at {said}.",
                      "Bees are my trade. I will be there at {said}.",
                      "They will be calmer later. I shall come at {said}.")),
        ("A", Phrases("What should we do until then?", "And what can we do now?",
                      "Must we do anything before that?", "Is there something to do meanwhile?")),
        ("B", Phrases("Please {keep} and leave them alone.", "Just {keep}.", "You should {keep}.",
                      "Nothing. Only {keep}, please.")),
    ), Phrases(
        "{a} tells {b} about bees in {nest} near the {place}, which have stung {c}. {b} will fetch "
        "them at {time}; until then {a} should {keep}.",
        "{a} asks {b} for help with bees in {nest} near the {place}, which have stung {c}. "
        "{B_They} will fetch them at {time} and asks {a_them} to {keep} until then.",
        "There are bees in {nest} near the {place}, and they have stung {c}. {b} tells {a} to "
        "{keep} and will fetch them at {time}.")),
    Scenario("street_lamp", _lamp, (
        ("A", Phrases("A street lamp is broken in {street}.", "The lamp in {street} is out.",
                      "I want to report a broken lamp in {street}.",
                      "It is pitch dark in {street}. The lamp does not work.",
                      "One of the lamps in {street} only flickers.",
                      "Somebody should mend the lamp in {street}.")),
        ("B", Phrases("Which lamp is it?", "In front of which house?", "Can you give me a number?",
                      "I need the house number, please.")),
        ("A", Phrases("The one at number {said}.", "It is outside number {said}.",
                      "It is next to house number {said}.", "Look for number {said}.")),
        ("B", Phrases("How long has it been dark?", "How long has it been like that?",
                      "Did that happen last night?", "When did it go out?")),
        ("A", Phrases("For {nights} nights. {c} fell over a bucket there.",
                      "It has been {nights} nights, and {c} has walked into a fence.",
                      "{nights} nights now. {c} stepped on a cat in the dark.",
                      "It is {nights} nights now. {c} has hurt {c_their} knee there.",
                      "{nights} nights, and {c} is afraid to go home.",
                      "For {nights} nights, and {c} cannot find {c_their} own door.")),
        ("B", Phrases("I am sorry. We will mend it on {day}.",
                      "Our electrician will come on {day}.",
                      "Tell {c_them} that it will shine again on {day}.",
                      "You will have light on {day}, I promise.")),
    ), Phrases(
        "{a} reports that the lamp at number {number} in {street} has been dark for {nights} "
        "nights, which has caused trouble for {c}. {b} promises that it will be mended on {day}.",
        "{a} tells {b} that the lamp at number {number} in {street} has been dark for {nights} "
        "nights, which has caused trouble for {c}. It will be mended on {day}.",
        "The lamp at number {number} in {street} has been dark for {nights} nights, {a} reports, "
        "which has caused trouble for {c}. {b} promises that it will be mended on {day}.")),
    Scenario("missing_goose", _goose, (
        ("A", Phrases("My goose has run away! Her name is {c}.", "Have you seen {c}, my goose?",
                      "I cannot find my goose {c} anywhere.", "{c} is gone. You know, my goose.",
                      "My goose {c} flew over the hedge this morning.",
                      "I am looking for a goose. She is called {c}.")),
        ("B", Phrases("All geese look alike to me. How would I know her?",
                      "Oh dear! What does she look like?", "Does she have a mark of some kind?",
                      "There are so many geese about. How can I tell?")),
        ("A", Phrases("She wears {ribbon}.", "She has {ribbon} round her neck.",
                      "You can tell her by {ribbon}.", "I tied {ribbon} to her left leg.")),
        ("B", Phrases(
            "Then {d} saw her near the {place}. She sat {where}.",
            "{d} told me of such a goose. She was {where}, near the {place}.",
            "Yes! {d} saw her near the {place}, {where}.",
            "Ask {d}. {D_They} found a goose {where}, near the {place}.")),
        ("A", Phrases("When was that?", "Oh, good! At what time?", "Was that today? When?",
                      "I must run. When did {d_they} see her?")),
        ("B", Phrases("At {time}. Take some {treat} with you.",
                      "At {time}. Geese come for {treat}.",
                      "It was at {time}. You could try {treat}.",
                      "That was at {time}. Lure her with {treat}.")),
    ), Phrases(
        "{a} is looking for {a_their} goose {c}, who wears {ribbon}. {d} saw her {where} near the "
        "{place} at {time}, and {b} advises {a} to take {treat}.",
        "{a} has lost {a_their} goose {c}, who wears {ribbon}. {b} says that {d} saw her {where} "
        "near the {place} at {time}, and that {a} should take {treat}.",
        "The goose {c}, who wears {ribbon}, has run away from {a}. {b} says that {d} saw her "
        "{where} near the {place} at {time} and advises {a} to take {treat}.")),
    Scenario("flooded_cellar", _cellar, (
        ("A", Phrases("Help, my cellar is full of water!", "My cellar is flooded!",
                      "There is a lake in my cellar.", "I have water in the cellar again.",
                      "I opened the cellar door and heard splashing.",
                      "My cellar has turned into a pond.")),
        ("B", Phrases("How deep is it?", "Oh no! How high is it?", "Is the water deep?",
                      "How bad is it?")),
        ("A", Phrases("About {deep} centimetres. My {stored} are afloat.",
                      "It is {deep} centimetres deep, and my {stored} are wet.",
                      "{deep} centimetres, and all my {stored} are down there.",
                      "It is up to {deep} centimetres. I fear for my {stored}.")),
        ("B", Phrases("Was it {wrong}?", "That sounds like {wrong}.", "I guess it is {wrong}.",
                      "It must be {wrong}.", "Could it come from {wrong}?",
                      "Did it begin with {wrong}?")),
        ("A", Phrases("No, {c} looked at it and says it was {cause}.",
                      "{c} says that it comes from {cause}.",
                      "I thought so, but {c} is sure that it was {cause}.",
                      "No. According to {c} it was {cause}.")),
        ("B", Phrases("I will be there in {minutes} minutes and bring {tool}.",
                      "Wait for me. I need {minutes} minutes and will bring {tool}.",
                      "I have {tool}. Give me {minutes} minutes.",
                      "Do not panic! I will be there in {minutes} minutes with {tool}.")),
        ("A?", Phrases("Please be quick.", "You are a true friend.", "I will save what I can.",
                       "Come in by the back door.")),
    ), Phrases(
        "The cellar of {a} is {deep} centimetres deep in water, and the {stored} are wet. {c} says "
        "that it comes from {cause}; {b} will come with {tool} in {minutes} minutes.",
        "{a} tells {b} that {a_their} cellar is {deep} centimetres deep in water. {c} says that it "
        "comes from {cause}, and {b} will come with {tool} in {minutes} minutes to save the "
        "{stored}.",
        "{a} has {deep} centimetres of water in {a_their} cellar, and the {stored} are wet. It "
        "comes from {cause}, says {c}; {b} will come with {tool} in {minutes} minutes.")),
)
# fmt: on
