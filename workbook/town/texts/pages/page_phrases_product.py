"""Sentence patterns for the town's pages about goods. Words only; `pages.py` uses them.

Slots: {full} "the Oskmere oak table", {name} the same or "the table", {who} also "it"; the other
slots hold the facts. The last two patterns of a list of six or more stay out of train.
Lesson 01 shows the pages these sentences make.
"""

from workbook.town.writer import Phrases

OPENINGS = {
    ("kind", "seller"): Phrases(
        "{full} is {a_kind} from {seller} in Brindlemere.",
        "{full} is {a_kind} sold at {seller}.",
        "{full} is sold at {seller}, and it is a fine {kind}.",
        "{full} is the best known {kind} at {seller}.",
        "Among the goods of {seller}, {full} is the {kind} to know.",
        "{full} is a local {kind} that you can buy at {seller}.",
    ),
    ("kind", "colour"): Phrases(
        "{full} is {a_colour} {kind} made in Brindlemere.",
        "{full} is a local {kind}, and its colour is {colour}.",
        "{full} is {a_colour} {kind} that many people in town own or want.",
        "{full} is {a_kind}, {colour} in colour and made in town.",
        "{full}, sold in Brindlemere, is {a_colour} {kind}.",
        "{full} is {a_kind} that comes in {colour}.",
    ),
    ("kind", "maker"): Phrases(
        "{full} is {a_kind} made by {maker}.",
        "{full} is a local {kind}, and its maker is {maker}.",
        "{full} is {a_kind} from the hands of {maker}.",
        "{maker} makes {full}, {a_kind} with a good name.",
        "{full} is {a_kind}, and {maker} is the maker.",
        "{full}, {a_kind}, is made by {maker} in Brindlemere.",
    ),
}

SELLER = Phrases(
    "{who} is sold at {seller}.",
    "The seller of {full} is {seller}.",
    "You can buy {name} at {seller}.",
    "{seller} sells {full}.",
    "{full} is sold at {seller}.",
    "People find {name} at {seller}.",
    "{name} waits for buyers at {seller}.",
    "To buy {name}, go to {seller}.",
)
PRICE = Phrases(
    "{who} costs {price}.",
    "{full} costs {price}.",
    "The price of {name} is {price}.",
    "{full} has a price of {price}.",
    "{name} is sold for {price}.",
    "You pay {price} for {name}.",
    "The label on {name} says {price}.",
    "For {name} the till rings up {price}.",
)
COLOUR = Phrases(
    "{who} is {colour}.",
    "{full} is {colour}.",
    "The colour of {name} is {colour}.",
    "{full} comes in {colour}.",
    "It is hard to miss {name}, for its colour is {colour}.",
    "{name} is easy to spot because it is {colour}.",
    "{name} is {colour} all over.",
    "{colour} is the colour of {name}.",
)
MAKER = Phrases(
    "{who} is made by {maker}.",
    "{full} is made by {maker}.",
    "The maker of {name} is {maker}.",
    "{maker} makes {full}.",
    "{maker} is the maker of {full}.",
    "{name} is the work of {maker}.",
    "{name} comes from the hands of {maker}.",
    "{maker} put much thought into {name} and makes it with care.",
)
FAN = Phrases(
    "{fan} likes {name} best of all the goods in town.",
    "{full} is the favourite product of {fan}.",
    "{fan}'s favourite product is {full}.",
    "{name} has a loyal fan in {fan}.",
    "Nobody praises {name} more than {fan}.",
    "Of everything in the shops, {fan} likes {name} best.",
)
SHOP_STREET = Phrases(
    "{seller} in {seller_street} sells {name}.",
    "You will find {seller}, which sells {name}, in {seller_street}.",
    "{name} is sold in {seller_street}, at {seller}.",
    "Buyers of {name} walk to {seller} in {seller_street}.",
)
SHOP_CLOSED = Phrases(
    "{seller} is closed on {seller_closed}s, so buy {name} on another day.",
    "On {seller_closed}s {seller} is closed, and nobody can buy {name}.",
    "Nobody can buy {name} on a {seller_closed}, when {seller} is closed.",
    "{seller}, which sells {name}, is closed on {seller_closed}s.",
)
ALSO = Phrases(
    "{seller} also sells {also}.",
    "{seller} sells {also} as well as {name}.",
    "Some buyers of {name} at {seller} also take {also}.",
    "At {seller} you can buy {also} as well.",
)
MAKER_JOB = Phrases(
    "{maker}, who makes {name}, is {a_job}.",
    "{maker} is {a_job} and makes {name}.",
    "The maker of {name}, {maker}, works as {a_job}.",
    "{maker} works as {a_job} and is the maker of {name}.",
)
NOTE = Phrases(
    "{who} {note}.",
    "{name} {note}.",
    "Buyers say that {name} {note}.",
    "{full} {note}.",
)
RIVAL = Phrases(
    "Do not confuse {name} with {rival}.",
    "{who} is often compared with {rival}.",
    "{rival} is another {kind} made in town.",
    "Some people prefer {rival} to {full}.",
)

NOTES = {
    "loaf": ("has a dark crust and a soft crumb", "stays fresh for four days"),
    "cake": ("is baked for birthdays and weddings", "melts on the tongue"),
    "tea": ("warms cold fingers in winter", "smells of meadows after rain"),
    "novel": ("keeps readers awake past midnight", "has a surprising last chapter"),
    "atlas": ("shows every bay and hill", "fits in a deep pocket or a desk drawer"),
    "syrup": ("helps against a sore throat", "is taken by the spoon"),
    "honey": ("tastes of summer flowers", "is stirred into porridge and milk"),
    "cheese": ("ripens for months in a cool cellar", "goes well with pears and nuts"),
    "butter": ("is churned twice a week", "comes wrapped in thick paper"),
    "pie": ("is eaten hot with a fork and mustard", "has a golden lid of pastry"),
    "eel": ("is served with potatoes and horseradish", "hangs over beech smoke for a night"),
    "dinghy": ("glides well in a light breeze", "carries two adults and a picnic"),
    "chair": ("is kind to a tired back", "has curved legs and a broad seat"),
    "table": ("has room for six hungry guests", "is rubbed with oil and wax"),
    "gate": ("never squeaks", "has hinges that last a lifetime"),
    "clock": ("loses less than a minute a month", "is wound up with a small key"),
    "ring": ("comes in a tiny box lined with silk", "sparkles in candlelight"),
    "bowl": ("is glazed inside and out", "holds enough for three portions"),
    "jug": ("pours without a drip", "has a wide handle and a narrow neck"),
    "lamp": ("gives a steady and gentle light", "needs a new wick once a year"),
    "blanket": ("keeps out the worst frost", "can be washed by hand"),
    "coat": ("has six pockets and a hood", "keeps its owner dry in a storm"),
    "hat": ("stays on in a strong wind", "has a narrow brim and a ribbon"),
    "belt": ("has a brass buckle with a fish on it", "does not stretch with age"),
    "print": ("looks well above a fireplace", "comes without a frame"),
    "calendar": ("marks the tides and the holidays", "has a drawing for every month"),
    "cider": ("is poured cold into tall mugs", "rests in oak casks until spring"),
    "soap": ("leaves the skin soft and clean", "lasts for a hundred washes"),
    "kite": ("climbs high in a sea breeze", "has a tail of bright rags"),
    "train": ("runs on any smooth floor", "has four wagons and a tiny whistle"),
    "puppet": ("moves its head and both arms", "hangs from seven strong threads"),
}
