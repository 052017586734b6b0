"""In shops: cakes to order, shoes and clocks to mend, goods to return, prices to argue about.

Scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Bookings are in `scenarios_services.py`. Dialogues and summaries are the material of the lessons
on summarising.
"""

from workbook.town.texts.dialogues.scenario import Scenario, agree, meeting_place, said, third, two
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Phrases, Writer, an

CAKES = (
    "a chocolate cake", "a lemon cake", "a walnut cake", "a cherry cake", "an almond cake",
    "a carrot cake", "an apple cake", "a poppy cake", "a cream cake", "a ginger cake",
)  # fmt: skip
DECORATIONS = (
    "sugar roses", "a marzipan boat", "candied oranges", "white icing", "chocolate stars",
    "raspberries", "a paper flag", "toasted hazelnuts", "a sugar swan", "small candles",
)  # fmt: skip
SHOES = (
    ("boots", "heel"), ("sandals", "strap"), ("clogs", "sole"), ("slippers", "seam"),
    ("dancing shoes", "buckle"), ("walking shoes", "sole"), ("riding boots", "zip"),
    ("wedding shoes", "heel"), ("rubber boots", "lining"),
)  # fmt: skip
RETURNS = (
    ("lamp", "it flickers"), ("kettle", "it leaks"), ("jacket", "a button is missing"),
    ("mirror", "it is cracked"), ("alarm clock", "it does not ring"), ("chair", "it wobbles"),
    ("radio", "it only hums"), ("vase", "it has a chip"), ("torch", "the switch is stuck"),
    ("rucksack", "the strap is torn"), ("teapot", "the lid does not fit"),
)  # fmt: skip
OLD_THINGS = (
    "violin", "birdcage", "copper pot", "telescope", "carpet", "oil painting", "rocking horse",
    "globe", "accordion", "candlestick", "spinning wheel", "ship in a bottle", "typewriter",
)  # fmt: skip
FLAWS = (
    "it is scratched", "one part is missing", "it smells of smoke", "it is very dusty",
    "the paint is gone", "it has a dent",
)  # fmt: skip
GARMENTS = (
    ("coat", "sleeves"), ("jacket", "shoulders"), ("wedding dress", "waist"), ("suit", "trousers"),
    ("skirt", "hem"), ("uniform", "collar"), ("raincoat", "hood"), ("waistcoat", "pockets"),
)  # fmt: skip


