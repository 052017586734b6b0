"""Caring for others: the sick, children, dogs, broken bicycles and young plants.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Neighbours' quarrels are in `scenarios_neighbours.py`. Dialogues and summaries are the material of
the lessons on summarising.
"""

from workbook.town.texts.dialogues.scenario import (
    AGREED,
    Scenario,
    agree,
    meeting_place,
    said,
    third,
    two,
)
from workbook.town.vocabulary import WEEKDAYS
from workbook.town.writer import Phrases, Writer, hour

ILLS = (
    "a cold", "a sore throat", "a bad cough", "a headache", "a fever", "a swollen knee",
    "a stiff neck", "an earache", "a twisted ankle", "the flu",
)  # fmt: skip
BROTHS = (
    "chicken soup", "garlic soup", "ginger broth", "onion soup", "carrot soup", "honey milk",
    "oat porridge", "elder tea", "lemon tea", "beef broth",
)  # fmt: skip
ERRANDS = (
    "a newspaper", "a bottle of medicine", "a loaf of bread", "some firewood", "a few apples",
    "a warm blanket", "some candles", "a new thermometer",
)  # fmt: skip
DOG_WAYS = (
    "along the beach", "through the woods", "round the pond", "over the hill", "by the river",
    "across the meadow", "along the old railway",
)  # fmt: skip
PARTS = (
    ("flat tyre", "patch the tyre"), ("broken chain", "fit a new chain"),
    ("bent wheel", "straighten the wheel"), ("loose saddle", "tighten the saddle"),
    ("cracked lamp", "change the lamp"), ("worn brake", "replace the brake"),
    ("twisted pedal", "screw on a pedal"), ("rusty bell", "oil the bell"),
)  # fmt: skip
SEEDS = (
    "tomato seeds", "marigold seeds", "bean seeds", "poppy seeds", "sunflower seeds",
    "pumpkin seeds", "lettuce seeds", "lavender cuttings", "strawberry plants", "tulip bulbs",
    "onion sets", "mint roots", "raspberry canes",
)  # fmt: skip
BEDTIME = (
    "a story about bears", "a song about the moon", "a cup of warm milk", "a puppet show",
    "a picture book", "a glass of water", "a poem about owls",
)  # fmt: skip


