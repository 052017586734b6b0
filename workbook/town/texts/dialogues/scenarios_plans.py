"""Plans and dates: outings, games and evenings that have to be moved.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Favours between friends are in `scenarios_everyday.py`. Dialogues and summaries are the material
of the lessons on summarising.
"""

from workbook.town.texts.dialogues.scenario import Scenario, agree, meeting_place, said, third, two
from workbook.town.vocabulary import WEEKDAYS
from workbook.town.writer import Phrases, Writer, hour

SIGHTS = ("the seals", "the sunset", "the old wreck", "the puffins", "the cliffs", "the caves")
PRIZES = (
    "a jar of honey", "a bar of chocolate", "a pot of tea", "an apple pie", "a bag of nuts",
    "a bottle of cider",
)  # fmt: skip
SONGS = (
    "the harvest song", "the sailor song", "the lullaby", "the spring carol", "the long ballad",
)  # fmt: skip
REASONS = (
    "the roof is leaking", "the stove is broken", "the floor is being painted",
    "the hall is flooded",
    "the lights have failed", "a wedding party has the room", "the windows are being mended",
)  # fmt: skip
HURDLES = (
    "my bus broke down", "the bridge is closed", "I missed the ferry", "my horse lost a shoe",
    "the fog is too thick", "I have lost my way", "a tree lies across the road",
    "my bicycle chain snapped",
)  # fmt: skip
MEALS = (
    "roast duck", "pea soup", "noodles", "cabbage rolls", "fried herring", "dumplings",
    "spinach pie", "chestnut soup", "grilled trout", "turnip stew",
)  # fmt: skip


def _boat(writer: Writer, cast: dict) -> dict:
    early, late = two(writer, (7, 8, 9, 10, 13, 14, 15, 16))
    reply, time = agree(writer, hour(early), hour(late))
    place, sight = meeting_place(writer).name, writer.pick(SIGHTS)
    crowns = writer.source.integer(2, 12)
    writer.fact("boat", "meet at", place)
    writer.fact("boat", "time", time)
    writer.fact("boat", "price each", f"{crowns} crowns")
    writer.fact(cast["a"], "shares a boat with", cast["b"])
    writer.fact(cast["a"], "wants to see", sight)
    return {
        "offer": hour(early), "reply": reply, "time": time, "place": place, "sight": sight,
        "crowns": crowns,
    }  # fmt: skip