def _cake(writer: Writer, cast: dict) -> dict:
    offer, other = two(writer, CAKES)
    reply, cake = agree(writer, offer, other)
    day, wrong = two(writer, WEEKDAYS)
    top, place = writer.pick(DECORATIONS), meeting_place(writer).name
    crowns = writer.source.integer(8, 40)
    writer.fact(cast["a"], "orders", cake)
    writer.fact(cake, "goes to", place)
    writer.fact(cake, "price", f"{crowns} crowns")
    writer.fact(cake, "decorated with", top)
    writer.fact(cake, "needed on", day)
    return {
        "offer": offer, "reply": reply, "cake": cake, "top": top, "place": place,
        "crowns": crowns, "day": day, "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _shoes(writer: Writer, cast: dict) -> dict:
    shoes, part = writer.pick(SHOES)
    crowns, place = writer.source.integer(4, 25), meeting_place(writer).name
    offer, other = two(writer, WEEKDAYS)
    reply, day = agree(writer, offer, other)
    writer.fact(cast["b"], "mends", shoes)
    writer.fact(shoes, "price", f"{crowns} crowns")
    writer.fact(shoes, "collected at", place)
    writer.fact(shoes, "ready on", day)
    writer.fact(shoes, "broken part", part)
    return {
        "shoes": shoes, "part": part, "crowns": crowns, "place": place, "offer": offer,
        "crowns_said": said(writer, str(crowns), str(crowns + 2)), "reply": reply, "day": day,
    }  # fmt: skip


def _lamp(writer: Writer, cast: dict) -> dict:
    thing, fault = writer.pick(RETURNS)
    day, wrong = two(writer, WEEKDAYS)
    seller = third(writer)
    wish, other = two(writer, ("the money back", "a new one", "a free repair"))
    reply, result = agree(writer, other, wish)
    writer.fact(cast["a"], "returns", thing)
    writer.fact(cast["a"], "gets", result)
    writer.fact(seller["c"], "sold", thing)
    writer.fact(thing, "sold on", day)
    writer.fact(thing, "fault", fault)
    return {
        **seller, "thing": thing, "one": an(thing), "fault": fault, "offer": other,
        "reply": reply, "result": result, "day": day, "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _bargain(writer: Writer, cast: dict) -> dict:
    thing, flaw, place = writer.pick(OLD_THINGS), writer.pick(FLAWS), meeting_place(writer).name
    day = writer.pick(WEEKDAYS)
    asked = writer.source.integer(20, 90)
    bid = asked - writer.source.integer(8, 14)
    final = bid + writer.source.integer(2, 6)
    writer.fact(cast["a"], "buys", thing)
    writer.fact(thing, "asked", f"{asked} crowns")
    writer.fact(thing, "price", f"{final} crowns")
    writer.fact(thing, "waits at", place)
    writer.fact(thing, "ready on", day)
    return {
        "thing": thing, "one": an(thing), "flaw": flaw, "place": place, "asked": asked,
        "bid": bid, "final": final,
        "day": day,
    }  # fmt: skip


def _coat(writer: Writer, cast: dict) -> dict:
    garment, part = writer.pick(GARMENTS)
    colour, wrong = two(writer, COLOURS)
    offer, other = two(writer, WEEKDAYS)
    reply, day = agree(writer, offer, other)
    place = meeting_place(writer).name
    change = writer.pick(("shorter", "longer", "wider", "narrower"))
    writer.fact(cast["a"], "has fitted", garment)
    writer.fact(garment, "ready on", day)
    writer.fact(garment, "colour", colour)
    writer.fact(garment, "collected at", place)
    writer.fact(part, "become", change)
    return {
        "garment": garment, "one": an(garment), "colour_one": an(f"{colour} {garment}"),
        "part": part, "colour": colour, "change": change,
        "colour_said": said(writer, colour, wrong), "offer": offer, "reply": reply, "day": day,
        "place": place,
    }  # fmt: skip


# fmt: off
CAKE = Scenario("cake_order", _cake, (
    ("A", Phrases(
        "I want to order a cake.", "Could you bake me a cake?", "I need a cake for a party.",
        "Do you take orders for cakes?", "We have guests soon and need a cake.",
        "I was told that you bake the best cakes.")),
    ("B", Phrases(
        "Of course. I can offer {offer}.", "Gladly. Today I would suggest {offer}.",
        "With pleasure. Perhaps {offer}?", "Certainly. How about {offer}?",
        "You have come to the right place. Would you like {offer}?",
        "I am good at that. Shall it be {offer}?")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Good choice. What shall I put on it?", "Noted. And what goes on top?",
        "All right. How shall I decorate it?", "Fine. What would you like on it?",
        "Very good. Any decoration?", "I can do that. What comes on top?")),
    ("A", Phrases(
        "Please put {top} on it.", "On top I want {top}.", "It should have {top}.",
        "My guests would like {top}.", "I would love {top}.", "Make it pretty, with {top}.")),
    ("B", Phrases(
        "That makes {crowns} crowns. Where shall I send it?",
        "It costs {crowns} crowns. Where shall we bring it?",
        "Then it will be {crowns} crowns. Where should it go?",
        "I must charge {crowns} crowns for that. Where is the party?",
        "You pay {crowns} crowns. Where do you need it?",
        "All that for {crowns} crowns. What is the address?")),
    ("A", Phrases(
        "Please send it to the {place} on {day_said}.", "To the {place}, on {day_said}.",
        "Bring it to the {place} on {day_said}.", "We celebrate at the {place} on {day_said}.",
        "I need it at the {place} on {day_said}.", "It must be at the {place} on {day_said}.")),
    ("B?", Phrases(
        "It will be there in time.", "I will carry it there myself.", "You will not regret it.",
        "Please keep it in a cool room."))),
    Phrases(
        "{a} orders {cake} with {top} from {b} for {crowns} crowns. It must be at the {place} on "
        "{day}.",
        "{a} wants to order {cake} with {top} from {b} for {crowns} crowns. It goes to the {place} "
        "on {day}.",
        "{b} will bake {cake} with {top} for {a}, for {crowns} crowns. It must be at the {place} "
        "on {day}."))

MEND = Scenario("shoe_mending", _shoes, (
    ("A", Phrases(
        "Can you mend my {shoes}?", "My {shoes} are falling apart.",
        "Please look at these {shoes}.",
        "I have danced too much in these {shoes}.", "Is there any hope for my {shoes}?",
        "These are my favourite {shoes}, and they are torn.")),
    ("B", Phrases(
        "What is wrong with them?", "Show me. Where is the damage?", "Let me look. What is it?",
        "I like a challenge. What is broken?", "Old friends, are they? What happened?",
        "Put them on the counter. What is the matter?")),
    ("A", Phrases(
        "It is the {part} on the left.", "The {part} has come off.", "I think it is the {part}.",
        "Look here, at the {part}.", "There is only one thing, the {part}.",
        "A dog has chewed the {part}.")),
    ("B", Phrases(
        "A new {part} costs {crowns_said} crowns.",
        "I can fix the {part} for {crowns_said} crowns.",
        "That will be {crowns_said} crowns.", "I charge {crowns_said} crowns for that.",
        "It can be done for {crowns_said} crowns.",
        "For {crowns_said} crowns they will be like new.")),
    ("A", Phrases(
        "That is fair. Could I have them on {offer}?", "Good. Will they be ready on {offer}?",
        "I can pay that. I need them on {offer}.", "All right. Shall I come on {offer}?",
        "Please do it. Is {offer} too soon?", "Agreed. May I fetch them on {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "Good. And where is your shop?", "All right. Do I come here again?",
        "Fine. Where do I fetch them from?", "Very well. Will they be here?",
        "Agreed. Where can I pick them up?", "I can wait that long. Where will they be?")),
    ("B", Phrases(
        "Come to my stall beside the {place}.", "They will be ready at the {place}.",
        "My sister keeps them at the {place}.", "Ask for them at the {place}.",
        "You can collect them at the {place}.", "I will leave them at the {place} for you."))),
    Phrases(
        "{b} will mend the {part} of {a}'s {shoes} for {crowns} crowns. {a} can collect them at "
        "the {place} on {day}.",
        "{a} asks {b} to mend the {part} of {a_their} {shoes} for {crowns} crowns. {a} can collect "
        "them at the {place} on {day}.",
        "{a} brings {b} {a_their} {shoes} to mend the {part} for {crowns} crowns. {a} can collect "
        "them at the {place} on {day}."))

LAMP = Scenario("returning_goods", _lamp, (
    ("A", Phrases(
        "I must bring back this {thing}.", "I am not happy with this {thing}.",
        "I bought this {thing} here, and now I am cross.", "This {thing} is not right.",
        "May I return this {thing}?", "There is a problem with my new {thing}.")),
    ("B", Phrases(
        "Oh, what is wrong with it?", "I am sorry. What is the matter?", "What does it do?",
        "That should not happen. What is it?", "Let me see it. What is wrong?",
        "How annoying! What is the problem?")),
    ("A", Phrases(
        "Look, {fault}.", "You see, {fault}.", "I took it home, and {fault}.",
        "At home I saw that {fault}.",
        "I have hardly used it, and {fault}.", "It is new, and yet {fault}.")),
    ("B", Phrases(
        "When did you buy it, and from whom?", "Who sold it to you, and when?",
        "On what day did you buy it? Who served you?", "Do you remember who sold it, and when?",
        "When was that? And who was at the counter?", "Which day was it, and who served you?")),
    ("A", Phrases(
        "{c} sold it to me on {day_said}.", "On {day_said}, and {c} served me.",
        "It was {c}, on {day_said}.", "I got it from {c} on {day_said}.",
        "On {day_said}. {c} was at the counter.", "{c} wrapped it for me on {day_said}.")),
    ("B", Phrases(
        "Then I can offer you {offer}.", "I see it in the book. Would you like {offer}?",
        "Yes, I remember. Shall I give you {offer}?", "Of course. You can have {offer}.",
        "We are honest people. How about {offer}?", "That is clear. I suggest {offer}.")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Agreed. I will tell {c}.", "That can be done at once.", "All right, here and now.",
        "Very well, and please forgive us.", "Fine. Please sign here.",
        "Good, we want you to be happy."))),
    Phrases(
        "{a} returns {one} that {c} sold {a_them} on {day}, because {fault}. {b} agrees to give "
        "{a_them} {result}.",
        "{a} brings back {one} that {c} sold {a_them} on {day}, because {fault}. {b} agrees to "
        "give {a_them} {result}.",
        "{a} complains to {b} about {one} that {c} sold {a_them} on {day}, because {fault}. {a} "
        "will get {result}."))

