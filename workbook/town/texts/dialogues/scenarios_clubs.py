"""Dialogue scenarios of clubs and work: races, auditions, new jobs, baking, gardens, boats.

Each scenario is one function that draws slots and one `Scenario` with turns and summaries.
`scenarios_town.py` appends them to its own. Left out: greetings and thanks, which `dialogues.py`
adds. Lesson 08 fine-tunes a model to write these summaries.
"""

from workbook.town.texts.dialogues.scenario import Scenario, meeting_place, said, third, two
from workbook.town.vocabulary import JOBS, PLACES, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, hour, money

_JOBS_AT = {kind: tuple(j for j, (kinds, _) in JOBS.items() if kind in kinds) for kind in PLACES}
_RACES = (
    "hill run", "sack race", "raft race", "barrel race", "relay", "donkey race", "torch run",
    "egg and spoon race", "swimming race", "pram race", "stilt race", "skating race",
)  # fmt: skip
_INSTRUMENTS = (
    "flute", "cello", "trumpet", "harp", "clarinet", "fiddle", "horn", "drum", "oboe", "accordion",
    "trombone", "mandolin",
)  # fmt: skip
_MUSIC = ("a slow waltz", "a march", "a lullaby", "a sea song", "a short dance", "a sad ballad")
_CAKES = (
    "a carrot cake", "a cherry pie", "twenty scones", "a tray of shortbread", "a cheesecake",
    "an apple strudel", "forty biscuits", "a marble cake", "a dozen muffins", "a treacle tart",
)  # fmt: skip
_CAUSES = (
    "the leaking school roof", "the lifeboat", "a new organ", "the stray dogs", "the fire brigade",
    "the children's ward", "new library shelves", "the broken weathercock",
)  # fmt: skip
_CROPS = (
    "beans", "pumpkins", "strawberries", "potatoes", "sunflowers", "carrots", "tomatoes", "peas",
    "radishes", "cabbages", "raspberries", "leeks", "beetroots", "marigolds",
)  # fmt: skip
_BOAT_NAMES = (
    "Wet Feather", "Salty Biscuit", "Morning Heron", "Brave Teapot", "Northern Crumb",
    "Grey Whisper", "Happy Herring", "Sea Button", "Lazy Thunder", "Proud Pickle", "Moon Ladle",
    "Faithful Duck",
)  # fmt: skip


def _race(writer: Writer, cast: dict) -> dict:
    number, wrong = two(writer, tuple(range(11, 99)))
    race, place = writer.pick(_RACES), meeting_place(writer).name
    colour = writer.pick(("red", "blue", "green", "yellow", "white", "orange"))
    slots = {
        "race": race, "place": place, "number": number, "said": said(writer, number, wrong),
        "fee": money(writer.source.integer(2, 16) * 25), "time": hour(writer.source.integer(8, 16)),
        "colour": colour, "shirt": an(f"{colour} shirt"),
    }  # fmt: skip
    writer.fact(cast["a"], "race", race)
    writer.fact(cast["a"], "number", number)
    return slots


def _audition(writer: Writer, cast: dict) -> dict:
    day, wrong = two(writer, WEEKDAYS)
    instrument, place = writer.pick(_INSTRUMENTS), meeting_place(writer).name
    time = hour(writer.source.integer(10, 19))
    writer.fact(cast["a"], "instrument", instrument)
    writer.fact("audition", "weekday", day)
    return {
        "instrument": instrument, "place": place, "day": day, "said": said(writer, day, wrong),
        "time": time, "music": writer.pick(_MUSIC), "years": writer.source.integer(2, 15),
        **third(writer),
    }  # fmt: skip


def _job(writer: Writer, cast: dict) -> dict:
    place = writer.place()
    job = writer.pick(_JOBS_AT[place.kind])
    days = tuple(day for day in WEEKDAYS if day != place.closed_on)
    day, wrong = two(writer, days)
    writer.fact(cast["a"], "employer", place.name)
    writer.fact(cast["a"], "job", job)
    writer.fact(place.name, "opens", hour(place.opens))
    return {
        "place": place.name, "job": job, "job_an": an(job), "duty": JOBS[job][1], "day": day,
        "said": said(writer, day, wrong), "opens": hour(place.opens), "closed": place.closed_on,
        "known": place.known_for,
    }  # fmt: skip


