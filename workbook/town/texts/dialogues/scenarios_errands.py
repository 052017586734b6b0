"""Errands: library fines, haircuts, a job to apply for, swimming lessons and late ferries.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Shops are in `scenarios_shops.py`, bookings in `scenarios_services.py`. Dialogues and summaries are
the material of the lessons on summarising.
"""

from workbook.town.texts.dialogues.scenario import Scenario, agree, meeting_place, said, third, two
from workbook.town.vocabulary import HOBBIES, JOBS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, hour, money

BOOKS = (
    "the atlas of the moon", "the book about mushrooms", "the ghost stories", "the pirate novel",
    "the cookery book", "the book about owls", "the history of salt", "the joke book",
    "the travel diary", "the dictionary", "the book of knots", "the guide to stars",
)  # fmt: skip
EXCUSES = (
    "it fell behind the sofa", "my nephew hid it", "I was ill in bed", "I could not stop reading",
    "I left it on a train", "my suitcase was lost", "it was under the bed", "I forgot the date",
)  # fmt: skip
STYLES = (
    "a short fringe", "a head of curls", "a thick plait", "a side parting", "a neat beard",
    "a smooth bun", "a soft wave", "a straight cut", "a curled moustache",
    "a short back and sides",
)  # fmt: skip
STROKES = (
    "to float", "the backstroke", "to dive", "the breaststroke", "the crawl", "to tread water",
)  # fmt: skip
FEARS = (
    "deep water", "cold water", "jellyfish", "big waves", "going under water", "slippery tiles",
)  # fmt: skip
DELAYS = (
    "the engine is too hot", "there is thick fog", "a rope is caught in the propeller",
    "the wind is too strong", "the crew is still at lunch", "a seal is asleep on the ramp",
    "the tide is too low", "the pilot has a cold",
)  # fmt: skip
_JOBS = tuple(JOBS)