BARGAIN = Scenario("price_bargain", _bargain, (
    ("A", Phrases(
        "How much is that old {thing}?", "What do you want for the {thing}?",
        "I like the {thing}. What does it cost?", "Is the {thing} for sale?",
        "That {thing} would look good in my room. How much?", "Tell me the price of the {thing}.")),
    ("B", Phrases(
        "I want {asked} crowns for it.", "It costs {asked} crowns.", "The price is {asked} crowns.",
        "For you, {asked} crowns.", "You can have it for {asked} crowns.",
        "It is worth {asked} crowns.")),
    ("A", Phrases(
        "But {flaw}. I will give you {bid} crowns.", "Look, {flaw}. How about {bid} crowns?",
        "So much, when {flaw}? I offer {bid} crowns.", "I see that {flaw}. Take {bid} crowns!",
        "You must know that {flaw}. I can pay {bid} crowns.", "Oh, {flaw}. Say {bid} crowns!")),
    ("B", Phrases(
        "That is too little. Make it {final} crowns.", "No, no. I cannot go below {final} crowns.",
        "You are hard on me! Let us say {final} crowns.", "My last word is {final} crowns.",
        "I have children to feed. I need {final} crowns.", "Meet me halfway, at {final} crowns.")),
    ("A", Phrases(
        "Done! Can you bring it to me?", "All right, I take it. Do you deliver?",
        "Very well. Who will carry it home?", "Agreed. But I cannot carry it.",
        "Here is my hand. Will you keep it for me?", "Good, but I have no cart today.")),
    ("B", Phrases(
        "I can leave it at the {place} on {day}.", "Fetch it from the {place} on {day}.",
        "My cart goes to the {place} on {day}.", "It will be at the {place} on {day}.",
        "I will take it to the {place} on {day}.", "You can get it at the {place} on {day}.")),
    ("A?", Phrases(
        "My wallet is empty now.", "You drive a hard bargain.", "My aunt will be delighted.",
        "I hope that it fits through the door."))),
    Phrases(
        "{a} buys {one} from {b} for {final} crowns instead of {asked}. {a} will get it at the "
        "{place} on {day}.",
        "{a} wants {one} and {b} sells it for {final} crowns instead of {asked}. {a} will get it "
        "at the {place} on {day}.",
        "{b} sells {a} {one} for {final} crowns instead of {asked}. {a} will get it at the {place} "
        "on {day}."))

