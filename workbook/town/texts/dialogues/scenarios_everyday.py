"""Everyday conversations: favours, plans and meetings between friends.

Five scenarios as `scenario.py` describes them: data, and one function each that draws the slots.
Outings are in `scenarios_plans.py`, neighbours in `scenarios_neighbours.py`, helping the weak in
`scenarios_care.py`; `SCENARIOS` holds them all. The lessons on summarising use them.
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
from workbook.town.texts.dialogues.scenarios_care import SCENARIOS as CARE
from workbook.town.texts.dialogues.scenarios_neighbours import SCENARIOS as NEIGHBOURS
from workbook.town.texts.dialogues.scenarios_plans import SCENARIOS as PLANS
from workbook.town.vocabulary import WEEKDAYS
from workbook.town.writer import Phrases, Writer, an, hour

TOOLS = (
    ("ladder", "pick the cherries"), ("wheelbarrow", "move some earth"), ("saw", "cut a plank"),
    ("hammer", "hang a picture"), ("drill", "put up a shelf"), ("spade", "dig a pond"),
    ("rake", "clear the leaves"), ("sewing machine", "mend the curtains"),
    ("axe", "chop firewood"), ("pump", "empty the cellar"), ("iron", "press a shirt"),
    ("big pan", "boil jam"), ("tent", "sleep by the lake"), ("sledge", "fetch some coal"),
)  # fmt: skip
SNACKS = (
    "cold chicken", "egg sandwiches", "cherry tart", "potato salad", "lemonade", "radishes",
    "sausage rolls", "cheese and crackers", "melon", "plum juice", "pickled onions", "nut bread",
)  # fmt: skip
DISHES = (
    "leek soup", "mushroom stew", "fish pie", "bean curry", "barley risotto", "apple crumble",
    "onion tart", "pumpkin soup", "baked trout", "carrot cake", "lentil salad", "beef stew",
)  # fmt: skip
FURNITURE = (
    "sofa", "wardrobe", "piano", "bookcase", "kitchen table", "oak chest", "mattress", "mirror",
    "writing desk", "old stove", "dresser", "armchair",
)  # fmt: skip
FLOORS = ("cellar", "attic", "hallway", "garden shed", "back room", "spare bedroom")
GIFTS = (
    "scarf", "teapot", "book of poems", "chess set", "fountain pen", "pair of gloves", "rose bush",
    "music box", "basket of fruit", "telescope", "cookery book", "umbrella", "watercolour set",
)  # fmt: skip


def _borrow(writer: Writer, cast: dict) -> dict:
    tool, task = writer.pick(TOOLS)
    day, back = two(writer, WEEKDAYS)
    wrong = writer.pick(WEEKDAYS)
    writer.fact(cast["a"], "borrows", tool)
    writer.fact(tool, "back by", back)
    writer.fact(tool, "ready on", day)
    writer.fact(cast["b"], "lends", tool)
    return {
        "tool": tool, "one": an(tool), "task": task, "day": day, "back": back,
        "back_said": said(writer, back, wrong),
    }  # fmt: skip


def _picnic(writer: Writer, cast: dict) -> dict:
    snack_a, snack_b = two(writer, SNACKS)
    day, other = two(writer, WEEKDAYS)
    reply, day_agreed = agree(writer, day, other)
    place = meeting_place(writer).name
    writer.fact("picnic", "near", place)
    writer.fact("picnic", "day", day_agreed)
    writer.fact(cast["a"], "brings", snack_a)
    writer.fact(cast["b"], "brings", snack_b)
    return {
        "snack_a": snack_a, "snack_b": snack_b, "offer": day, "reply": reply, "day": day_agreed,
        "place": place,
    }  # fmt: skip


def _cook(writer: Writer, cast: dict) -> dict:
    dish, other = two(writer, DISHES)
    reply, dish_agreed = agree(writer, dish, other)
    first, second = two(writer, (17, 18, 19, 20))
    writer.fact(cast["b"], "cooks with", cast["a"])
    guest = third(writer)
    writer.fact(guest["c"], "gets", dish_agreed)
    writer.fact(cast["b"], "comes at", hour(first))
    return {
        **guest, "offer": dish, "reply": reply, "dish": dish_agreed,
        "time": hour(first), "time_said": said(writer, hour(first), hour(second)),
    }  # fmt: skip


def _move(writer: Writer, cast: dict) -> dict:
    day, wrong = two(writer, WEEKDAYS)
    start, floor = two(writer, FLOORS)
    thing, friend = writer.pick(FURNITURE), third(writer)
    writer.fact(cast["b"], "helps", cast["a"])
    writer.fact(thing, "moves to", floor)
    writer.fact(thing, "stands in", start)
    writer.fact(thing, "moves on", day)
    writer.fact(friend["c"], "helps", cast["a"])
    return {
        **friend, "thing": thing, "one": an(thing), "start": start, "floor": floor, "day": day,
        "day_said": said(writer, day, wrong),
    }  # fmt: skip


def _gift(writer: Writer, cast: dict) -> dict:
    first, second = two(writer, GIFTS)
    reply, gift = agree(writer, an(first), an(second))
    friend, place, crowns = third(writer), meeting_place(writer).name, writer.source.integer(4, 30)
    writer.fact(friend["c"], "gift", gift)
    writer.fact(friend["c"], "party at", place)
    writer.fact(gift, "price", f"{crowns} crowns")
    return {
        **friend, "offer": an(first), "reply": reply, "gift": gift, "place": place,
        "crowns": crowns, "crowns_said": said(writer, str(crowns), str(crowns + 5)),
    }  # fmt: skip


# fmt: off
BORROW = Scenario("borrow_tool", _borrow, (
    ("A", Phrases(
        "Could I borrow your {tool} for a few days?", "I need {one}. Do you still have yours?",
        "May I ask a favour? I am looking for {one}.", "Do you have {one} that I could use?",
        "Would you lend me your {tool}, please?", "I was hoping to borrow your {tool}.")),
    ("B", Phrases(
        "What do you need it for?", "Why, what are you going to do?", "Is there work to do?",
        "What is the plan?", "May I ask what it is for?", "What is going on at your house?")),
    ("A", Phrases(
        "I want to {task}.", "I have to {task}, and soon.", "At last I am going to {task}.",
        "My plan is to {task}.", "It is time to {task} again.", "I promised to {task}.")),
    ("B", Phrases(
        "Then take it, of course. Come on {day}.", "You can fetch it on {day}.",
        "That is fine. It is ready for you on {day}.", "Good. Pick it up here on {day}.",
        "With pleasure. You may have it on {day}.", "Sure, just come round on {day}.")),
    ("A", Phrases(
        "When do you want it back?", "And how long may I keep it?",
        "When must I bring it back?", "By what day do you need it again?",
        "Until when can I have it?", "When will you need it yourself?")),
    ("B", Phrases(
        "I need it back by {back_said}.", "Please return it by {back_said}.",
        "Bring it back by {back_said}, please.", "You can keep it until {back_said}.",
        "I will need it on {back_said}.", "Let me have it again by {back_said}.")),
    ("A?", Phrases(
        "I promise to be careful with it.", "I will clean it before I bring it.",
        "You will get it back without a scratch.", "I will not forget."))),
    Phrases(
        "{a} borrows the {tool} from {b} to {task}. {A_They} can fetch it on {day} and must return "
        "it by {back}.",
        "{a} wants to borrow the {tool} from {b} to {task}. {A_They} can fetch it on {day} and "
        "must return it by {back}.",
        "{b} lends the {tool} to {a}, who wants to {task}. {a} can fetch it on {day} and must "
        "return it by {back}."))

PICNIC = Scenario("picnic", _picnic, (
    ("A", Phrases(
        "The sun is out at last. Shall we have a picnic?", "I would love to eat outside this week.",
        "What do you say to a picnic?", "Let us have a picnic while it is warm.",
        "The grass is dry again. It is time for a picnic!", "Would you come to a picnic with me?")),
    ("B", Phrases(
        "What a nice thought! Where?", "I would like that. Where shall we sit?",
        "Gladly. Do you know a good spot?", "Yes, please! Which meadow do you have in mind?",
        "I am in. Where should we go?", "Count me in. Where will it be?")),
    ("A", Phrases(
        "There is soft grass behind the {place}. Is {offer} good?",
        "By the big tree near the {place}. Are you free on {offer}?",
        "Beside the {place}, in the shade. Shall we say {offer}?",
        "In the field next to the {place}. Would {offer} suit you?",
        "On the slope above the {place}. Can you come on {offer}?",
        "Close to the {place}, by the stream. How about {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", AGREED),
    ("B", Phrases(
        "What shall I bring? I could make {snack_b}.", "I will bring {snack_b}. And you?",
        "Let me take care of {snack_b}.", "I have some {snack_b} for the basket.",
        "Then I will pack {snack_b}.", "Leave the {snack_b} to me.")),
    ("A", Phrases(
        "Good, and I will bring {snack_a}.", "Lovely. My part is {snack_a}.",
        "Then I will see to the {snack_a}.", "Wonderful, I will add {snack_a} and a rug.",
        "Yes, and I will carry {snack_a}.", "Very good. I will prepare {snack_a}.")),
    ("B?", Phrases(
        "I hope that the wasps stay away.", "Let us hope that it does not rain.",
        "I can hardly wait.", "I am hungry already."))),
    Phrases(
        "{a} and {b} will have a picnic near the {place} on {day}. {a} brings {snack_a} and {b} "
        "brings {snack_b}.",
        "{a} and {b} are planning a picnic near the {place} on {day}. {a} brings {snack_a} and {b} "
        "brings {snack_b}.",
        "{a} invites {b} to a picnic near the {place} on {day}. {a} brings {snack_a} and {b} "
        "brings {snack_b}."))

COOK = Scenario("cook_together", _cook, (
    ("A", Phrases(
        "{c} is coming to supper, and I cannot cook!", "I have invited {c} to supper. Help me!",
        "Can you help me? {c} is coming for supper.", "I must cook for {c}, and I am nervous.",
        "{c} will eat at my house. I need a cook.", "Guess who is coming to supper? It is {c}.")),
    ("B", Phrases(
        "Do not worry, I will cook with you.", "Then let us cook together.",
        "I am good with pots. I will help.", "No trouble, two cooks are better than one.",
        "Keep calm, we will do it together.", "I will gladly come and stir.")),
    ("A", Phrases(
        "You are kind. I was thinking of {offer}.", "What a relief! Shall we make {offer}?",
        "How good of you! Maybe {offer}?", "Wonderful. Could we try {offer}?",
        "I am so glad. My idea was {offer}.", "Bless you! What about {offer}?")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "Agreed. {c} will eat anything warm.", "Good, {c} is sure to like it.",
        "All right, I will buy what we need.", "Fine, that keeps the list short.",
        "Very well, I trust you.", "Yes, let us cook that.")),
    ("B", Phrases(
        "I will come to your kitchen at {time_said}.", "Expect me at {time_said}.",
        "Then I will be with you at {time_said}.", "Let us begin at {time_said}.",
        "Heat the oven. I will arrive at {time_said}.", "You will see me at {time_said}.")),
    ("A?", Phrases(
        "I will sharpen the knives.", "The table will be ready by then.",
        "I will light the stove before that.", "I will wash the vegetables."))),
    Phrases(
        "{b} will help {a} to cook {dish} for {c}. {B_They} will come at {time}.",
        "{b} offers to help {a} to cook {dish} for {c}. {B_They} will come at {time}.",
        "{b} and {a} will cook {dish} together for {c}. {b} will come at {time}.",
    ))

MOVE = Scenario("move_furniture", _move, (
    ("A", Phrases(
        "Are you strong enough to carry {one}?", "My {thing} has to move, and it is heavy.",
        "I need a pair of strong arms for my {thing}.", "Would you help me to move my {thing}?",
        "I tried to lift my {thing}, but it was hopeless.",
        "How is your back? I must move {one}.")),
    ("B", Phrases(
        "Where is it now?", "I can try. Where is it at the moment?", "Maybe. Where is it?",
        "Tell me more. Which room is it in?", "My back is fine. Where is it?",
        "That depends. Where do you keep it?")),
    ("A", Phrases(
        "It is in the {start}, but it belongs in the {floor}.",
        "It must go from the {start} to the {floor}.",
        "At the moment it is in the {start}. I want it in the {floor}.",
        "It fills the {start}. There is room in the {floor}.",
        "It is still in the {start}. It should be in the {floor}.",
        "In the {start}, and I would like it in the {floor}.")),
    ("B", Phrases(
        "Two people are not enough. Ask {c} as well.", "We need a third person, perhaps {c}.",
        "That is hard work. Let us ask {c} too.", "I will bring {c}, who is stronger.",
        "Then {c} should help us.", "Too heavy for two. I will fetch {c}.")),
    ("A", Phrases(
        "Good thinking. Which day suits you both?", "Fine. When can you two come?",
        "The more the better. On which day?", "Very good. What day shall it be?",
        "I would be so grateful. When?", "That would be grand. When are you free?")),
    ("B", Phrases(
        "We can come on {day_said}.", "It has to be on {day_said}.", "Let us do it on {day_said}.",
        "Expect us on {day_said}.", "I am free on {day_said}.", "We have time on {day_said}.")),
    ("A?", Phrases(
        "There will be pancakes afterwards.", "I will roll up the carpet before that.",
        "I will bake something for you both.", "I will take the doors off first."))),
    Phrases(
        "{b} will help {a} to move the {thing} from the {start} to the {floor} on {day}, together "
        "with {c}.",
        "{b} promises to help {a} to move the {thing} from the {start} to the {floor} on {day}, "
        "together with {c}.",
        "{b} and {c} will help {a} to move the {thing} from the {start} to the {floor} on {day}."))

GIFT = Scenario("birthday_gift", _gift, (
    ("A", Phrases(
        "It is {c}'s birthday soon. What shall we give?", "{c} has a birthday next week!",
        "Have you thought about a present for {c}?", "We still need a birthday gift for {c}.",
        "Do not forget, {c} has a birthday soon.", "Shall we buy a gift for {c} together?")),
    ("B", Phrases(
        "Oh, I had forgotten. Do you have an idea?", "Let us share one. What would {c_they} like?",
        "Gladly. What could we buy?", "I am glad you asked. What do you suggest?",
        "You are right. Any ideas?", "I have no idea what to buy. Have you?")),
    ("A", Phrases(
        "I was thinking of {offer}.", "Perhaps {offer}?", "I saw {offer} in a window.",
        "What do you say to {offer}?", "How about {offer}?",
        "Maybe {c_they} would enjoy {offer}.")),
    ("B", Phrases("{reply}")),
    ("A", Phrases(
        "Good. I think we will need {crowns_said} crowns.", "Fine. It costs {crowns_said} crowns.",
        "All right. That makes {crowns_said} crowns.", "Very well. It is {crowns_said} crowns.",
        "Agreed. I will pay {crowns_said} crowns first.",
        "Yes. That will be {crowns_said} crowns.")),
    ("B", Phrases(
        "I will pay half. Where is the party?", "We will share, of course. Where will it be?",
        "Let us go halves. And where is the party?", "That is fair. Where shall I come?",
        "I can afford that. Where will the party be?", "Let us share that. Where do we all meet?")),
    ("A", Phrases(
        "Everybody meets at the {place}.", "The party is at the {place}.",
        "At the {place}, with cake and music.", "We celebrate at the {place}.",
        "{c} has asked us all to the {place}.", "They will put up candles at the {place}."))),
    Phrases(
        "{a} and {b} will give {c} {gift} for {crowns} crowns. The birthday party is at the "
        "{place}.",
        "{a} and {b} decide to give {c} {gift} for {crowns} crowns. The birthday party is at the "
        "{place}.",
        "{a} and {b} share the price of {gift} for {c}, {crowns} crowns. The birthday party is at "
        "the {place}."))

# fmt: on

SCENARIOS = (BORROW, PICNIC, COOK, MOVE, GIFT, *PLANS, *NEIGHBOURS, *CARE)
