"""Dialogue scenarios of public life: stalls, votes, plays, loans, interviews.

Each scenario is one function that draws slots and one `Scenario` with turns and summaries.
Clubs and work are in `scenarios_clubs.py`, things lost, broken or flooded in
`scenarios_mishaps.py`; `SCENARIOS` here holds all three. Left out: greetings and thanks, which
`dialogues.py` adds. Lesson 08 fine-tunes a model to write these summaries.
"""

from workbook.town.texts.dialogues.scenario import Scenario, meeting_place, said, third, two
from workbook.town.texts.dialogues.scenarios_clubs import SCENARIOS as CLUBS
from workbook.town.texts.dialogues.scenarios_mishaps import SCENARIOS as MISHAPS
from workbook.town.vocabulary import MONTHS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, hour, money

_STALL_GOODS = (
    "candied pears", "knitted mittens", "beeswax candles", "pickled onions", "painted buttons",
    "lavender bags", "old comics", "paper lanterns", "plum jam", "seed packets", "wooden spoons",
    "fudge", "pancakes", "gingerbread",
)  # fmt: skip
_STREET_THINGS = (
    "bench", "drinking fountain", "notice board", "bicycle stand", "bird bath", "sundial",
    "sandpit", "book box", "pump", "swing", "signpost", "flower tub",
)  # fmt: skip
_ROLES = (
    "the fox", "the pirate", "the wicked uncle", "the talking tree", "the moon", "the thunder",
    "the queen of the bees", "the sleepy guard", "the old dragon", "the miller's ghost",
    "the lighthouse ghost", "the clever hen",
)  # fmt: skip
_HEIRLOOMS = (
    "compass", "violin", "wedding dress", "sea chest", "diary", "medal", "spinning wheel",
    "telescope", "rocking horse", "pocket watch", "stamp album", "copper pan", "fishing net",
)  # fmt: skip
_FEATS = (
    "grew a giant pumpkin", "rescued a swan", "built a tiny windmill", "knitted a flag",
    "swam across the bay", "found an old coin", "carved a wooden whale", "trained a crow",
    "baked a loaf as long as a boat", "saved a kitten from a chimney", "invented a quiet drum",
)  # fmt: skip
_HELP = ("the folding table", "the scales", "the striped awning", "the cash box", "two trestles")


def _stall(writer: Writer, cast: dict) -> dict:
    event = writer.event()
    place = writer.town.places[event.place].name
    goods, wrong = two(writer, _STALL_GOODS)
    time = hour(event.hour - writer.source.integer(1, 3))
    writer.fact(event.name, "place", place)
    writer.fact(cast["a"], "sells", goods)
    return {
        "event": event.name, "place": place, "goods": goods, "other": wrong, "time": time,
        "said": said(writer, time, hour(event.hour)), "gear": writer.pick(_HELP), **third(writer),
    }  # fmt: skip


def _vote(writer: Writer, cast: dict) -> dict:
    street, wrong = two(writer, writer.town.streets)
    thing = writer.pick(_STREET_THINGS)
    no = writer.source.integer(2, 5)
    slots = {
        "thing": thing, "street": street, "said": said(writer, street, wrong), "no": no,
        "yes": no + writer.source.integer(2, 7), "month": writer.pick(MONTHS),
        "cost": money(writer.source.integer(8, 90) * 500), **third(writer),
    }  # fmt: skip
    writer.fact(thing, "street", street)
    writer.fact(thing, "price", slots["cost"])
    return slots


def _role(writer: Writer, cast: dict) -> dict:
    role, wish = two(writer, _ROLES)
    day, wrong = two(writer, WEEKDAYS)
    writer.fact(cast["b"], "role", role)
    writer.fact("rehearsal", "weekday", day)
    slots = {"role": role, "wish": wish, "day": day, "said": said(writer, day, wrong)}
    return slots | {"time": hour(writer.source.integer(14, 18)), **third(writer)}