def _soup(writer: Writer, cast: dict) -> dict:
    offer, other = two(writer, BROTHS)
    reply, broth = agree(writer, offer, other)
    first, second = two(writer, (10, 11, 14, 16, 17, 18))
    ill, errand = writer.pick(ILLS), writer.pick(ERRANDS)
    writer.fact(cast["a"], "has", ill)
    writer.fact(cast["b"], "brings", broth)
    writer.fact(cast["b"], "brings", errand)
    writer.fact(cast["b"], "comes at", hour(first))
    return {
        "ill": ill, "errand": errand, "offer": offer, "reply": reply, "broth": broth,
        "time": hour(first), "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _dog(writer: Writer, cast: dict) -> dict:
    day, wrong = two(writer, WEEKDAYS)
    dog, place, way = third(writer), meeting_place(writer).name, writer.pick(DOG_WAYS)
    crowns = writer.source.integer(2, 9)
    writer.fact(cast["b"], "walks", dog["c"])
    writer.fact(dog["c"], "is fetched at", place)
    writer.fact(dog["c"], "walks on", day)
    writer.fact(dog["c"], "walks", way)
    writer.fact(cast["b"], "earns", f"{crowns} crowns")
    return {
        **dog, "place": place, "way": way, "crowns": crowns, "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _baby(writer: Writer, cast: dict) -> dict:
    child, place, bedtime = third(writer), meeting_place(writer).name, writer.pick(BEDTIME)
    first, second = two(writer, (18, 19, 20))
    day, other = two(writer, WEEKDAYS)
    writer.fact(cast["b"], "looks after", child["c"])
    writer.fact(child["c"], "goes to bed at", hour(first))
    writer.fact(child["c"], "likes", bedtime)
    writer.fact(cast["a"], "is at", place)
    writer.fact(cast["a"], "goes out on", day)
    return {
        **child, "place": place, "bedtime": bedtime, "day": day,
        "day_said": said(writer, day, other), "time": hour(first),
        "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _bicycle(writer: Writer, cast: dict) -> dict:
    part, mend = writer.pick(PARTS)
    offer, other = two(writer, WEEKDAYS)
    reply, day = agree(writer, offer, other)
    place, helper = meeting_place(writer).name, third(writer)
    writer.fact(cast["a"], "has", part)
    writer.fact(helper["c"], "lends", "tools")
    writer.fact(cast["b"], "will", mend)
    writer.fact("bicycle", "is at", place)
    writer.fact(cast["b"], "comes on", day)
    return {
        **helper, "part": part, "mend": mend, "offer": offer, "reply": reply, "day": day,
        "place": place,
    }  # fmt: skip


def _seeds(writer: Writer, cast: dict) -> dict:
    first, wanted, extra = writer.source.sample(SEEDS, 3)
    place, (day, wrong) = meeting_place(writer).name, two(writer, WEEKDAYS)
    writer.fact(cast["a"], "gives", first)
    writer.fact(cast["b"], "gives", wanted)
    writer.fact(cast["a"], "meets at", place)
    writer.fact(cast["a"], "meets on", day)
    return {
        "mine": first, "yours": wanted, "extra": extra, "place": place, "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


# fmt: off
SOUP = Scenario("cold_and_soup", _soup, (
    ("A", Phrases(
        "I cannot come out today, I have {ill}.", "I feel terrible. I have {ill}.",
        "I am lying in bed with {ill}.", "Do not come too close, I have {ill}.",
        "I have had {ill} since yesterday.", "It is horrible to have {ill}.")),
    ("B", Phrases(
        "Poor you! I will cook for you. Maybe {offer}?", "Stay in bed. Would {offer} help?",
        "You need something warm. How about {offer}?", "I am sorry! Shall I bring you {offer}?",
        "You must rest. I can make {offer}.", "How miserable! I could bring {offer}.")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "You shall have it. Do you need anything else?", "I will make it. What else do you need?",
        "Very well. Is anything else missing?", "Good. Can I buy something for you?",
        "Leave it to me. What else?", "All right. Shall I bring something from town?")),
    ("A", Phrases(
        "Please bring me {errand}.", "I could do with {errand}.", "Yes, I need {errand}.",
        "If it is no trouble, {errand}.", "I have run out of things. I need {errand}.",
        "There is one thing, {errand}.")),
    ("B", Phrases(
        "I will be at your door at {time_said}.", "Expect me at {time_said}.",
        "I can come at {time_said}.", "Sleep now. I will come at {time_said}.",
        "I will knock at {time_said}.", "You will hear me at {time_said}.")),
    ("A?", Phrases(
        "The key is under the flower pot.", "You are an angel.", "I feel better already.",
        "Come in without knocking."))),
    Phrases(
        "{a} has {ill}. {b} will bring {a_them} {broth} and {errand} at {time}.",
        "{a} is in bed with {ill}. {b} will bring {a_them} {broth} and {errand} at {time}.",
        "{a} tells {b} that {a_they} has {ill}. {b} will bring {a_them} {broth} and {errand} at "
        "{time}."))

DOG = Scenario("dog_walking", _dog, (
    ("A", Phrases(
        "I have no time to walk my dog {c}.", "Could you take my dog {c} for a walk?",
        "My leg hurts, and {c}, my dog, needs a walk.", "Do you still walk dogs? {c} needs a walk.",
        "Who will walk my dog {c} when I am away?", "My dog {c} needs exercise, and I must work.")),
    ("B", Phrases(
        "I like {c} very much. On which day?", "Is {c} a friendly dog? When is it?",
        "I could do it. When should I take {c} out?", "With pleasure! On what day?",
        "I miss having a dog. When do you need me?", "Good dogs are no work. Which day?")),
    ("A", Phrases(
        "On {day_said}. I will leave {c_them} at the {place}.",
        "It is for {day_said}. Fetch {c_them} from the {place}.",
        "I need you on {day_said}, at the {place}.", "On {day_said}, in front of the {place}.",
        "Come to the {place} on {day_said}.", "Take {c_them} from the {place} on {day_said}.")),
    ("B", Phrases(
        "And where does {c_they} like to run?", "Which way shall we go?",
        "What is the best way to go?", "Where do you usually walk?",
        "Is there a walk that {c_they} likes?", "Where should I take {c_them}?")),
    ("A", Phrases(
        "{C_They} loves to run {way}.", "We always walk {way}.", "Best of all {way}.",
        "Please go {way}.", "Take {c_them} {way}, it is quiet there.", "If it is dry, go {way}.")),
    ("B", Phrases(
        "I know that path. What do you pay?", "That is my favourite walk. What will you pay?",
        "Good. And what will I earn?", "That is a long way! What do I get for it?",
        "I would do it for {crowns} crowns.", "For {crowns} crowns I will do it.")),
    ("A", Phrases(
        "I will give you {crowns} crowns.", "You get {crowns} crowns.",
        "It is worth {crowns} crowns.",
        "Here are {crowns} crowns for you.", "I will pay {crowns} crowns.",
        "You will have {crowns} crowns from me."))),
    Phrases(
        "{b} will take {c}, the dog of {a}, for a walk {way} on {day} for {crowns} crowns. {b} "
        "fetches {c_them} from the {place}.",
        "{b} agrees to take {c}, the dog of {a}, for a walk {way} on {day} for {crowns} crowns. "
        "{b} fetches {c_them} from the {place}.",
        "{b} will walk {c}, the dog of {a}, {way} on {day} and gets {crowns} crowns. {b} fetches "
        "{c_them} from the {place}."))

BABY = Scenario("baby_sitting", _baby, (
    ("A", Phrases(
        "We need somebody to look after little {c}.", "Could you look after little {c} for us?",
        "Would you sit with {c} for an evening?", "I am looking for someone to mind {c}.",
        "We are going out, but {c} is too small.", "Little {c} was asking for you.")),
    ("B", Phrases(
        "I am fond of {c}. When do you go out?", "Of course. On which evening?",
        "I would like that. Which day is it?", "Good, I could do with the money. When?",
        "{c} and I are old friends. When?", "That should be easy. What day?")),
    ("A", Phrases(
        "On {day_said}. We are going to the {place}.",
        "It is on {day_said}. We have a table at the {place}.",
        "On {day_said}, there is a dinner at the {place}.",
        "We will be at the {place} on {day_said}.",
        "We are invited to the {place} on {day_said}.",
        "Next {day_said}. You can find us at the {place}.")),
    ("B", Phrases(
        "I am free. When must {c} be in bed?", "That suits me. When does {c} go to sleep?",
        "Fine. Until when may {c_they} stay up?", "Yes, I can. What is the bedtime?",
        "I will be there. What time is bed?", "Good. And when is {c} tired?")),
    ("A", Phrases(
        "{C_They} must sleep at {time_said}.", "Bedtime is at {time_said}.",
        "Put {c_them} to bed at {time_said}.", "It is lights out at {time_said}.",
        "At {time_said}, and not later.", "{C_They} should lie down at {time_said}.")),
    ("B", Phrases(
        "And if {c_they} cries?", "What helps {c_them} to fall asleep?",
        "What if {c_they} is afraid?",
        "How do I get {c_them} to sleep?", "What does {c_they} like before bed?",
        "Does {c_they} need anything before that?")),
    ("A", Phrases(
        "{C_They} likes {bedtime}.", "What helps is {bedtime}.", "Give {c_them} {bedtime}.",
        "Nothing is better than {bedtime}.", "Every evening {c_they} gets {bedtime}.",
        "I usually try {bedtime}."))),
    Phrases(
        "{b} will look after {c} on {day} while {a} is at the {place}. {c} goes to bed at {time} "
        "and likes {bedtime}.",
        "{b} agrees to look after {c} on {day} while {a} is at the {place}. {c} must sleep at "
        "{time} and likes {bedtime}.",
        "{b} will look after {c} on {day} because {a} will be at the {place}. {c} goes to bed at "
        "{time} and likes {bedtime}."))

BICYCLE = Scenario("broken_bicycle", _bicycle, (
    ("A", Phrases(
        "My bicycle has a {part}.", "I had to push my bicycle, it has a {part}.",
        "Look at this {part}! I cannot ride home.", "Do you understand bicycles? I have a {part}.",
        "I fell off, and now there is a {part}.", "My bicycle is no good with this {part}.")),
    ("B", Phrases(
        "That is easy. We just have to {mend}.", "Do not worry, I can {mend}.",
        "I have seen worse. Let me {mend}.", "No need for a shop. I will {mend}.",
        "You are lucky, I know how to {mend}.", "Let us {mend}, it is quickly done.")),
    ("A", Phrases(
        "You are clever! Do you have the tools?", "Have you got the tools for that?",
        "What do we need for that?", "I own no tools. Do you?",
        "That would be great! What about the tools?",
        "Really? I do not even have a spanner.")),
    ("B", Phrases(
        "{c} will lend us some.", "I can get them from {c}.", "No, but {c} has a full box.",
        "I share a toolbox with {c}.", "{c} has all that we need.",
        "I will ask {c} for the tools.")),
    ("A", Phrases(
        "Good. The bicycle is at the {place}. Is {offer} fine?",
        "It is parked at the {place}. Can you come on {offer}?",
        "I left it by the {place}. How about {offer}?",
        "Meet me at the {place}, perhaps on {offer}.",
        "It is against the wall of the {place}. Shall we say {offer}?",
        "Then come to the {place}. Would {offer} suit you?")),
    ("B", Phrases("{reply}")),
    ("A", AGREED)),
    Phrases(
        "{a} has a bicycle with a {part}. {b} will {mend} with tools from {c}, at the {place} on "
        "{day}.",
        "The bicycle of {a} has a {part}. {b} will {mend} with tools from {c}, at the {place} on "
        "{day}.",
        "{a} has a {part} on the bicycle. {b} offers to {mend} with tools from {c}, at the {place} "
        "on {day}."))

SWAP = Scenario("seed_swap", _seeds, (
    ("A", Phrases(
        "I have far too many {mine}.", "Would you like some {mine}?",
        "Do you need {mine} this year?",
        "My drawer is full of {mine}.", "I want to swap some {mine}.", "Look, all these {mine}!")),
    ("B", Phrases(
        "I have none. What do you want for them?", "Yes! Would you take {extra}?",
        "I would love some. I can offer {extra}.", "My garden has room. Shall I give you {extra}?",
        "They would look good by my fence. Do you need {extra}?", "Let us swap! I have {extra}.")),
    ("A", Phrases(
        "I am looking for {yours}.", "I would rather have {yours}.", "Do you also have {yours}?",
        "What I really want is {yours}.", "For me it must be {yours}.",
        "What I need this spring is {yours}.")),
    ("B", Phrases(
        "You can have those. Where do we meet?", "I have plenty of them. Where shall we swap?",
        "I can spare some. Where are you this week?", "That can be done. Where shall I bring them?",
        "My neighbour gave me some. Where can we swap?", "Fine, that is fair. Where?")),
    ("A", Phrases(
        "At the {place} on {day_said}.", "On {day_said} I will be at the {place}.",
        "Come to the {place} on {day_said}.", "Let us meet at the {place} on {day_said}.",
        "I go past the {place} on {day_said}.", "How about the {place}, on {day_said}?")),
    ("B", Phrases(
        "Good, I will put them in paper bags.", "I will be there with my basket.",
        "Right, and I will write labels.", "Very well, I will bring them along.",
        "Perfect, the soil is warm enough now.", "Fine, then we can both begin to plant."))),
    Phrases(
        "{a} and {b} will swap plants at the {place} on {day}. {a} gives {mine} and gets {yours}.",
        "{a} and {b} agree to swap plants at the {place} on {day}. {a} gives {mine} and gets "
        "{yours}.",
        "{a} and {b} will meet at the {place} on {day} to swap plants. {a} gives {mine} and gets "
        "{yours} from {b}."))
# fmt: on

SCENARIOS = (SOUP, DOG, BABY, BICYCLE, SWAP)