def _bake(writer: Writer, cast: dict) -> dict:
    cake, wish = two(writer, _CAKES)
    day, wrong = two(writer, WEEKDAYS)
    cause, place = writer.pick(_CAUSES), meeting_place(writer).name
    writer.fact(cast["b"], "bakes", cake)
    writer.fact("cake sale", "place", place)
    slots = {"cake": cake, "wish": wish, "cause": cause, "place": place, "day": day}
    return slots | {"said": said(writer, day, wrong), **third(writer)}


def _garden(writer: Writer, cast: dict) -> dict:
    mine, yours = two(writer, _CROPS)
    day, wrong = two(writer, WEEKDAYS)
    street = writer.pick(writer.town.streets)
    writer.fact(cast["a"], "plants", mine)
    writer.fact(cast["b"], "plants", yours)
    writer.fact("garden", "street", street)
    slots = {"mine": mine, "yours": yours, "street": street, "day": day}
    return slots | {"said": said(writer, day, wrong), **third(writer)}


def _boat_name(writer: Writer, cast: dict) -> dict:
    name, wish = two(writer, _BOAT_NAMES)
    month, wrong = two(writer, ("March", "April", "May", "June", "July", "August", "September"))
    colour = writer.pick(("red", "green", "white", "yellow", "blue"))
    place = meeting_place(writer).name
    writer.fact(cast["a"], "boat", name)
    writer.fact(name, "colour", colour)
    slots = {"name": name, "wish": wish, "colour": colour, "month": month, "place": place}
    return slots | {"said": said(writer, month, wrong)}


