"""Services: tables and rooms to book, doctors, parcels, opening hours on the phone.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Buying and mending are in `scenarios_shops.py`, travel and work in `scenarios_errands.py`;
`SCENARIOS` holds them all. The lessons on summarising use them.
"""

from workbook.town.texts.dialogues.scenario import Scenario, agree, meeting_place, said, third, two
from workbook.town.texts.dialogues.scenarios_errands import SCENARIOS as ERRANDS
from workbook.town.texts.dialogues.scenarios_shops import SCENARIOS as SHOPS
from workbook.town.vocabulary import WEEKDAYS
from workbook.town.writer import Phrases, Writer, hour

FEASTS = (
    "a birthday", "an engagement", "a farewell", "a silver wedding", "a new job", "a reunion",
    "a christening", "the end of school",
)  # fmt: skip
SEATS = ("by the window", "near the fire", "on the terrace", "in the corner", "under the stairs")
VIEWS = ("the sea", "the garden", "the market", "the hills", "the old bridge", "the mill pond")
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
PAINS = (
    ("tooth", "tooth drops"), ("knee", "an ointment"), ("shoulder", "a warm bandage"),
    ("stomach", "mint tablets"), ("back", "a hot bath"), ("ear", "ear drops"),
    ("wrist", "a cold compress"), ("throat", "cough syrup"), ("eye", "eye drops"),
    ("foot", "soft shoes"),
)  # fmt: skip
PARCELS = (
    "a long tube", "a flat box", "a heavy crate", "a round tin", "a soft bundle", "a brown parcel",
    "a barrel of olives", "a wooden case", "a package with holes",
)  # fmt: skip
PROOFS = (
    "a ferry pass", "an old letter", "the yellow slip", "a library card", "a rent book",
    "the claim ticket", "a passport", "the blue receipt",
)  # fmt: skip


def _table(writer: Writer, cast: dict) -> dict:
    seat, feast, day = writer.pick(SEATS), writer.pick(FEASTS), writer.pick(WEEKDAYS)
    number, wrong = two(writer, NUMBERS)
    early, late = two(writer, (13, 14, 18, 19, 20))
    reply, time = agree(writer, hour(early), hour(late))
    writer.fact(cast["a"], "table for", number)
    writer.fact("table", "time", time)
    writer.fact("table", "day", day)
    writer.fact("table", "stands", seat)
    writer.fact(cast["a"], "celebrates", feast)
    return {
        "seat": seat, "feast": feast, "number": number, "offer": hour(early),
        "number_said": said(writer, number, wrong), "reply": reply, "time": time, "day": day,
    }  # fmt: skip


