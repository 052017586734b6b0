"""The stories of the arithmetic problems: patterns, ranges of numbers, and the steps.

Data only; `problems.py` fills them in. The last result of a story is called "answer". `made`
works numbers out that the story shows, so that every subtraction stays positive and every
division comes out even. The last two stories are for validation and test only.
"""

from workbook.town.texts.problems.problem_words import Story
from workbook.town.writer import Phrases

STORIES = (
    Story(
        Phrases(
            "{who} buys {n} {food} at {price} crowns each. How many crowns does {they} pay?",
            "One of the {food} costs {price} crowns. {who} takes {n} of them. What is the bill?",
            "At the market {who} fills a bag with {n} {food}. Each costs {price} crowns. "
            "How much is that in crowns?",
        ),
        {"n": (2, 12), "price": (2, 9)},
        (("answer", "n", "x", "price"),),
    ),
    Story(
        Phrases(
            "{who} buys {n} {goods} at {price} crowns each and pays with {note} crowns. "
            "How much change does {they} get?",
            "{who} has {note} crowns in {their} purse. {They} buys {n} {goods}, and each costs "
            "{price} crowns. How many crowns are left?",
            "In the shop {who} asks for {n} {goods}. The price is {price} crowns each. "
            "{They} hands over {note} crowns. What is the change?",
        ),
        {"n": (2, 8), "price": (2, 9), "change": (1, 20)},
        (("cost", "n", "x", "price"), ("answer", "note", "-", "cost")),
        (("paid", "n", "x", "price"), ("note", "paid", "+", "change")),
    ),
    Story(
        Phrases(
            "{who} shares {total} {small} among {n} {group}. How many does each one get?",
            "There are {total} {small} on the table and {n} {group} around it. Everybody gets the "
            "same number. How many is that?",
            "{total} {small} are divided fairly among {n} {group}. How many go to each?",
        ),
        {"n": (2, 9), "each": (2, 12)},
        (("answer", "total", "/", "n"),),
        (("total", "n", "x", "each"),),
    ),
    Story(
        Phrases(
            "{who} has {total} {small}. {They} keeps {kept} and shares the rest among {n} {group}. "
            "How many does each get?",
            "{who} has {total} {small} and puts {kept} away for later. The rest go to {n} {group} "
            "in equal parts. How many go to each?",
        ),
        {"n": (2, 6), "each": (2, 9), "kept": (2, 9)},
        (("rest", "total", "-", "kept"), ("answer", "rest", "/", "n")),
        (("shared", "n", "x", "each"), ("total", "shared", "+", "kept")),
    ),
    Story(
        Phrases(
            "{who} packs {n} {food} into every {box}. {They} fills {boxes} of them. "
            "How many {food} are there in all?",
            "Every {box} holds {n} {food}. How many {food} are there when {boxes} are full?",
        ),
        {"n": (3, 12), "boxes": (2, 9)},
        (("answer", "boxes", "x", "n"),),
    ),
    Story(
        Phrases(
            "{who} baked {n} trays with {each} rolls on each. By noon {sold} rolls were sold. "
            "How many rolls were left?",
            "The oven holds {n} trays of {each} rolls. {who} bakes once and sells {sold} rolls. "
            "How many are still on the shelf?",
        ),
        {"n": (2, 6), "each": (6, 12), "sold": (3, 11)},
        (("baked", "n", "x", "each"), ("answer", "baked", "-", "sold")),
    ),
    Story(
        Phrases(
            "{who} is {age} years old. {other} is {more} years older. How old is {other}?",
            "When {who} was born, {other} was {more} years old. Today {who} is {age}. "
            "How old is {other} today?",
        ),
        {"age": (6, 60), "more": (2, 25)},
        (("answer", "age", "+", "more"),),
    ),
    Story(
        Phrases(
            "{who} is {age} years old, and {other} is {n} times as old. "
            "How many years older is {other}?",
            "{other} is {n} times as old as {who}, who is {age}. What is the difference in years?",
        ),
        {"age": (4, 20), "n": (2, 4)},
        (("older", "age", "x", "n"), ("answer", "older", "-", "age")),
    ),
    Story(
        Phrases(
            "{thing} was born in {birth_year}. How old does {thing} turn in {year}?",
            "The year is {year}. {thing} was born in {birth_year}. "
            "How old does {thing} turn that year?",
            "{thing}'s birth year is {birth_year}. What age does {thing} reach in {year}?",
        ),
        {"year": (2006, 2023)},
        (("answer", "year", "-", "birth_year"),),
        about="person",
    ),
    Story(
        Phrases(
            "{thing} opens at {opens} and closes at {closes} on the 24-hour clock. "
            "How many hours is it open?",
            "The doors of {thing} open at {opens}:00 and shut at {closes}:00. "
            "For how many hours are they open?",
        ),
        {},
        (("answer", "closes", "-", "opens"),),
        about="place",
    ),
    Story(
        Phrases(
            "{thing} is open from {opens}:00 to {closes}:00. {other} helps there the whole time on "
            "{days} days. How many hours of help is that?",
            "Except on its day off, {thing} opens at {opens}:00 and closes at {closes}:00. "
            "How many hours is it open over {days} working days?",
        ),
        {"days": (2, 5)},
        (("hours", "closes", "-", "opens"), ("answer", "days", "x", "hours")),
        about="place",
    ),
    Story(
        Phrases(
            "{thing} was founded in {founded}. How many years old was it in {year}?",
            "People have known {thing} since {founded}. How many years had passed by {year}?",
        ),
        {"year": (2020, 2023)},
        (("answer", "year", "-", "founded"),),
        about="founded",
    ),
    Story(
        Phrases(
            "The {vehicle} from {origin} to {destination} takes {takes} minutes. {who} takes it "
            "{n} times this week. How many minutes is that?",
            "{who} takes the {vehicle} from {origin} to {destination} {n} times. "
            "One trip lasts {takes} minutes. How many minutes does {they} travel?",
        ),
        {"n": (2, 6)},
        (("answer", "n", "x", "takes"),),
        about="line",
    ),
    Story(
        Phrases(
            "{who} walks {walk} minutes to the stop, waits {wait} minutes and then sits on the "
            "{vehicle} from {origin} to {destination} for {takes} minutes. "
            "How many minutes does it take in all?",
            "First {who} walks for {walk} minutes and waits for {wait}. The {vehicle} from "
            "{origin} to {destination} takes {takes} minutes. How long is the whole journey?",
        ),
        {"walk": (3, 15), "wait": (2, 10)},
        (("before", "walk", "+", "wait"), ("answer", "before", "+", "takes")),
        about="line",
    ),
    Story(
        Phrases(
            "{who} rows {n} miles to the island and the same way back, on {days} days. "
            "How many miles is that?",
            "The lighthouse is {n} miles away. {who} walks there and back on {days} days. "
            "How many miles does {they} walk?",
        ),
        {"n": (2, 9), "days": (2, 6)},
        (("day", "n", "+", "n"), ("answer", "days", "x", "day")),
    ),
    Story(
        Phrases(
            "{who} cycles {first} miles before lunch and {second} miles after it. The whole "
            "journey is {way} miles. How many miles are left?",
            "A path is {way} miles long. {who} walked {first} miles in the morning and "
            "{second} in the afternoon. How many miles remain?",
        ),
        {"first": (2, 14), "second": (2, 14), "left": (1, 9)},
        (("done", "first", "+", "second"), ("answer", "way", "-", "done")),
        (("part", "first", "+", "second"), ("way", "part", "+", "left")),
    ),
    Story(
        Phrases(
            "{who} plants {rows} rows of {n} {plants}. The goat eats {lost}. How many are left?",
            "There are {rows} rows of {n} {plants} in the garden. A storm flattens {lost} of "
            "them. How many are still standing?",
        ),
        {"rows": (2, 8), "n": (4, 11), "lost": (2, 7)},
        (("planted", "rows", "x", "n"), ("answer", "planted", "-", "lost")),
    ),
    Story(
        Phrases(
            "{who} sold {n} {goods} on Monday and {m} on Tuesday. "
            "How many were sold on both days together?",
            "The shop sold {n} {goods} one morning and {m} the next. How many is that altogether?",
        ),
        {"n": (5, 60), "m": (5, 60)},
        (("answer", "n", "+", "m"),),
    ),
    Story(
        Phrases(
            "{who} earns {wage} crowns an hour. {They} works {hours} hours and spends {spent} "
            "crowns on supper. How many crowns does {they} keep?",
            "For one hour of work {who} gets {wage} crowns. After {hours} hours {they} pays "
            "{spent} crowns for a new shirt. How many crowns are left?",
        ),
        {"wage": (5, 12), "hours": (3, 8), "spent": (2, 14)},
        (("earned", "wage", "x", "hours"), ("answer", "earned", "-", "spent")),
    ),
    Story(
        Phrases(
            "{who} buys {n} {food} at {price} crowns each and {m} {goods} at {cost} crowns each. "
            "What does {they} pay in crowns?",
            "There are {n} {food} and {m} {goods} in the basket. The {food} cost {price} crowns "
            "each and the {goods} {cost} crowns each. How many crowns is that?",
        ),
        {"n": (2, 6), "price": (2, 6), "m": (2, 6), "cost": (2, 9)},
        (
            ("first", "n", "x", "price"),
            ("second", "m", "x", "cost"),
            ("answer", "first", "+", "second"),
        ),
    ),
    Story(
        Phrases(
            "{who} wants a coat for {price} crowns. {They} has {have} crowns and saves {week} a "
            "week. How many weeks does {they} need?",
            "A small boat costs {price} crowns. {who} has {have} crowns already and puts {week} "
            "aside each week. After how many weeks can {they} buy it?",
        ),
        {"have": (5, 30), "week": (3, 9), "weeks": (2, 9)},
        (("missing", "price", "-", "have"), ("answer", "missing", "/", "week")),
        (("saved", "week", "x", "weeks"), ("price", "saved", "+", "have")),
    ),
    Story(
        Phrases(
            "A ticket for the play costs {full} crowns, and {less} crowns less for a child. "
            "{who} takes {n} children. What do the children's tickets cost in all?",
            "Grown-ups pay {full} crowns on the boat. Children pay {less} crowns less. "
            "How many crowns do {n} children pay?",
        ),
        {"full": (6, 14), "less": (2, 4), "n": (2, 6)},
        (("ticket", "full", "-", "less"), ("answer", "n", "x", "ticket")),
    ),
    Story(
        Phrases(
            "{who} and {other} catch {n} and {m} fish. They sell every fish for {price} crowns. "
            "How many crowns do they earn?",
            "There are {n} fish in {who}'s net and {m} in {other}'s. Each fish sells for {price} "
            "crowns. How many crowns do they get?",
        ),
        {"n": (2, 9), "m": (2, 9), "price": (2, 6)},
        (("fish", "n", "+", "m"), ("answer", "fish", "x", "price")),
    ),
    Story(
        Phrases(
            "{n} friends pay {meal} crowns each for supper and {tip} crowns together for the "
            "waiter. How many crowns is that in all?",
            "Supper at the inn costs {meal} crowns for each guest. {who} comes with friends, {n} "
            "people in all, and they add {tip} crowns for the cook. What do they pay together?",
        ),
        {"n": (3, 8), "meal": (5, 12), "tip": (2, 9)},
        (("meals", "n", "x", "meal"), ("answer", "meals", "+", "tip")),
    ),
    Story(
        Phrases(
            "{who} reads {pages} pages every evening. The book has {total} pages, and {they} has "
            "read {done} so far. How many evenings will the rest take?",
            "{who} is reading a book of {total} pages. {They} has read {done} of them and reads "
            "{pages} each night. How many nights are left?",
        ),
        {"pages": (4, 12), "nights": (2, 9), "done": (10, 60)},
        (("rest", "total", "-", "done"), ("answer", "rest", "/", "pages")),
        (("later", "pages", "x", "nights"), ("total", "later", "+", "done")),
    ),
    Story(
        Phrases(
            "{n} buses leave the market with {seats} people on each. At the bridge {off} people "
            "get off and {on} get on. How many people are now on the buses?",
            "At first there are {seats} people in each of {n} boats. Then {off} go ashore and {on} "
            "come aboard. How many people are on the boats?",
        ),
        {"n": (2, 5), "seats": (6, 12), "off": (2, 9), "on": (2, 9)},
        (
            ("people", "n", "x", "seats"),
            ("stay", "people", "-", "off"),
            ("answer", "stay", "+", "on"),
        ),
    ),
    Story(  # validation only
        Phrases(
            "{who} cuts a rope of {long} feet into {n} equal parts and ties {m} of them together. "
            "How many feet is the new rope?",
            "A rope is {long} feet long. {who} makes {n} equal pieces and uses {m}. "
            "How many feet of rope does {they} use?",
        ),
        {"n": (4, 8), "m": (2, 3), "feet": (2, 9)},
        (("piece", "long", "/", "n"), ("answer", "m", "x", "piece")),
        (("long", "n", "x", "feet"),),
    ),
    Story(  # test only
        Phrases(
            "A barrel holds {full} jugs of cider. {who} pours {n} jugs on each of {days} evenings. "
            "How many jugs are left in the barrel?",
            "{who} opens a barrel with {full} jugs of cider. For {days} evenings the guests drink "
            "{n} jugs each evening. How many jugs remain?",
        ),
        {"n": (2, 7), "days": (2, 6), "left": (1, 12)},
        (("poured", "n", "x", "days"), ("answer", "full", "-", "poured")),
        (("gone", "n", "x", "days"), ("full", "gone", "+", "left")),
    ),
)
