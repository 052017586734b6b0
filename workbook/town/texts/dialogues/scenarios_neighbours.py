"""Neighbours' conversations: things lost and found, noise, and letters gone astray.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Help for the sick and the small is in `scenarios_care.py`. Dialogues and summaries are the material
of the lessons on summarising.
"""

from workbook.town.texts.dialogues.scenario import Scenario, agree, meeting_place, said, third, two
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, hour

LOST_THINGS = (
    "umbrella", "scarf", "basket", "notebook", "purse", "walking stick", "glove", "cap",
    "handkerchief", "lunch box", "rucksack", "hymn book", "shawl",
)  # fmt: skip
CORNERS = (
    "under a bench", "behind the counter", "on a window sill", "beside the stairs", "on a hook",
    "under the table", "next to the stove", "near the door",
)  # fmt: skip
NOISES = (
    ("rooster", "crows"), ("dog", "barks"), ("donkey", "brays"), ("goose", "honks"),
    ("parrot", "screams"), ("sheep", "bleats"), ("duck", "quacks"), ("cat", "wails"),
)  # fmt: skip
REMEDIES = (
    "keep it in the barn", "cover its window", "move it behind the house", "build a thick wall",
    "take it to the farm", "feed it later", "shut it in the shed", "sleep with it downstairs",
)  # fmt: skip
HIDING = (
    "in the pear tree", "on the roof", "under the porch", "in the hay", "behind the oven",
    "in a laundry basket", "inside a barrel", "on top of the wardrobe", "under a boat",
)  # fmt: skip
LURES = (
    "a piece of herring", "a saucer of cream", "a bit of cheese", "a ball of wool",
    "a slice of ham", "a tin of sardines", "some warm milk",
)  # fmt: skip
LURE_YES = Phrases(
    "Yes, no cat can resist {lure}.", "Good idea, cats love {lure}.", "Yes, {lure} always works.",
    "That is right, bring {lure}.", "Do that, {lure} cannot fail.", "I would also try {lure}.",
)  # fmt: skip
LURE_NO = Phrases(
    "No, better take {lure}.", "My cat would only come for {lure}.", "No, {lure} works better.",
    "That is not enough. Take {lure}.", "I doubt it. Try {lure}.", "I would rather take {lure}.",
)  # fmt: skip
POST = (
    "a thick letter", "a postcard", "a small parcel", "a bill", "a wedding invitation",
    "a grey envelope", "a long telegram", "a box of seeds",
)  # fmt: skip