COAT = Scenario("fitting_a_coat", _coat, (
    ("A", Phrases(
        "I have come about my new {garment}.", "Is my {garment} ready to try on?",
        "I would like to try on my {garment}.", "May I see the {garment} that I ordered?",
        "You are sewing {one} for me.", "I am here for the fitting of my {garment}.")),
    ("B", Phrases(
        "Yes. Which colour was it?", "I am glad you came. What colour is yours?",
        "There are many here. Which colour?", "Of course. What colour did you choose?",
        "One moment, what colour did you want?", "I remember you. But what was the colour?")),
    ("A", Phrases(
        "Mine is the {colour_said} one.", "I chose {colour_said}.", "It is {colour_said}.",
        "The cloth is {colour_said}.", "I wanted {colour_said}.", "The colour is {colour_said}.")),
    ("B", Phrases(
        "Here it is. How does it feel?", "Slip it on. Does it fit?",
        "Turn round. Is it comfortable?",
        "There. Are you pleased with it?", "Now look in the mirror. Well?",
        "Try it on, please. How is it?")),
    ("A", Phrases(
        "I want the {part} a little {change}.", "Please make the {part} {change}.",
        "I would like the {part} {change}.", "Could you make the {part} {change}?",
        "Lovely, but I need the {part} {change}.",
        "Everything fits, but make the {part} {change}.")),
    ("B", Phrases(
        "I can do that. Is {offer} soon enough?", "That is quickly done. Come back on {offer}.",
        "You are right. I suggest {offer}.", "No trouble. It can be ready on {offer}.",
        "With a few pins, yes. How about {offer}?", "I will change it. Shall we say {offer}?")),
    ("A", Phrases("{reply}")),
    ("B", Phrases(
        "Then fetch it from the {place}, we are moving.",
        "Good. It will be waiting at the {place}.",
        "Fine. I will bring it to the {place}.", "Agreed. My boy will take it to the {place}.",
        "All right. You can get it at the {place}.", "Very well, I will be at the {place} then.")),
    ("A?", Phrases(
        "I want to wear it to a wedding.", "It is softer than I thought.", "You sew beautifully.",
        "My old one has holes."))),
    Phrases(
        "{a} tries on {colour_one} and asks {b} to make the {part} {change}. {a} can fetch it from "
        "the {place} on {day}.",
        "{a} has {colour_one} fitted and asks {b} to make the {part} {change}. {a} can fetch it "
        "from the {place} on {day}.",
        "{a} tries on {colour_one}, and {b} will make the {part} {change}. {a} can fetch it from "
        "the {place} on {day}."))
# fmt: on

SCENARIOS = (CAKE, MEND, LAMP, BARGAIN, COAT)