def _loan(writer: Writer, cast: dict) -> dict:
    place, thing = meeting_place(writer).name, writer.pick(_HEIRLOOMS)
    month, wrong = two(writer, MONTHS)
    owner = writer.pick(("grandfather", "grandmother", "great-aunt", "uncle", "aunt"))
    writer.fact(cast["b"], "lends", thing)
    writer.fact(thing, "until", month)
    return {
        "place": place, "thing": thing, "owner": owner, "month": month,
        "said": said(writer, month, wrong), "age": writer.source.integer(6, 19) * 10,
        "care": writer.pick(("a glass case", "a dry room", "a locked room", "a soft cloth")),
    }  # fmt: skip


def _interview(writer: Writer, cast: dict) -> dict:
    time, wrong = two(writer, tuple(range(9, 19)))
    place, feat, day = meeting_place(writer).name, writer.pick(_FEATS), writer.pick(WEEKDAYS)
    writer.fact(cast["b"], "did", feat)
    writer.fact("interview", "time", hour(time))
    slots = {"place": place, "feat": feat, "day": day, "time": hour(time)}
    return slots | {"said": said(writer, hour(time), hour(wrong))}


# fmt: off
SCENARIOS = (
    Scenario("market_stall", _stall, (
        ("A", Phrases(
            "Shall we take a stall at the {event}? It is at the {place}.",
            "I want a stall at the {event} at the {place}. Are you in?",
            "The {event} is coming to the {place}. Shall we have a stall there?",
            "There is still a free stall at the {event} at the {place}.",
            "We could share a stall at the {event} at the {place}.",
            "How about a stall of our own at the {event}, at the {place}?",
        )),
        ("B", Phrases(
            "Gladly. Should we sell {other}?", "I like that. What about {other}?",
            "Yes, let us do it. We could offer {other}.", "Why not? I could make {other}.",
        )),
        ("A", Phrases(
            "Everybody sells {other}. Let us take {goods} instead.",
            "We had {other} last time. I would rather sell {goods}.",
            "Not {other} again. People keep asking me for {goods}.",
            "I think {goods} would sell better than {other}.",
            "My cupboard is full of {goods}. Let us sell those first, not {other}.",
            "Nobody bought {other} last year. We should try {goods}.",
        )),
        ("B", Phrases(
            "Fine. And who will carry {gear}?", "Agreed. But who will bring {gear}?",
            "All right. And who will see to {gear}?",
            "Good. Who can help us with {gear}?",
        )),
        ("A", Phrases(
            "{c} will help us. We set up at {said}.", "I asked {c}. We all meet at {said}.",
            "{c} has strong arms and said yes. We begin at {said}.",
            "That will be {c}. {C_They} can be there at {said}.",
            "{c} promised to come. We put everything up at {said}.",
            "I know that {c} is free. Let us set up at {said}.",
        )),
        ("B?", Phrases("I will bring a flask of tea.", "Then I had better go to bed early.",
                       "Let us hope for dry weather.", "I will paint a sign for it.")),
    ), Phrases(
        "{a} and {b} will have a stall at the {event} at the {place}, where they sell {goods}. {c} "
        "helps them, and they set up at {time}.",
        "{a} and {b} plan a stall at the {event} at the {place} and decide to sell {goods}. {c} "
        "helps them, and they set up at {time}.",
        "{a} and {b} will have a stall with {goods} at the {event} at the {place}. {c} is going to "
        "help them, and they set up at {time}.",
    )),
    Scenario("council_vote", _vote, (
        ("A", Phrases(
            "You were at the council meeting. What about the {thing}?",
            "Did the council talk about the new {thing} last night?",
            "Is there any news about the {thing} from the council?",
            "I missed the council meeting. Will we get the {thing}?",
            "How did the vote about the {thing} go?",
            "Tell me, did they vote on the {thing}?",
        )),
        ("B", Phrases(
            "Yes, they voted for it, {yes} to {no}. Only {c} made a long speech against it.",
            "It passed with {yes} votes to {no}. {c} was against it, of course.",
            "The vote was {yes} to {no} in favour. {c} voted no.",
            "They said yes, {yes} to {no}, although {c} was against it.",
            "{yes} hands went up for it and {no} against. One of the {no} was {c}.",
        )),
        ("A", Phrases("Where will it be?", "And where will they put it?", "In which street?",
                      "Have they found a good spot for it?", "Do you know the street?")),
        ("B", Phrases(
            "It will stand in {said}.", "They want to put it in {said}.",
            "The best spot was in {said}.", "We will find it in {said}.",
            "Everybody agreed on a corner in {said}.",
            "They found a sunny corner for it in {said}.",
        )),
        ("A", Phrases("What will it cost us, and when will it be ready?",
                      "How much is it, and how long must we wait?",
                      "Is it expensive? And when will they finish it?",
                      "What is the price, and when can we use it?")),
        ("B", Phrases(
            "It costs {cost}, and it should be ready in {month}.",
            "They will spend {cost}. The work ends in {month}.",
            "The price is {cost}. We can use it in {month}.",
            "About {cost} of the town's money. It will be finished in {month}.",
            "The bill is {cost}, and the builders promise it for {month}.",
            "It takes {cost} and a little patience until {month}.",
        )),
        ("A?", Phrases("That is good news for the whole street.", "My taxes at work!",
                       "The children will be pleased.", "I can hardly believe it.")),
    ), Phrases(
        "{b} tells {a} that the council voted {yes} to {no} for a {thing} in {street}, with {c} "
        "against it. It will cost {cost} and be ready in {month}.",
        "{b} tells {a} that the council wants a {thing} in {street}; the vote was {yes} to {no}, "
        "with {c} against it. It will cost {cost} and be ready in {month}.",
        "{a} hears from {b} that the council voted {yes} to {no} for a {thing} in {street}, "
        "although {c} was against it. It will cost {cost} and be ready in {month}.",
    )),
    Scenario("school_play", _role, (
        ("A", Phrases(
            "Have you got a part in the school play?", "Which part did you get in the play?",
            "The list for the school play is up. What will you be?",
            "I hear that you are in the school play this year.",
            "So, who will you be in the play?", "Did they choose you for the school play?",
        )),
        ("B", Phrases(
            "I wanted to be {wish}, but {c} got that part.",
            "I hoped for {wish}, but they gave it to {c}.",
            "Not the one that I wanted. {c} will play {wish}.",
            "{c} is going to be {wish}. I was a little sad.",
            "I practised {wish} for weeks, and then {c} got it.",
        )),
        ("A", Phrases("What a pity. And what is left for you?", "Oh dear. Who are you, then?",
                      "{c} is a good actor, too. What about you?", "So what will you play now?")),
        ("B", Phrases(
            "I will be {role}. I have more lines than {c}!", "I am {role}, with a splendid mask.",
            "They made me {role}, and now I love it.", "I play {role} and may shout a lot.",
            "I am {role}. The costume is made of old curtains.",
            "Now I am {role}, and I get a song.",
        )),
        ("A", Phrases("When do you rehearse?", "When is the first rehearsal?",
                      "Do the rehearsals start soon?",
                      "I can hear your lines. When do you begin?")),
        ("B", Phrases(
            "The first rehearsal is at {time} on {said}.", "We begin at {time} on {said}.",
            "We meet in the gym at {time} on {said}.", "We start at {time} on {said}.",
        )),
    ), Phrases(
        "{b} tells {a} that {b_they} wanted to be {wish} in the school play, but {c} got that "
        "part. {b} will be {role}, and the first rehearsal is on {day} at {time}.",
        "{b} hoped to be {wish} in the school play, but {c} got that part. {B_They} tells {a} that "
        "{b_they} will be {role}, and the first rehearsal is on {day} at {time}.",
        "{a} hears that {c} got the part of {wish} in the school play, and that {b} will be "
        "{role}. The first rehearsal is on {day} at {time}.",
    )),
    Scenario("exhibition_loan", _loan, (
        ("A", Phrases(
            "We are planning an exhibition at the {place}. Do you own something old?",
            "I am looking for old things to show at the {place}.",
            "Could you lend us something for the exhibition at the {place}?",
            "Our exhibition at the {place} still has an empty corner.",
            "For the show at the {place} we need a few family treasures.",
            "Is there anything old in your attic for our show at the {place}?",
        )),
        ("B", Phrases(
            "I have my {owner}'s old {thing}. It is {age} years old.",
            "You could have my {owner}'s {thing}. It is {age} years old.",
            "There is a {thing} from my {owner}, about {age} years old.",
            "My {owner} left me a {thing}. It must be {age} years old.",
            "How about a {thing}? My {owner} said that it is {age} years old.",
        )),
        ("A", Phrases("That is just what we need. How long may we keep it?",
                      "A real treasure! When do you need it back?",
                      "Oh, lovely. How long could we have it for?",
                      "Perfect. For how long would you lend it?")),
        ("B", Phrases(
            "You can keep it until {said}.", "I want it back in {said}.",
            "You may show it until {said}.", "I can spare it until {said}.",
            "It should be home again in {said}.", "Let us say until {said}.",
        )),
        ("B", Phrases(
            "But it must have {care}.", "Please promise me {care} for it.",
            "My only wish is {care}, because it is fragile.", "It needs {care}, or I will worry.",
        )),
        ("A", Phrases("I promise. We will take good care of it.", "Of course, we will see to that.",
                      "You have my word.", "That is easy to arrange.")),
    ), Phrases(
        "{b} lends {a} the {thing} of {b_their} {owner}, which is {age} years old, for an "
        "exhibition at the {place}. It may stay until {month} and must have {care}.",
        "For an exhibition at the {place}, {b} lends {a} the {thing} of {b_their} {owner}, which "
        "is {age} years old. {a} may keep it until {month}, and it must have {care}.",
        "{a} wants old things for an exhibition at the {place}. {b} lends {a_them} the {thing} of "
        "{b_their} {owner}, which is {age} years old, until {month}; it must have {care}.",
    )),
    Scenario("herald_interview", _interview, (
        ("A", Phrases(
            "I write for the Herald. Is it true that you {feat}?",
            "The Herald wants a story about you. You really {feat}?",
            "My editor heard that you {feat}. May I ask you about it?",
            "Everybody says that you {feat}. The Herald would like to know more.",
            "I would like to interview you for the Herald, because you {feat}.",
            "Are you the one who {feat}? I am from the Herald.",
        )),
        ("B", Phrases("That was me. I am still surprised myself.", "Yes, but it was mostly luck.",
                      "I did, and my knees still hurt.", "It is true, and my neighbours laughed.")),
        ("A", Phrases("Could we talk about it on {day}?", "Do you have time for me on {day}?",
                      "May I visit you on {day} with my notebook?", "Would {day} be all right?",
                      "Let us sit down together on {day}.", "I am free on {day}. Are you?")),
        ("B", Phrases(
            "Yes. Meet me at the {place} at {said}.", "Gladly. I will be at the {place} at {said}.",
            "Then come to the {place} at {said}.", "I can be at the {place} at {said}.",
            "Yes, but not at home. Let us say the {place} at {said}.",
            "That suits me. Find me at the {place} at {said}.",
        )),
        ("A?", Phrases("I will bring a camera, too.", "It will be on the first page.",
                       "Please wear the same hat as on that day.", "It will not take long.")),
        ("B", Phrases("Only write kind things about me!", "My mother will buy ten copies.",
                      "Then I must comb my hair.", "I have never been in the newspaper before.")),
    ), Phrases(
        "{a} wants to interview {b} for the Herald, because {b_they} {feat}. They will meet at the "
        "{place} on {day} at {time}.",
        "{b} {feat}, and {a} wants to interview {b_them} for the Herald. They will meet at the "
        "{place} on {day} at {time}.",
        "{a} wants to interview {b}, who {feat}, for the Herald. {b} agrees to meet {a_them} at "
        "the {place} on {day} at {time}.",
    )),
) + CLUBS + MISHAPS
# fmt: on