def _fine(writer: Writer, cast: dict) -> dict:
    weeks = writer.source.integer(2, 9)
    book, excuse, place = writer.pick(BOOKS), writer.pick(EXCUSES), meeting_place(writer).name
    reader, (day, wrong) = third(writer), two(writer, WEEKDAYS)
    writer.fact(cast["a"], "returns", book)
    writer.fact(cast["a"], "pays", money(30 * weeks))
    writer.fact(reader["c"], "waits for", book)
    writer.fact(book, "late", f"{weeks} weeks")
    writer.fact(reader["c"], "is at", place)
    writer.fact(reader["c"], "is met on", day)
    return {
        **reader, "book": book, "excuse": excuse, "place": place, "weeks": weeks, "day": day,
        "weeks_said": said(writer, str(weeks), str(weeks - 1)), "fine": money(30 * weeks),
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _haircut(writer: Writer, cast: dict) -> dict:
    offer, other = two(writer, STYLES)
    reply, style = agree(writer, offer, other)
    first, second = two(writer, (9, 10, 11, 14, 15, 16, 17))
    place, crowns, friend = meeting_place(writer).name, writer.source.integer(4, 18), third(writer)
    writer.fact(cast["a"], "wants", style)
    writer.fact("haircut", "price", f"{crowns} crowns")
    writer.fact("haircut", "time", hour(first))
    writer.fact(cast["a"], "waits at", place)
    writer.fact(cast["a"], "meets", friend["c"])
    return {
        **friend, "offer": offer, "reply": reply, "style": style, "place": place,
        "crowns": crowns, "crowns_said": said(writer, str(crowns), str(crowns + 2)),
        "time": hour(first), "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _job(writer: Writer, cast: dict) -> dict:
    old, new = two(writer, _JOBS)
    years, place, boss = writer.source.integer(2, 20), meeting_place(writer).name, third(writer)
    offer, other = two(writer, WEEKDAYS)
    reply, day = agree(writer, offer, other)
    writer.fact(cast["a"], "wants to be", new)
    writer.fact(cast["a"], "was", old)
    writer.fact(cast["a"], f"{old} for", f"{years} years")
    writer.fact(boss["c"], "is at", place)
    writer.fact(cast["a"], "meets on", day)
    return {
        **boss, "old": an(old), "new": an(new), "years": years, "place": place, "offer": offer,
        "years_said": said(writer, str(years), str(years + 1)), "reply": reply, "day": day,
        "hobby": writer.pick(HOBBIES),
    }  # fmt: skip


def _swim(writer: Writer, cast: dict) -> dict:
    stroke, fear, place = writer.pick(STROKES), writer.pick(FEARS), meeting_place(writer).name
    offer, other = two(writer, (8, 9, 10, 15, 16, 17))
    reply, time = agree(writer, hour(offer), hour(other))
    teacher, (day, wrong) = third(writer), two(writer, WEEKDAYS)
    writer.fact(cast["a"], "afraid of", fear)
    writer.fact(teacher["c"], "teaches", cast["a"])
    writer.fact(cast["a"], "learns", stroke)
    writer.fact(cast["a"], "lesson on", day)
    writer.fact(cast["a"], "lesson at", time)
    writer.fact(teacher["c"], "meets pupils at", place)
    return {
        **teacher, "stroke": stroke, "fear": fear, "place": place, "offer": hour(offer),
        "reply": reply, "time": time, "day": day, "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _ferry(writer: Writer, cast: dict) -> dict:
    first, second = two(writer, (9, 10, 11, 14, 15, 16, 17))
    place, friend, delay = meeting_place(writer).name, third(writer), writer.pick(DELAYS)
    wait = writer.source.integer(4, 18) * 5
    writer.fact("ferry", "late", f"{wait} minutes")
    writer.fact("ferry", "due at", hour(first))
    writer.fact("ferry", "late because", delay)
    writer.fact(friend["c"], "expects", cast["a"])
    writer.fact(cast["a"], "waits at", place)
    return {
        **friend, "delay": delay, "place": place, "wait": wait, "time": hour(first),
        "wait_said": said(writer, str(wait), str(wait + 10)),
        "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


# fmt: off
FINE = Scenario("library_fine", _fine, (
    ("A", Phrases(
        "I am bringing back {book}.", "Here is {book}, at last.", "I am ashamed. Here is {book}.",
        "I still had {book} at home.", "May I give back {book}?",
        "Look what I have found, {book}.")),
    ("B", Phrases(
        "That is late. What happened?", "We have missed it. Why so late?", "At last! Where was it?",
        "We wrote to you about it. What went wrong?", "We thought that it was lost. What happened?",
        "It should have been back long ago. Why the delay?")),
    ("A", Phrases(
        "I am sorry, {excuse}.", "You see, {excuse}.", "To be honest, {excuse}.",
        "Please forgive me, {excuse}.", "It is a silly story, {excuse}.", "Well, {excuse}.")),
    ("B", Phrases(
        "It is {weeks_said} weeks late. You owe {fine}.",
        "After {weeks_said} weeks the fine is {fine}.",
        "You are {weeks_said} weeks late. That makes {fine}.",
        "That is {weeks_said} weeks too long. Please pay {fine}.",
        "I count {weeks_said} weeks. The fine is {fine}.",
        "For {weeks_said} weeks we charge {fine}.")),
    ("A", Phrases(
        "That is fair. Here you are.", "I have the coins here.", "I will pay it at once.",
        "So much! But I will pay.", "Of course, it was my fault.", "I understand. Take this.")),
    ("B", Phrases(
        "Thank you. {c} is waiting for the book.", "Good. {c} has asked for it every day.",
        "Fine. {c} will be glad to have it.", "Thanks. Now {c} can read it.",
        "All right. Next it goes to {c}.", "Very good. {c} is next on the list.")),
    ("A", Phrases(
        "I can give it to {c_them} myself.", "I will see {c_them} soon. Shall I take it?",
        "{c} is my neighbour. I could take it.", "Let me carry it to {c_them}.",
        "Then let me make up for it and take it.", "I would like to hand it over myself.")),
    ("B", Phrases(
        "{C_They} will be at the {place} on {day_said}.",
        "You can meet {c_them} at the {place} on {day_said}.",
        "On {day_said} {c_they} works at the {place}.",
        "Take it to the {place} on {day_said}, then.",
        "Try the {place} on {day_said}.", "Good. {C_They} is at the {place} on {day_said}."))),
    Phrases(
        "{a} returns {book} to {b} {weeks} weeks late and pays {fine}. {A_They} will take it to "
        "{c} at the {place} on {day}.",
        "{a} brings {book} back to {b} {weeks} weeks late and pays {fine}. {A_They} will take it "
        "to {c} at the {place} on {day}.",
        "{a} pays {b} {fine} because {book} is {weeks} weeks late. {A_They} will take it to {c} at "
        "the {place} on {day}."))

HAIRCUT = Scenario("haircut", _haircut, (
    ("A", Phrases(
        "I need a haircut before the party of {c}.", "{c} has invited me, and look at my hair!",
        "Can you cut my hair? I am going to see {c}.",
        "My hair is a bird's nest, and {c} is coming!",
        "I want to look nice for {c}.", "{c} says that I need a haircut.")),
    ("B", Phrases(
        "I can see that. I suggest {offer}.", "Sit down. How about {offer}?",
        "Leave it to me. Perhaps {offer}?", "No trouble. Would you like {offer}?",
        "We will find something. Shall I try {offer}?", "Your face is made for {offer}.")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "All right, I can do that for {crowns_said} crowns.",
        "Good. That costs {crowns_said} crowns.",
        "As you like. It is {crowns_said} crowns.", "Fine, I charge {crowns_said} crowns for it.",
        "Very well. You pay {crowns_said} crowns.", "Gladly, for {crowns_said} crowns.")),
    ("A", Phrases(
        "Agreed. Are you free now?", "That is all right. When can you begin?",
        "I can pay that. When is it my turn?", "Good. How long must I wait?",
        "Fine. At what time shall I come?", "I do not mind. When do you have time?")),
    ("B", Phrases(
        "Come at {time_said}.", "I can take you at {time_said}.", "Your turn is at {time_said}.",
        "My chair is free at {time_said}.", "Come back at {time_said}.",
        "Let us say {time_said}.")),
    ("A", Phrases(
        "Then I will wait at the {place}.", "Call me, I will be at the {place}.",
        "I will look round the {place} until then.", "I can spend the time at the {place}.",
        "Meanwhile I will visit the {place}.", "I have to go to the {place} first anyway.")),
    ("B?", Phrases(
        "I will sharpen the scissors.", "Wash it before you come.", "Do not be late.",
        "I will keep a warm towel for you."))),
    Phrases(
        "{a} wants a haircut because of {c}. {b} will give {a_them} {style} at {time} for {crowns} "
        "crowns, and {a} waits at the {place} until then.",
        "{a} asks for a haircut because of {c}. {b} will give {a_them} {style} at {time} for "
        "{crowns} crowns, and {a} waits at the {place} until then.",
        "{a} needs a haircut because of {c}. {b} will give {a_them} {style} for {crowns} crowns at "
        "{time}, and {a} waits at the {place} until then."))

JOB = Scenario("job_interview", _job, (
    ("A", Phrases(
        "I have come about the job as {new}.", "I would like to work as {new}.",
        "Do you still need {new}?", "I read that you are looking for {new}.",
        "My dream is to be {new}.", "I heard that you have work for {new}.")),
    ("B", Phrases(
        "Take a seat. What have you done so far?", "Good. What was your last job?",
        "Welcome. What is your trade?", "How nice! Where have you worked before?",
        "Please tell me about yourself.", "We can talk about it. What can you do?")),
    ("A", Phrases(
        "I was {old} for {years_said} years.", "I have worked as {old} for {years_said} years.",
        "For {years_said} years I was {old}.", "I spent {years_said} years as {old}.",
        "I trained as {old} and did it for {years_said} years.",
        "I earned my living as {old} for {years_said} years.")),
    ("B", Phrases(
        "That is quite different! Why do you want to change?", "So long? Why did you stop?",
        "An honest trade. Why do you want to leave it?", "Why do you want something new?",
        "I respect that. What do you do in your free time?", "And what else do you enjoy?")),
    ("A", Phrases(
        "I need time for my family, and for {hobby}.", "I want to live here. And I love {hobby}.",
        "I like people, and {hobby}.", "I was bored. Only {hobby} made me happy.",
        "I have learnt patience from {hobby}.", "I am curious, and {hobby} is not enough.")),
    ("B", Phrases(
        "You should meet {c}, who decides. Is {offer} possible?",
        "I like you. Can you talk to {c} on {offer}?", "{c} has the last word. How about {offer}?",
        "Good. Our head is {c}. Could you come on {offer}?",
        "I will tell {c} about you. Are you free on {offer}?",
        "The next step is a talk with {c}, perhaps on {offer}.")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "All right. Go to the {place} and ask for {c_them}.", "Good. {c} will be at the {place}.",
        "Fine. {C_They} will see you at the {place}.", "Noted. Please come to the {place}.",
        "That works. It will be at the {place}.", "Very well. {c} has a room at the {place}."))),
    Phrases(
        "{a}, who was {old} for {years} years, wants to work as {new}. {b} sends {a_them} to {c} "
        "at the {place} on {day}.",
        "{a} was {old} for {years} years and wants to work as {new}. {b} sends {a_them} to {c} at "
        "the {place} on {day}.",
        "{a} tells {b} that {a_they} was {old} for {years} years and wants to work as {new}. {a} "
        "will meet {c} at the {place} on {day}."))

SWIM = Scenario("swimming_lesson", _swim, (
    ("A", Phrases(
        "I want to learn {stroke}.", "Can I learn {stroke} at my age?",
        "Do you teach beginners {stroke}?",
        "Everybody can swim but me. I want to learn {stroke}.",
        "This summer I will learn {stroke}.", "I would like some lessons. I must learn {stroke}.")),
    ("B", Phrases(
        "Good for you! Are you afraid of anything?", "It is never too late. What worries you?",
        "You can learn it here. Is there anything you fear?", "Of course. What has stopped you?",
        "A fine plan. Is there something that scares you?", "With pleasure. Any fears?")),
    ("A", Phrases(
        "I am afraid of {fear}.", "Only {fear} makes me nervous.", "I do not like {fear}.",
        "There is one thing, {fear}.", "To tell the truth, {fear}.", "My only worry is {fear}.")),
    ("B", Phrases(
        "Then {c} is the right teacher for you.", "{c} will help you with that.",
        "{c} is patient. I will put you in that class.", "I know. {c} was like that too.",
        "Do not worry, {c} will hold your hand.", "You shall have {c}, our kindest teacher.")),
    ("A", Phrases(
        "That sounds good. When can I begin?", "I am glad. On what day does it start?",
        "What a relief! When is the first lesson?", "I have heard of {c_them}. When do we start?",
        "I trust you. Which day is it?", "Good. When should I come?")),
    ("B", Phrases(
        "On {day_said}. How about {offer}?", "It starts on {day_said}. Is {offer} good?",
        "The first lesson is on {day_said}, perhaps at {offer}.",
        "There is room on {day_said}. I suggest {offer}.", "Come on {day_said}. Would {offer} do?",
        "There is a class on {day_said}. Shall we say {offer}?")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Good. The class meets in front of the {place}.", "Noted. You all meet at the {place}.",
        "All right. {c} will meet you at the {place}.", "Fine. Be at the {place} with a towel.",
        "Very well. Wait for {c} at the {place}.", "It is written down. Come to the {place}."))),
    Phrases(
        "{a} wants to learn {stroke} but is afraid of {fear}. {b} gives {a_them} a lesson with {c} "
        "on {day} at {time}, and they meet at the {place}.",
        "{a} wants to learn {stroke} and is afraid of {fear}. {b} gives {a_them} a lesson with {c} "
        "on {day} at {time}, and they will meet at the {place}.",
        "{a} is afraid of {fear} but wants to learn {stroke}. {b} gives {a_them} a lesson with {c} "
        "on {day} at {time}, and they meet at the {place}."))

FERRY = Scenario("ferry_delay", _ferry, (
    ("A", Phrases(
        "Where is the ferry? I have a ticket for {time_said}.",
        "Should the ferry not have left at {time_said}?",
        "I want to take the ferry at {time_said}.",
        "Is this the queue for the ferry at {time_said}?",
        "My ferry leaves at {time_said}, but I see no boat.",
        "Has the ferry at {time_said} gone already?")),
    ("B", Phrases(
        "I am sorry, {delay}.", "It has not left, because {delay}.", "Not yet, {delay}.",
        "You must be patient, {delay}.", "Bad news, {delay}.", "It is still there, but {delay}.")),
    ("A", Phrases(
        "Oh no! How late will it be?", "How long do we have to wait?", "When will it go, then?",
        "That is terrible. How much time will it take?", "Can you say how long it will take?",
        "What a nuisance! How many minutes?")),
    ("B", Phrases(
        "It will be {wait_said} minutes late.", "We expect a delay of {wait_said} minutes.",
        "You have to wait {wait_said} minutes.", "About {wait_said} minutes.",
        "They say {wait_said} minutes.", "It will leave {wait_said} minutes late.")),
    ("A", Phrases(
        "But {c} is waiting for me on the other side!", "I must tell {c}, who expects me.",
        "{c} will think that I am lost.", "Then I will miss the birthday of {c}.",
        "And {c} is cooking for me!", "What will {c} say?")),
    ("B", Phrases(
        "I can send {c_them} a message.", "We will tell {c_them} by radio.",
        "Do not worry, I will ring {c_them}.", "Our pilot can tell {c_them}.",
        "Write a note, and I will send it.", "I will let {c_them} know.")),
    ("A", Phrases(
        "That helps. I will wait at the {place}.", "Good. You will find me at the {place}.",
        "I am grateful. I will sit at the {place} until then.",
        "Please do. I will be at the {place}.",
        "You are kind. I will go to the {place} until then.", "Fine. Call me at the {place}."))),
    Phrases(
        "{b} tells {a} that the ferry at {time} is {wait} minutes late because {delay}. {b} will "
        "let {c} know, and {a} waits at the {place}.",
        "{a} hears from {b} that the ferry at {time} is {wait} minutes late because {delay}. {b} "
        "will let {c} know, and {a} waits at the {place}.",
        "The ferry of {a} at {time} is {wait} minutes late because {delay}. {b} will let {c} know, "
        "and {a} waits at the {place}."))
# fmt: on

SCENARIOS = (FINE, HAIRCUT, JOB, SWIM, FERRY)