def _room(writer: Writer, cast: dict) -> dict:
    view, other = two(writer, VIEWS)
    day, wrong = two(writer, WEEKDAYS)
    place, crowns, nights = meeting_place(writer).name, writer.source.integer(20, 90), NUMBERS[:6]
    number = writer.pick(nights)
    writer.fact(cast["a"], "books", "room")
    writer.fact("room", "looks out on", view)
    writer.fact("room", "price", f"{crowns} crowns")
    writer.fact("room", "nights", number)
    writer.fact("house", "near", place)
    writer.fact(cast["a"], "arrives on", day)
    return {
        "view": view, "other": other, "place": place, "crowns": crowns, "number": number,
        "crowns_said": said(writer, str(crowns), str(crowns - 10)), "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _doctor(writer: Writer, cast: dict) -> dict:
    part, cure = writer.pick(PAINS)
    day, other = two(writer, WEEKDAYS)
    reply, day_agreed = agree(writer, day, other)
    helper = third(writer)
    first, second = two(writer, (9, 10, 11, 14, 15, 16))
    writer.fact(cast["a"], "has pain in", part)
    writer.fact(helper["c"], "sees", cast["a"])
    writer.fact(helper["c"], "has time on", day_agreed)
    writer.fact(helper["c"], "has time at", hour(first))
    writer.fact(cast["b"], "advises", cure)
    return {
        **helper, "part": part, "cure": cure, "offer": day, "reply": reply, "day": day_agreed,
        "time": hour(first), "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _parcel(writer: Writer, cast: dict) -> dict:
    parcel, proof, sender, place = (
        writer.pick(PARCELS), writer.pick(PROOFS), third(writer), meeting_place(writer).name,
    )  # fmt: skip
    day, wrong = two(writer, WEEKDAYS)
    pounds = writer.source.integer(2, 40)
    writer.fact(sender["c"], "sent", parcel)
    writer.fact(parcel, "waits at", place)
    writer.fact(parcel, "waits until", day)
    writer.fact(parcel, "is for", cast["a"])
    writer.fact(cast["a"], "must show", proof)
    return {
        **sender, "parcel": parcel, "proof": proof, "place": place, "pounds": pounds, "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _hours(writer: Writer, cast: dict) -> dict:
    place, guest = writer.place(), third(writer)
    other = writer.pick([day for day in WEEKDAYS if day != place.closed_on])
    writer.fact(place.name, "opens", hour(place.opens))
    writer.fact(place.name, "closes", hour(place.closes))
    writer.fact(place.name, "closed on", place.closed_on)
    writer.fact(cast["a"], "comes with", guest["c"])
    writer.fact(cast["a"], "comes on", other)
    return {
        **guest, "place": place.name, "closed": place.closed_on, "day": other,
        "closed_said": said(writer, place.closed_on, other),
        "opens": hour(place.opens), "closes": hour(place.closes),
        "opens_said": said(writer, hour(place.opens), hour(place.opens + 1)),
    }  # fmt: skip


# fmt: off
TABLE = Scenario("table_booking", _table, (
    ("A", Phrases(
        "I would like to book a table for {day}.", "Do you have a table on {day}?",
        "Is there a free table on {day}?", "Could you keep a table for me on {day}?",
        "I need a table, and it must be {day}.", "May I have a table on {day}?")),
    ("B", Phrases(
        "Certainly. How many will you be?", "Of course. For how many people?",
        "Yes, we have room. How many guests?", "With pleasure. How many chairs do you need?",
        "We can do that. How many are coming?", "That is fine. How large is your party?")),
    ("A", Phrases(
        "We are {number_said}. We are celebrating {feast}.",
        "For {number_said}, because of {feast}.",
        "There will be {number_said} of us. It is for {feast}.",
        "We will be {number_said}, and we are celebrating {feast}.",
        "We need {number_said} chairs. The reason is {feast}.",
        "I have counted {number_said}. We have {feast} to celebrate.")),
    ("B", Phrases(
        "How nice! Is {offer} all right?", "Congratulations! Would {offer} suit you?",
        "Good. Shall I write down {offer}?", "Lovely. Could you come at {offer}?",
        "Then I suggest {offer}.", "That will be merry! How about {offer}?")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Noted. Where would you like to sit?", "All right. Do you have a favourite seat?",
        "Good. Which table do you prefer?", "I have that. Inside or outside?",
        "Very good. Any other wish?", "Done. Where would you be happiest?")),
    ("A", Phrases(
        "We would like to sit {seat}.", "Somewhere {seat}, please.", "The table {seat}, please.",
        "Best of all {seat}.", "If you can, {seat}.", "I am fond of the table {seat}.")),
    ("B?", Phrases(
        "I will put flowers on it.", "The cook will be pleased.", "We will light the lanterns.",
        "I will polish the glasses."))),
    Phrases(
        "{a} books a table for {number} {seat} for {day} at {time}. {A_They} tells {b} that they "
        "are celebrating {feast}.",
        "{a} wants to book a table for {number} {seat} for {day} at {time}. {A_They} tells {b} "
        "that they are celebrating {feast}.",
        "{b} keeps a table for {number} {seat} for {a}, for {day} at {time}. {a} says that they "
        "are celebrating {feast}."))

ROOM = Scenario("room_booking", _room, (
    ("A", Phrases(
        "Do you have a room for {number} nights?", "I am looking for a room for {number} nights.",
        "I would like to stay for {number} nights.", "Could I have a bed for {number} nights?",
        "Is there a free room for {number} nights?", "I must stay in town for {number} nights.")),
    ("B", Phrases(
        "Good. Would you like one with a view of {other}?",
        "I have a room that looks out over {other}.",
        "There is a quiet room facing {other}.", "Yes, upstairs. You can see {other} from there.",
        "There are some. Would you like to look out on {other}?",
        "One is free. It faces {other}.")),
    ("A", Phrases(
        "I would rather see {view}.", "I would prefer a view of {view}.",
        "Is there also one facing {view}?", "Do you have one that faces {view}?",
        "If I may choose, I want to see {view}.", "Last time I could see {view}. I liked that.")),
    ("B", Phrases(
        "That room costs {crowns_said} crowns.", "I have that too, for {crowns_said} crowns.",
        "You can have it for {crowns_said} crowns.", "Then it will be {crowns_said} crowns.",
        "It is our best, at {crowns_said} crowns.", "Yes, that makes {crowns_said} crowns.")),
    ("A", Phrases(
        "I will take it. How do I find you?", "That is fine. Where is your house?",
        "Good, it is mine. Where are you?", "Agreed. What is the way to you?",
        "That is not cheap, but I take it. Where is it?", "All right. Where must I go?")),
    ("B", Phrases(
        "We are opposite the {place}. When will you come?",
        "Next door to the {place}. On which day do you arrive?",
        "It is the house behind the {place}. When are you coming?",
        "Walk to the {place} and ring next door. What day is it?",
        "Our house is beside the {place}. When shall we expect you?",
        "You can see us from the {place}. Which day will it be?")),
    ("A", Phrases(
        "I will arrive on {day_said}.", "Expect me on {day_said}.",
        "I am coming on {day_said}, by bus.",
        "It will be {day_said}.", "My ferry gets in on {day_said}.",
        "On {day_said}, before dark.")),
    ("B?", Phrases(
        "Breakfast is included.", "I will air the pillows.", "There will be a hot bath.",
        "Please ring the bell twice."))),
    Phrases(
        "{a} books a room with a view of {view} from {b} for {number} nights and {crowns} crowns. "
        "The house is near the {place}, and {a} will arrive on {day}.",
        "{a} takes a room with a view of {view} from {b} for {number} nights and {crowns} crowns. "
        "The house is near the {place}, and {a} will come on {day}.",
        "{b} lets {a} have a room with a view of {view} for {number} nights and {crowns} crowns. "
        "The house is near the {place}, and {a} will arrive on {day}."))

DOCTOR = Scenario("doctor_appointment", _doctor, (
    ("A", Phrases(
        "I need an appointment, please.", "Could the doctor see me?", "Is there a doctor for me?",
        "I hope that you can help me.", "I would like to see a doctor.",
        "I need a doctor, I fear.")),
    ("B", Phrases(
        "What is the trouble?", "Where does it hurt?", "What can we do for you?",
        "I am sorry. Where is the pain?", "Of course. What is wrong?", "Tell me, what hurts?")),
    ("A", Phrases(
        "My {part} hurts.", "I have a pain in my {part}.", "It is my {part}.",
        "It is my {part}, day and night.", "There is something wrong with my {part}.",
        "My {part} gives me no peace.")),
    ("B", Phrases(
        "{c} could see you on {offer}.", "Doctor {c} has time on {offer}.",
        "Doctor {c} is in on {offer}.", "Come to Doctor {c} on {offer}.",
        "I can give you {c} on {offer}.", "{c} is good with that. Is {offer} fine?")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Good. Be there at {time_said}.", "Then come at {time_said}.",
        "I have {time_said} for you.",
        "Fine, {c_they} can see you at {time_said}.", "All right, at {time_said}.",
        "Very well, {c_they} is free at {time_said}.")),
    ("A", Phrases(
        "And what can I do until then?", "Is there something for the pain?",
        "What helps me until then?", "It hurts now. What shall I take?",
        "Can I do something at home?", "What should I try before that?")),
    ("B", Phrases(
        "Try {cure}.", "I would try {cure}.", "What often helps is {cure}.",
        "Many people swear by {cure}.", "You could use {cure}.", "For the first days, {cure}.")),
    ("A?", Phrases(
        "I hope that I can sleep.", "I should have come sooner.", "That sounds simple.",
        "I will try anything."))),
    Phrases(
        "{a} has a pain in the {part} and will see Doctor {c} on {day} at {time}. Until then {b} "
        "advises {cure}.",
        "{a} has a pain in the {part} and gets an appointment with Doctor {c} on {day} at {time}. "
        "Until then {b} advises {cure}.",
        "{a} has a pain in the {part} and can see Doctor {c} on {day} at {time}. Before that {b} "
        "advises {cure}."))

PARCEL = Scenario("parcel_collection", _parcel, (
    ("A", Phrases(
        "Has anything come for me?", "I am waiting for a parcel. Is it here?",
        "I was told that a parcel has come.", "Is there a parcel with my name on it?",
        "Did the boat bring me anything?", "I have come to ask about a parcel.")),
    ("B", Phrases(
        "Yes, {parcel} from {c}.", "There is {parcel}, sent by {c}.",
        "I have {parcel} for you from {c}.",
        "It says that {c} has sent you {parcel}.", "Do you know {c}? It is {parcel}.",
        "You are lucky, {c} sent you {parcel}.")),
    ("A", Phrases(
        "At last! Is it heavy?", "From {c}? How heavy is it?", "I wonder what it is. Is it heavy?",
        "How exciting! Can I carry it?", "I have waited for weeks! What does it weigh?",
        "{c} never forgets me. Can I lift it?")),
    ("B", Phrases(
        "It weighs {pounds} pounds.", "The scales say {pounds} pounds.", "About {pounds} pounds.",
        "I would say {pounds} pounds.", "We weighed it, {pounds} pounds.",
        "It came to {pounds} pounds.")),
    ("A", Phrases(
        "And where can I get it?", "Do you have it here?", "Where is it now?",
        "Can I take it with me?", "Where do I fetch it from?", "Where is it kept?")),
    ("B", Phrases(
        "It is at the {place} until {day_said}.", "They keep it at the {place} until {day_said}.",
        "Fetch it from the {place} by {day_said}.", "It waits at the {place} until {day_said}.",
        "You must get it at the {place} by {day_said}.",
        "Go to the {place} before {day_said} ends.")),
    ("A", Phrases(
        "What must I show them?", "Do I need any papers?", "What shall I take with me?",
        "Will they ask for something?", "Do they want to see anything?", "Must I prove who I am?")),
    ("B", Phrases(
        "Show them {proof}.", "Just bring {proof}.", "They want to see {proof}.",
        "You will need {proof}.", "Take {proof} with you.", "It is enough to show {proof}."))),
    Phrases(
        "{b} tells {a} that {parcel} from {c} waits at the {place} until {day}. {a} must show "
        "{proof}.",
        "{a} asks {b} for a parcel and learns that {parcel} from {c} waits at the {place} until "
        "{day}. {a} must show {proof}.",
        "{b} tells {a} that {parcel} sent by {c} is at the {place} until {day}. {a} must show "
        "{proof}."))

HOURS = Scenario("opening_hours", _hours, (
    ("A", Phrases(
        "Is that the {place}?", "Am I speaking to the {place}?", "Hello, is this the {place}?",
        "I hope that this is the {place}.", "Have I reached the {place}?",
        "Is this the number of the {place}?")),
    ("B", Phrases(
        "Yes, how can I help?", "It is. What would you like to know?", "Yes, speaking.",
        "You have the right number.", "That is right. What can I do for you?",
        "Yes, this is {b}.")),
    ("A", Phrases(
        "I want to come with {c}. When do you open?", "{c} and I plan a visit. When do you open?",
        "I would like to show {c} around. When are you open from?",
        "{c} would love to see you. At what time do you open?",
        "When do you open? I am bringing {c}.", "I promised {c} a visit. When is the door open?")),
    ("B", Phrases(
        "We open at {opens_said}.", "The door opens at {opens_said}.", "From {opens_said}.",
        "We begin at {opens_said}.", "We are here from {opens_said}.",
        "You can come at {opens_said}.")),
    ("A", Phrases(
        "And when do you close?", "How late can we stay?", "What about closing time?",
        "Until what time are you open?", "And at the end of the day, when do you close?",
        "When do you lock up?")),
    ("B", Phrases(
        "We close at {closes}.", "The door shuts at {closes}.", "We stay until {closes}.",
        "At {closes} we go home.", "Our last guests leave at {closes}.",
        "We lock up at {closes}.")),
    ("A", Phrases(
        "Is that the same every day?", "Are you open all week?", "Can I come on any day?",
        "Is there a day when you are closed?", "Do you ever take a day off?",
        "And is that every day?")),
    ("B", Phrases(
        "We are closed on {closed_said}.", "Our day off is {closed_said}.",
        "Every day except {closed_said}.", "Not on {closed_said}, we rest then.",
        "Any day but {closed_said}.", "Nobody is here on {closed_said}.")),
    ("A", Phrases(
        "Then we will come on {day}.", "Good, then it is {day}.",
        "In that case {day} is best for us.",
        "We shall be there on {day}.", "Fine, you will see us on {day}.", "So I choose {day}."))),
    Phrases(
        "{a} learns from {b} that the {place} is open from {opens} to {closes} and closed on "
        "{closed}. {a} will come with {c} on {day}.",
        "{b} tells {a} that the {place} is open from {opens} to {closes} and closed on {closed}. "
        "{a} will come with {c} on {day}.",
        "{a} asks {b} about the {place}, which is open from {opens} to {closes} and closed on "
        "{closed}. {a} will come with {c} on {day}."))
# fmt: on

SCENARIOS = (TABLE, ROOM, DOCTOR, PARCEL, HOURS, *SHOPS, *ERRANDS)