def _chess(writer: Writer, cast: dict) -> dict:
    day, wrong = two(writer, WEEKDAYS)
    prize, place, judge = writer.pick(PRIZES), meeting_place(writer).name, third(writer)
    writer.fact("chess", "place", place)
    writer.fact("chess", "day", day)
    writer.fact("chess", "prize", prize)
    writer.fact(judge["c"], "is judge of", "chess")
    return {
        **judge, "place": place, "prize": prize, "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _choir(writer: Writer, cast: dict) -> dict:
    old, new = two(writer, WEEKDAYS)
    place, place2 = (p.name for p in two(writer, writer.town.among("places", writer.split)))
    first, second = two(writer, (17, 18, 19, 20))
    writer.fact("choir practice", "day", new)
    writer.fact("choir practice", "place", place2)
    writer.fact("choir practice", "time", hour(first))
    writer.fact("choir practice", "not on", old)
    writer.fact("choir practice", "not at", place)
    return {
        "old": old, "day": new, "place": place, "place2": place2, "reason": writer.pick(REASONS),
        "song": writer.pick(SONGS), "time": hour(first),
        "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _supper(writer: Writer, cast: dict) -> dict:
    helper = third(writer)
    minutes, place = writer.source.integer(3, 15) * 5, meeting_place(writer).name
    meal = writer.pick(MEALS)
    writer.fact(cast["a"], "is at", place)
    writer.fact(cast["a"], "late", f"{minutes} minutes")
    writer.fact(cast["b"], "has made", meal)
    writer.fact(helper["c"], "goes to meet", cast["a"])
    return {
        **helper, "minutes": minutes, "place": place, "meal": meal,
        "minutes_said": said(writer, str(minutes), str(minutes + 10)),
        "hurdle": writer.pick(HURDLES),
    }  # fmt: skip


# fmt: off
BOAT = Scenario("share_boat", _boat, (
    ("A", Phrases(
        "I want to row out and see {sight}.", "Come with me in a boat to see {sight}!",
        "Shall we row out to {sight}?", "The sea is calm. Let us look at {sight}.",
        "I would like to see {sight} by boat.",
        "I know where to find {sight}. Come rowing with me!")),
    ("B", Phrases(
        "I would love to. What does a boat cost?", "That sounds fun. Is it expensive?",
        "Yes, if it is not too dear.", "With you, always. How much is it?",
        "What a good plan! And the price?", "I like that. What must we pay?")),
    ("A", Phrases(
        "Only {crowns} crowns for each of us.", "We each pay {crowns} crowns.",
        "It would be {crowns} crowns each.", "Each of us pays {crowns} crowns.",
        "If we share, {crowns} crowns each.", "Your half would be {crowns} crowns.")),
    ("B", Phrases(
        "I can manage that. When do we leave?", "That is cheap. What time do we start?",
        "Fair enough. At what time?", "Agreed. When do we set off?",
        "Good, I have that. When?", "I do not mind. What time is best?")),
    ("A", Phrases(
        "Let us say {offer}.", "The tide is right at {offer}.", "How about {offer}?",
        "Would {offer} suit you?", "I was thinking of {offer}.", "Shall we go at {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "Good. Then meet me at the {place}.", "Fine. I will wait at the {place}.",
        "Right, we meet in front of the {place}.", "Very well. Come to the {place}.",
        "All right, let us meet at the {place}.", "Done. You will find me by the {place}.")),
    ("B?", Phrases(
        "I will bring warm gloves.", "I will bring my field glasses.", "I must find my oilskin.",
        "I hope that I will not be seasick."))),
    Phrases(
        "{a} and {b} will share a boat to see {sight}, for {crowns} crowns each. They meet at the "
        "{place} at {time}.",
        "{a} and {b} want to share a boat to see {sight}, for {crowns} crowns each. They will meet "
        "at the {place} at {time}.",
        "{b} agrees to share a boat with {a} to see {sight}, for {crowns} crowns each. They meet "
        "at the {place} at {time}."))

CHESS = Scenario("chess_match", _chess, (
    ("A", Phrases(
        "I have been practising. Will you play chess with me?", "You owe me a game of chess!",
        "Are you brave enough for a game of chess?", "I challenge you to a chess match.",
        "When shall we play chess again?", "I want my revenge at the chess board.")),
    ("B", Phrases(
        "You lost badly last time, but all right.", "I am never afraid of you.",
        "Gladly. I have a new opening.", "Yes, but this time for a prize.",
        "Very well, I am ready to win again.", "Are you sure? I play every day now.")),
    ("A", Phrases(
        "The loser must buy {prize}.", "Let us play for {prize}.", "The winner gets {prize}.",
        "The prize shall be {prize}.", "I bet {prize} that I win.", "Whoever wins takes {prize}.")),
    ("B", Phrases(
        "I like that. Where shall we play?", "Agreed. And where?", "Ha, it is mine! Where?",
        "You will regret it. Where shall we meet?", "Good. Where do we set up the board?",
        "I accept. Where is it quiet enough?")),
    ("A", Phrases(
        "At the {place}, on {day_said}.", "Come to the {place} on {day_said}.",
        "We can sit at the {place} on {day_said}.", "Let us sit at the {place} on {day_said}.",
        "I will bring the board to the {place} on {day_said}.",
        "The {place} is quiet on {day_said}.")),
    ("B", Phrases(
        "Fine, but {c} must keep the clock.", "I will ask {c} to be the judge.",
        "Then {c} can watch that you do not cheat.", "All right. {c} shall be our judge.",
        "Good, and {c} will be the judge.", "Agreed, if {c} is the judge.")),
    ("A?", Phrases(
        "{c} is strict but fair.", "I have nothing against {c}.", "Then it will be a fair fight.",
        "I will polish the pieces."))),
    Phrases(
        "{a} and {b} will play chess for {prize} at the {place} on {day}. {c} will be the judge.",
        "{a} challenges {b} to play chess for {prize} at the {place} on {day}. {c} will be the "
        "judge.",
        "{a} and {b} agree to play chess at the {place} on {day}. The prize is {prize} and {c} "
        "will be the judge."))

CHOIR = Scenario("choir_moved", _choir, (
    ("A", Phrases(
        "Choir practice is not on {old} this week.", "Have you heard about the choir on {old}?",
        "I have news about choir practice on {old}.", "Did they tell you about the choir on {old}?",
        "I must warn you, there is no choir on {old}.", "Do not go to the choir on {old}!")),
    ("B", Phrases(
        "No, what has happened?", "Why? Is something wrong?", "Nobody told me. Why not?",
        "Oh dear, what is the matter?", "Really? What is the reason?",
        "I have heard nothing. Why?")),
    ("A", Phrases(
        "At the {place} {reason}.", "You see, {reason} at the {place}.",
        "It is the {place}, where {reason}.", "We cannot use the {place}, because {reason}.",
        "The {place} is shut to us, for {reason}.", "Bad luck, {reason} at the {place}.")),
    ("B", Phrases(
        "What a pity! And where do we sing now?", "Poor singers! Where do we go?",
        "So where shall we practise?", "Is there another room for us?",
        "Then which room can we have?", "I see. Has anyone found a room?")),
    ("A", Phrases(
        "We sing at the {place2} on {day}.", "We may use the {place2} on {day}.",
        "The {place2} will take us on {day}.", "Come to the {place2} on {day} instead.",
        "There is room at the {place2} on {day}.", "We meet at the {place2}, but on {day}.")),
    ("B", Phrases(
        "At what time?", "And the time?", "When do we begin?", "What time should I be there?",
        "Is it at the usual time?", "Tell me the hour, please.")),
    ("A", Phrases(
        "We start at {time_said}.", "Be there at {time_said}.", "It begins at {time_said}.",
        "They open the door at {time_said}.", "Singing starts at {time_said}.",
        "We warm up at {time_said}.")),
    ("B?", Phrases(
        "I will practise {song} until then.", "I still cannot sing {song}.",
        "Then I have time to learn {song}.", "I hope that we sing {song}."))),
    Phrases(
        "{a} tells {b} that choir practice will not be at the {place}. It moves from {old} to "
        "{day} at the {place2}, at {time}.",
        "{a} tells {b} that choir practice cannot be at the {place}. It is now on {day} and not on "
        "{old}, at the {place2}, at {time}.",
        "{b} learns from {a} that choir practice will not be at the {place}. It moves from {old} "
        "to {day} at the {place2}, at {time}."))

SUPPER = Scenario("late_for_supper", _supper, (
    ("A", Phrases(
        "I am so sorry, I will be late for supper.", "Please do not wait for me with the food.",
        "I am afraid that I am late.", "Do not be angry, I am not there yet.",
        "I will not be in time for supper.", "Start without me, I am running late.")),
    ("B", Phrases(
        "What has happened? The {meal} is ready.", "Oh no! I have made {meal} for you.",
        "But the {meal} is on the table! Where are you?", "The {meal} will get cold! Why?",
        "We have {meal} tonight. What went wrong?", "Where are you? I can smell the {meal}.")),
    ("A", Phrases(
        "I am at the {place}, and {hurdle}.", "I am standing near the {place}, because {hurdle}.",
        "I only got as far as the {place}, for {hurdle}.",
        "I am by the {place}. You see, {hurdle}.",
        "Still at the {place}. Would you believe it, {hurdle}!",
        "I am stuck at the {place}, as {hurdle}.")),
    ("B", Phrases(
        "That is bad luck. When will you be here?", "You poor thing! How long will you need?",
        "What a day! How long will it take you?", "I understand. How late will you be?",
        "Never mind. When can we expect you?", "These things happen. How much longer?")),
    ("A", Phrases(
        "Perhaps {minutes_said} minutes.", "I need {minutes_said} minutes more.",
        "I will be {minutes_said} minutes late.", "It will take me {minutes_said} minutes.",
        "Give me {minutes_said} minutes.", "I should be there in {minutes_said} minutes.")),
    ("B", Phrases(
        "I will send {c} with a lamp to meet you.", "{c} will come and meet you on the way.",
        "Then {c} shall walk towards you.", "Stay there, {c} will fetch you.",
        "I will ask {c} to go and meet you.", "{c} is leaving now to meet you.")),
    ("A?", Phrases(
        "That is very kind of {c_them}.", "Tell {c_them} to wear a coat.",
        "Keep a plate warm for me.", "I am as hungry as a wolf."))),
    Phrases(
        "{a} is at the {place} and will be {minutes} minutes late for supper. {b} has made {meal} "
        "and sends {c} to meet {a_them}.",
        "{a} tells {b} that {a_they} is at the {place} and {minutes} minutes late for supper. {b} "
        "has made {meal} and sends {c} to meet {a_them}.",
        "{a} is still at the {place} and will be {minutes} minutes late for supper. {b} has made "
        "{meal} and asks {c} to meet {a_them}."))
# fmt: on

SCENARIOS = (BOAT, CHESS, CHOIR, SUPPER)
