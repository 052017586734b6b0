"""Words, quotes and endings of the news, and all its stories.

Lists only; `news.py` fills them, the stories are in `news_stories_*.py`. {guest} and {rival} are
visitors, {speaker} is a townsperson of whom only true things are said; {place}, {product} and
{event} and their facts are true.
"""

from workbook.town.texts.news import news_stories_people, news_stories_town, news_stories_trouble
from workbook.town.writer import Phrases

DETAILS = {
    "weather": ("rain", "hail", "thunder", "fog", "mist", "drizzle", "mud", "heat"),
    "damage": (
        "tore tiles from the roofs", "knocked over market stalls", "broke windows",
        "flooded several cellars", "blew down an old elm", "carried off a garden bench",
        "bent the flagpole", "filled the boats with water", "scattered chimney pots",
    ),
    "lost": (
        "leather wallet", "wool scarf", "pocket watch", "walking stick", "straw hat", "violin case",
        "bunch of keys", "cameo brooch", "wedding ring", "sketchbook", "school satchel",
        "pair of spectacles", "fishing rod", "left boot", "picnic basket", "tin whistle",
    ),
    "spot": (
        "on a bench", "under a hedge", "beside the well", "on the steps", "at the bus stop",
        "behind a barrel", "by the duck pond", "next to the lamp post", "at the ferry landing",
        "in a puddle", "on a wall", "under the bridge",
    ),
    "prize": (
        "Golden Spoon", "Silver Oar", "Blue Ribbon", "Kind Neighbour Prize", "Bright Idea Medal",
        "Young Hands Award", "Green Thumb Cup", "Brass Lantern", "Steady Heart Medal",
    ),
    "deed": (
        "a new kind of beehive", "forty years of patient work", "a book of local songs",
        "a lamp that burns all night on one cup of oil", "teaching children to swim",
        "a map of every footpath in the valley", "a bridge built out of driftwood",
        "saving an old orchard", "the neatest handwriting in the county",
    ),
    "plan": (
        "plant lime trees", "mend the cobbles", "put up new lamps", "build a bicycle shed",
        "move the bus stop", "paint the railings", "dig a new well", "set up six benches",
        "widen the pavement", "keep carts out on market days", "build a playground",
    ),
    "giant": (
        "pumpkin", "turnip", "cabbage", "marrow", "onion", "beetroot", "potato", "carrot", "leek",
    ),
    "stolen": (
        "plum pie", "ham", "string of sausages", "wheel of cheese", "basket of cherries",
        "jar of pickles", "tray of buns", "pot of jam",
    ),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "repair": (
        "the drains", "the pavement", "the water pipes", "the street lamps", "the old wall",
        "the footbridge", "the railings", "the gutters",
    ),
    "part": ("knee", "ankle", "elbow", "wrist", "thumb", "shoulder"),
}  # fmt: skip

QUOTES = Phrases(
    '"I have never seen such a thing," said {speaker} of {speaker_street}.',
    '"It made my day," said {speaker}, who works as {speaker_job}.',
    '"We shall talk about it for years," said {speaker} of {speaker_street}.',
    '"This is what makes our town special," said {speaker}, {speaker_job}.',
    '"I ran out in my slippers to look," said {speaker} of {speaker_street}.',
    '"Somebody should write a song about it," said {speaker}, {speaker_job}.',
    '"My tea went cold while I listened," said {speaker} of {speaker_street}.',
    '"I am not surprised at all," said {speaker}, who works as {speaker_job}.',
    '"It could only happen here," said {speaker}, {speaker_job}.',
    '"I told everybody at breakfast," said {speaker} of {speaker_street}.',
)
ENDINGS = Phrases(
    "The Herald will keep an eye on the story.",
    "Readers who know more may write to this paper.",
    "A picture hangs in the window of our office.",
    "More will be known next week.",
    "The rest of the day passed quietly.",
    "Our puzzle page is on the back, as always.",
    "We wish everybody a calm week.",
    "Letters on the matter are welcome.",
)

STORIES = {
    **news_stories_town.STORIES,
    **news_stories_people.STORIES,
    **news_stories_trouble.STORIES,
}