# fmt: off
SCENARIOS = (
    Scenario("race_sign_up", _race, (
        ("A", Phrases(
            "Can I still sign up for the {race}?", "I would like to enter the {race}.",
            "Is there a place left in the {race}?", "Please put my name down for the {race}.",
            "My friends dared me to join the {race}.", "Is this where I sign up for the {race}?",
        )),
        ("B", Phrases(
            "Yes. The fee is {fee}, and we start at {time}.",
            "You are just in time. It costs {fee} and starts at {time}.",
            "Of course. That makes {fee}. The whistle blows at {time}.",
            "There is room for one more. You pay {fee} and start at {time}.",
        )),
        ("A", Phrases("Where is the start?", "Here is the money. Where do we start?",
                      "And where should I go?", "That is fair. Where do we line up?")),
        ("B", Phrases("Everybody starts at the {place}.", "The start is at the {place}.",
                      "We line up at the {place}.", "You must be at the {place} in good time.",
                      "Look for the big flag at the {place}.",
                      "The starting line is at the {place}.")),
        ("A?", Phrases("I have been training all month.", "I only want to finish.",
                       "Last year I fell at the first corner.", "My legs are already shaking.")),
        ("B", Phrases(
            "Take this {colour} shirt. Your number is {said}.",
            "You wear {shirt} with number {said}.",
            "Here is your {colour} shirt. You are number {said}.",
            "Your shirt is {colour}, and your number is {said}.",
        )),
    ), Phrases(
        "{a} signs up for the {race}, which costs {fee} and starts at the {place} at {time}. {b} "
        "gives {a_them} {shirt} with number {number}.",
        "{a} signs up with {b} for the {race} and pays {fee}. It starts at the {place} at {time}, "
        "and {a_they} wears {shirt} with number {number}.",
        "{b} signs {a} up for the {race}, which costs {fee} and starts at the {place} at {time}. "
        "{a} gets {shirt} with number {number}.",
    )),
    Scenario("orchestra_audition", _audition, (
        ("A", Phrases(
            "I play the {instrument} and want to join the orchestra.",
            "Does the orchestra need somebody who plays the {instrument}?",
            "I would love to play the {instrument} in your orchestra.",
            "Is there a chair for the {instrument} in the orchestra?",
            "My {instrument} and I would like to join the orchestra.",
            "Could I bring my {instrument} to the orchestra one day?",
        )),
        ("B", Phrases("How long have you played?", "Maybe. How long have you had lessons?",
                      "That depends. Have you played for a long time?",
                      "We are always curious. How long have you been learning?")),
        ("A", Phrases("For {years} years, mostly in the kitchen.", "It has been {years} years now.",
                      "I started {years} years ago.", "{years} years, and my dog still howls.")),
        ("B", Phrases(
            "Then play for {c}, our conductor. {C_They} listens to new people on {said}.",
            "Good. {c} conducts us and will hear you on {said}.",
            "Our conductor is {c}. {C_They} has time for you on {said}.",
            "You must convince {c}, who conducts us. Come on {said}.",
        )),
        ("A", Phrases("Where, and at what time?", "When exactly, and where?",
                      "At what time should I be there? And where?", "I will be there. But where?")),
        ("B", Phrases(
            "At the {place}, at {time}. Prepare {music}.",
            "Come to the {place} at {time} with {music}.",
            "At {time} at the {place}. Please learn {music}.",
            "The {place}, at {time}. You should play {music}.",
        )),
        ("A?", Phrases("My fingers are cold already.", "I will practise until then.",
                       "My neighbours will hear it all week.", "That I know by heart.")),
    ), Phrases(
        "{a} has played the {instrument} for {years} years and wants to join the orchestra. {b} "
        "wants {a_them} to play {music} for {c}, the conductor, at the {place} on {day} at {time}.",
        "{a} wants to join the orchestra; {a_they} has played the {instrument} for {years} years. "
        "{b} asks {a_them} to play {music} for {c}, the conductor, at the {place} on {day} at "
        "{time}.",
        "{a}, who has played the {instrument} for {years} years, wants to join the orchestra. {b} "
        "says that {a_they} should play {music} for {c} at the {place} on {day} at {time}.",
    )),
    Scenario("new_job", _job, (
        ("A", Phrases(
            "Guess what, I have a new job at the {place}!",
            "They want me at the {place}. I got the job!",
            "I am going to work at the {place}.", "I have news: the {place} gave me a job.",
            "I have just been given a job at the {place}.",
            "I said yes to a job at the {place}.",
        )),
        ("B", Phrases("How wonderful! What will you do there?", "Well done! And as what?",
                      "The place known for {known}? What will you be?",
                      "I am so proud of you. What is the work?")),
        ("A", Phrases(
            "I will be the {job} there, somebody who {duty}.",
            "I will be {job_an}, so I am the one who {duty}.",
            "I am their new {job}, the person who {duty}.", "They needed {job_an} who {duty}.",
        )),
        ("B", Phrases("When is your first day?", "And when do you begin?",
                      "Do you start soon?", "Which day do you start?")),
        ("A", Phrases("I start on {said}.", "My first day is {said}.", "They expect me on {said}.",
                      "It all begins on {said}.")),
        ("B", Phrases("Must you get up early?", "At what time do they open?",
                      "And what are the hours?", "Will you have to leave home early?")),
        ("A", Phrases(
            "They open at {opens}, and I am free on {closed}.",
            "We open at {opens}. I am free on {closed}.",
            "The doors open at {opens}, but on {closed} they stay shut.",
            "The day starts at {opens}. On {closed} I can lie in.",
        )),
    ), Phrases(
        "{a} tells {b} that {a_they} has a new job as {job_an} at the {place} and starts on {day}. "
        "The place opens at {opens} and is closed on {closed}.",
        "{a} has a new job as {job_an} at the {place}, as {a_they} tells {b}, and starts on {day}. "
        "The doors open at {opens}, and it is closed on {closed}.",
        "{b} hears that {a} has a new job as {job_an} at the {place} and starts on {day}. The "
        "place opens at {opens}, and on {closed} it is closed.",
    )),
    Scenario("charity_bake", _bake, (
        ("A", Phrases(
            "We are holding a cake sale at the {place}.",
            "There will be a cake sale at the {place} soon.",
            "I am planning a cake sale at the {place}. Will you bake?",
            "Can you help with the cake sale at the {place}?",
        )),
        ("B", Phrases("Who is the money for?", "Is it for a good cause?", "And who gets the money?",
                      "What are we collecting for this time?", "What will the money pay for?",
                      "Which good cause is it for?")),
        ("A", Phrases("Every penny goes to {cause}.", "It is all for {cause}.",
                      "The money is for {cause}.", "This time we collect for {cause}.")),
        ("B", Phrases("I could bake {wish}.", "Then put me down for {wish}.",
                      "Count on me. Shall I make {wish}?", "I make {wish} that people like.")),
        ("A", Phrases(
            "{c} is already baking that. Could you make {cake}?",
            "Oh, {c} has promised the same. How about {cake}?",
            "That is what {c} will bring. I would love {cake} from you.",
            "We have that from {c}. But nobody has offered {cake}.",
        )),
        ("B", Phrases("No trouble at all. When do you need it?", "Gladly. For which day?",
                      "I can do that, too. When is the sale?", "Yes, if I have time. When is it?")),
        ("A", Phrases("Please bring it on {said}.", "We sell everything on {said}.",
                      "The sale is on {said}.", "I need it on {said}.")),
    ), Phrases(
        "{a} asks {b} to help with a cake sale for {cause} at the {place} on {day}. {c} is already "
        "baking {wish}, so {b} will make {cake}.",
        "{a} is holding a cake sale for {cause} at the {place} on {day}. {c} is already making "
        "{wish}, so {b} will bake {cake}.",
        "{b} will make {cake} for the cake sale that {a} is holding for {cause} at the {place} on "
        "{day}, because {c} is already baking {wish}.",
    )),
    Scenario("shared_garden", _garden, (
        ("A", Phrases(
            "{c} is too old to dig and offers us a garden in {street}.",
            "We can have half a garden in {street}. {c} does not need it.",
            "{c} would let us use the garden in {street}.",
            "Do you remember the garden in {street}? {c} wants to share it.",
        )),
        ("B", Phrases("How kind! What shall we grow?",
                      "I have always wanted one. What will you plant?",
                      "Then I need new boots. What do you want to grow?",
                      "Yes, let us do it. What would you like to plant?")),
        ("A", Phrases(
            "I would like {mine} along the wall.", "I dream of {mine}.",
            "My half will be full of {mine}.",
            "I have a bag of seed for {mine}.", "I want rows and rows of {mine}.",
            "For me it must be {mine}.",
        )),
        ("B", Phrases(
            "Then I will grow {yours}.", "And I will take {yours}, they need little water.",
            "I prefer {yours}. We can swap later.", "In my half there will be {yours}.",
            "My family eats a lot, so I choose {yours}.",
            "I will try {yours}, if the snails let me.",
        )),
        ("A?", Phrases("Do not forget the slugs.", "I can borrow a wheelbarrow.",
                       "We should also build a compost heap.",
                       "There is an old rake in the shed.")),
        ("B", Phrases("When do we begin?", "Which day shall we start digging?",
                      "When should I come with my spade?", "When can we have the key?")),
        ("A", Phrases("Let us start on {said}.", "The key will be ours on {said}.",
                      "We can dig the first bed on {said}.", "I am free on {said}.")),
    ), Phrases(
        "{a} and {b} may share the garden of {c} in {street}. {a} wants to plant {mine} and {b} "
        "wants {yours}, and they start on {day}.",
        "{c} lets {a} and {b} share a garden in {street}. {a} wants to grow {mine} and {b} wants "
        "{yours}, and they start on {day}.",
        "{a} and {b} may use the garden of {c} in {street}. {a} will plant {mine}, {b} wants "
        "{yours}, and they begin on {day}.",
    )),
    Scenario("boat_name", _boat_name, (
        ("A", Phrases("My boat is almost ready, but it has no name.",
                      "What should I call my new boat?",
                      "I need a good name for my boat.", "Help me to name my boat, please.")),
        ("B", Phrases("How about {wish}?", "You could call it {wish}.", "I would name it {wish}.",
                      "The {wish} would be a fine name.",
                      "Call it {wish}, like the one in the song.",
                      "What do you think of {wish}?")),
        ("A", Phrases("There is already a {wish} in the bay.", "No, {wish} sounds like a wreck.",
                      "My cousin had a {wish}, and it sank.",
                      "I am not sure that {wish} would float.")),
        ("B", Phrases("Then {name}. You will not find another.", "What about {name}, then?",
                      "In that case, {name}.", "Take {name}. It makes me smile.")),
        ("A", Phrases("I love it! I will write it on her in {colour}.",
                      "Yes! I can see it in {colour} letters.",
                      "That is it. I shall paint it in {colour}.",
                      "Perfect. I have some {colour} paint left for it.")),
        ("B", Phrases("And when will she touch the water?", "When is the launch?",
                      "When can we sail in her?", "When and where is the party?")),
        ("A", Phrases("The party is at the {place} in {said}.",
                      "Come to the {place}, it will be in {said}.",
                      "She will be launched in {month}. We meet at the {place} first.",
                      "We celebrate at the {place} in {said}.")),
    ), Phrases(
        "{b} helps {a} to find a name for {a_their} boat. It will be called {name}, painted on in "
        "{colour}, and the party is at the {place} in {month}.",
        "{a} needs a name for {a_their} boat, and {b} helps {a_them} to find it. It will be called "
        "{name}, written in {colour}, and the party is at the {place} in {month}.",
        "{a} does not want to call {a_their} boat {wish}, so {b} finds the name {name}. It will be "
        "painted on in {colour}, and the party is at the {place} in {month}.",
    )),
)
# fmt: on