def _umbrella(writer: Writer, cast: dict) -> dict:
    thing, corner = writer.pick(LOST_THINGS), writer.pick(CORNERS)
    place = meeting_place(writer).name
    colour, wrong = two(writer, COLOURS)
    first, second = two(writer, (9, 10, 11, 14, 15, 16))
    writer.fact(cast["a"], "lost", f"{colour} {thing}")
    writer.fact(thing, "found at", place)
    writer.fact(thing, "lies", corner)
    writer.fact(thing, "collected at", hour(first))
    return {
        "thing": thing, "one": an(thing), "colour_thing": an(f"{colour} {thing}"),
        "corner": corner, "place": place, "colour": colour,
        "colour_said": said(writer, colour, wrong), "time": hour(first),
        "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _rooster(writer: Writer, cast: dict) -> dict:
    animal, noise = writer.pick(NOISES)
    first, second = two(writer, REMEDIES)
    early, wrong = two(writer, (3, 4, 5, 6))
    day = writer.pick(WEEKDAYS)
    writer.fact(cast["a"], "complains about", animal)
    writer.fact(cast["b"], "will", second)
    writer.fact(animal, noise, f"at {hour(early)}")
    writer.fact(cast["b"], "begins on", day)
    return {
        "animal": animal, "noise": noise, "first": first, "remedy": second, "day": day,
        "time": hour(early), "time_said": said(writer, hour(early), hour(wrong)),
    }  # fmt: skip


def _keys(writer: Writer, cast: dict) -> dict:
    friend, place = third(writer), meeting_place(writer).name
    first, second = two(writer, (17, 18, 19, 20, 21))
    writer.fact(cast["a"], "has no", "key")
    writer.fact(friend["c"], "has", "key")
    writer.fact(friend["c"], "is at", place)
    writer.fact(friend["c"], "stays until", hour(first))
    writer.fact(cast["a"], "waits with", cast["b"])
    return {
        **friend, "place": place, "time": hour(first),
        "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _cat(writer: Writer, cast: dict) -> dict:
    offer, other = two(writer, LURES)
    lure = offer if writer.source.chance(0.5) else other
    reply = writer.say(LURE_YES if lure == offer else LURE_NO, lure=lure)
    pet, hiding = third(writer), writer.pick(HIDING)
    writer.fact(pet["c"], "is", hiding)
    writer.fact(cast["a"], "owns", pet["c"])
    writer.fact(cast["a"], "takes", lure)
    return {
        **pet, "one": an(writer.pick(COLOURS)), "hiding": hiding, "offer": offer, "reply": reply,
        "lure": lure,
    }  # fmt: skip


def _letter(writer: Writer, cast: dict) -> dict:
    post, place = writer.pick(POST), meeting_place(writer).name
    wrong, right = two(writer, writer.town.streets)
    day, other = two(writer, WEEKDAYS)
    reply, day_agreed = agree(writer, day, other)
    friend = third(writer)
    writer.fact(friend["c"], "lives in", right)
    writer.fact(cast["b"], "delivers", post)
    writer.fact(cast["a"], "meets at", place)
    writer.fact(cast["a"], "meets on", day_agreed)
    writer.fact(post, "belongs to", friend["c"])
    return {
        **friend, "post": post, "place": place, "wrong": wrong, "street": right, "offer": day,
        "reply": reply, "day": day_agreed,
    }  # fmt: skip


# fmt: off
UMBRELLA = Scenario("lost_umbrella", _umbrella, (
    ("A", Phrases(
        "I have lost my {thing}. Have you seen it?", "Did you find {one} by any chance?",
        "I cannot find my {thing} anywhere.", "My {thing} is gone! Can you help me?",
        "I am looking for my {thing}.", "I must have left my {thing} somewhere.")),
    ("B", Phrases(
        "What colour is it?", "Tell me, what colour is it?", "Maybe. What colour is yours?",
        "Perhaps I did. What colour was it?", "Describe it. What colour?",
        "There are so many. What is the colour?")),
    ("A", Phrases(
        "It is {colour_said}.", "Mine is {colour_said}.", "The colour is {colour_said}.",
        "It is all {colour_said}.", "Oh, {colour_said}.", "I would call it {colour_said}.")),
    ("B", Phrases(
        "Then I saw it at the {place}, {corner}.", "One like that is at the {place}, {corner}.",
        "Yes! It is at the {place}, {corner}.", "You left it at the {place}, {corner}.",
        "I know it. Look at the {place}, {corner}.", "It is lying at the {place}, {corner}.")),
    ("A", Phrases(
        "What luck! When can I get it?", "How good! When is somebody there?",
        "That is a relief. When may I collect it?", "Wonderful! What time can I go there?",
        "Oh, I am so glad. When do they let me in?", "I should have known. When can I go in?")),
    ("B", Phrases(
        "Go there at {time_said}.", "The door is open at {time_said}.", "Try at {time_said}.",
        "They expect you at {time_said}.", "You can come at {time_said}.",
        "It is best to go at {time_said}.")),
    ("A?", Phrases(
        "I will run there.", "I will sew my name into it.", "It belonged to my grandmother.",
        "I am always forgetting things."))),
    Phrases(
        "{a} has lost {colour_thing}. {b} saw it at the {place} {corner}, and {a} can collect it "
        "at {time}.",
        "{a} is looking for {colour_thing}. {b} saw it at the {place} {corner}, and {a} can "
        "collect it at {time}.",
        "{b} tells {a} that the lost {colour} {thing} is at the {place} {corner}. {a} can collect "
        "it at {time}."))

ROOSTER = Scenario("noisy_animal", _rooster, (
    ("A", Phrases(
        "I must talk to you about your {animal}.", "It is about your {animal} again.",
        "Your {animal} is driving me mad.", "I like animals, but your {animal} is too loud.",
        "I have not slept well because of your {animal}.",
        "Please, do something about your {animal}.")),
    ("B", Phrases(
        "Why, what has it done?", "My poor {animal}? What is wrong?", "Oh dear, is it so bad?",
        "But it is such a sweet creature! What did it do?", "Has it been in your garden?",
        "I am sorry to hear that. What happened?")),
    ("A", Phrases(
        "It {noise} at {time_said}, every day.", "It {noise} under my window at {time_said}.",
        "It always {noise} at {time_said}.", "At {time_said} it {noise} and wakes us all.",
        "It {noise} from {time_said} until breakfast.", "Every day at {time_said} it {noise}.")),
    ("B", Phrases(
        "I am sorry. I could {first}.", "That is too early. Shall I {first}?",
        "Forgive me! Perhaps I should {first}.", "I did not know that. I might {first}.",
        "How embarrassing! I can {first}.", "I understand. Would it help to {first}?")),
    ("A", Phrases(
        "We tried that. It is better to {remedy}.", "That will not help. Please {remedy}.",
        "I would rather ask you to {remedy}.", "It would still be loud. Could you {remedy}?",
        "No, it is cleverer to {remedy}.", "That is not enough. You should {remedy}.")),
    ("B", Phrases(
        "All right, from {day} on.", "You are right. I will do that on {day}.",
        "I promise to do it from {day}.", "Very well. I will see to it on {day}.",
        "Agreed, I begin on {day}.", "Good. Give me until {day}.")),
    ("A?", Phrases(
        "Then I can sleep again.", "No hard feelings, I hope.", "I will bring you some eggs.",
        "I knew that you would understand."))),
    Phrases(
        "{a} complains that the {animal} of {b} {noise} at {time}. {b} promises to {remedy} from "
        "{day} on.",
        "{a} complains to {b}, whose {animal} {noise} at {time}. {b} promises to {remedy} from "
        "{day} on.",
        "{a} cannot sleep because the {animal} of {b} {noise} at {time}. {b} agrees to {remedy} "
        "from {day} on."))

KEYS = Scenario("forgotten_keys", _keys, (
    ("A", Phrases(
        "I am standing outside. My keys are in the house!", "I have locked myself out!",
        "How stupid of me, I forgot my keys.", "The door fell shut, and I have no key.",
        "My key is on the kitchen table, and I am outside.", "I cannot get into my house.")),
    ("B", Phrases(
        "Oh no! Does anybody else have a key?", "That happened to me too. Who has a spare key?",
        "Is there a second key?", "Poor you! Did you give a key to somebody?",
        "Do not break the window! Who has another key?",
        "Is a window open, or is there a spare key?")),
    ("A", Phrases(
        "{c} has one, but {c_they} does not answer.", "Only {c}, and I cannot find {c_them}.",
        "I gave one to {c}. Where is {c_they}?", "Yes, {c}. Have you seen {c_them}?",
        "{c} keeps one for me. Is {c_they} at home?",
        "There is one with {c}. Where could {c_they} be?")),
    ("B", Phrases(
        "{C_They} is at the {place} today.", "I saw {c_them} at the {place}.",
        "You will find {c_them} at the {place}.", "I think {c_they} went to the {place}.",
        "{C_They} told me about a visit to the {place}.", "Look for {c_them} at the {place}.")),
    ("A", Phrases(
        "And how long will {c_they} be away?", "How long will {c_they} stay there?",
        "Do you know how long {c_they} will stay?", "Until what time is {c_they} there?",
        "Will {c_they} be there all day?", "Will {c_they} stay there long?")),
    ("B", Phrases(
        "Until {time_said}, I believe.", "{C_They} will stay until {time_said}.",
        "Surely until {time_said}.", "{C_They} is busy there until {time_said}.",
        "I think until {time_said}.", "{C_They} cannot leave before {time_said}.")),
    ("A", Phrases(
        "Then I will wait in your kitchen, if I may.", "May I sit with you until then?",
        "I am cold. May I come in?", "Could I wait at your house?",
        "Would you let me in for a cup of tea?", "Can I stay with you for now?")),
    ("B?", Phrases(
        "Of course, come in and get warm.", "Come in, the kettle is on.",
        "My door is always open.", "Please do, and take off your shoes."))),
    Phrases(
        "{a} is locked out, and {c}, who has the spare key, is at the {place} until {time}. {a} "
        "will wait at {b}'s house.",
        "{a} has forgotten {a_their} keys, and {c}, who has the spare key, is at the {place} until "
        "{time}. {a} will wait at {b}'s house.",
        "{a} is locked out. {b} says that {c}, who has the spare key, is at the {place} until "
        "{time}, and {a} will wait with {b}."))

CAT = Scenario("lost_cat", _cat, (
    ("A", Phrases(
        "My cat {c} did not come home.", "Have you seen my cat {c}?",
        "I am worried about my cat {c}.",
        "{c} is missing! You know, my cat.", "I have been calling my cat {c} for hours.",
        "Please help me to look for {c}, my cat.")),
    ("B", Phrases(
        "Is it the one with {one} ear?", "Does {c_they} wear {one} ribbon?",
        "The one with {one} collar?", "Has {c_they} got {one} bell?",
        "Is that the cat with {one} collar?", "I know {c_them}. With {one} ribbon, right?")),
    ("A", Phrases(
        "Yes, that is {c_them}! Where did you see {c_them}?", "Exactly! Is {c_they} with you?",
        "Yes! Do you know where {c_they} is?", "That is my {c}! Where is {c_they}?",
        "Oh yes! Please tell me where {c_they} is.", "You know {c_them}! Where can I look?")),
    ("B", Phrases(
        "{C_They} is sitting {hiding}.", "I saw {c_them} {hiding}.", "There is a cat {hiding}.",
        "You will find {c_them} {hiding}.", "I heard a cat {hiding}.",
        "{C_They} was asleep {hiding}.")),
    ("A", Phrases(
        "{C_They} is shy. I will try {offer}.", "How can I catch {c_them}? With {offer}?",
        "Then I need {offer}.", "I will call {c_them} with {offer}.",
        "Maybe {c_they} will come for {offer}.", "Shall I bring {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "Good, I will be there at once.", "I am on my way.",
        "All right, please stay near {c_them}.",
        "Fine, do not frighten {c_them}.", "Good idea, I am coming.", "Then I will hurry."))),
    Phrases(
        "{a} is looking for {a_their} cat {c}. {b} says that {c_they} is {hiding}, and {a} will "
        "catch {c_them} with {lure}.",
        "{a} has lost {a_their} cat {c}. {b} says that {c_they} is {hiding}, and {a} will catch "
        "{c_them} with {lure}.",
        "{b} tells {a}, who is looking for {a_their} cat {c}, that {c_they} is {hiding}. {a} will "
        "catch {c_them} with {lure}."))

LETTER = Scenario("wrong_letter", _letter, (
    ("A", Phrases(
        "I found {post} in my box, but it is for {c}.", "Somebody brought me {post} for {c}.",
        "The post left {post} with me. It is for {c}.",
        "Do you know {c}? I have {post} for {c_them}.",
        "There was {post} on my step, meant for {c}.", "I opened {post}, and it was for {c}!")),
    ("B", Phrases(
        "Does {c} not live in {wrong}?", "I think that {c} lives in {wrong}.",
        "Is the address in {wrong}?", "Try {wrong}, that is where I met {c_them}.",
        "You could carry it to {wrong}.", "That must be the {c} from {wrong}.")),
    ("A", Phrases(
        "No, {c_they} has moved to {street}.", "It says {street}, not {wrong}.",
        "Not any more. The new house is in {street}.",
        "They told me that {c_they} is now in {street}.",
        "That was last year. Now it is {street}.", "No, the address is in {street}.")),
    ("B", Phrases(
        "I often go there. I can take it.", "Give it to me, I pass that way.",
        "That is near my work. I will deliver it.", "Let me carry it, it is on my way.",
        "I know that street. Leave it to me.", "I could deliver it for you.")),
    ("A", Phrases(
        "Then let us meet at the {place}. Is {offer} all right?",
        "Can I hand it to you at the {place} on {offer}?",
        "Wonderful! Shall we meet at the {place} on {offer}?",
        "I will bring it to the {place}. How about {offer}?",
        "Good. Will you be at the {place} on {offer}?",
        "That helps me. Could you come to the {place} on {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "All right. It looks important.", "Agreed. {c} will be pleased.",
        "Good. Please keep it dry.",
        "Fine. I hope that it is good news.", "Very well, I will be there.",
        "Good, see you there."))),
    Phrases(
        "{a} received {post} for {c}, who lives in {street}. {a} and {b} will meet at the {place} "
        "on {day}, and {b} will deliver it.",
        "{a} has {post} that belongs to {c}, who lives in {street}. {a} and {b} will meet at the "
        "{place} on {day}, and {b} will deliver it.",
        "{a} found {post} for {c}, who lives in {street}. {b} will meet {a} at the {place} on "
        "{day} and deliver it."))
# fmt: on

SCENARIOS = (UMBRELLA, ROOSTER, KEYS, CAT, LETTER)
