"""The word lists of the small proofreader in `proofreading.py`: verbs, nouns, exceptions."""

SILENT_H = ("hour", "honest", "honour", "heir")
SOUND_LIKE_YOU_OR_W = (
    "one", "once", "use", "usu", "uten", "unif", "union", "uniqu", "unit", "unic", "univ", "euro",
    "ewe", "eulog", "ukul", "utopi", "uran", "ubiq",
)  # fmt: skip

# lines that begin so hold a short answer or a figure instead of a sentence
NOTES = {"Answer", "Stars", "Step", "Price", "Leaves", "Takes"}
PRONOUNS = {"I", "he", "she", "we", "they", "you", "He", "She", "We", "They", "You"}

# verbs whose base form is not also their past or a noun that follows "it"
BASE_FORMS = {
    "ask", "bake", "become", "begin", "believe", "belong", "bring", "build", "buy", "carry",
    "come", "cook", "dance", "drink", "drive", "eat", "enjoy", "explain", "fall", "feel",
    "find", "forget", "get", "give", "go", "grow", "hang", "hate", "hear", "help", "hope", "keep",
    "know", "learn", "leave", "like", "live", "look", "lose", "love", "make", "mean", "meet",
    "mend", "need", "offer", "organise", "own", "pay", "plan", "play", "prefer", "run",
    "say", "see", "seem", "sell", "send", "sew", "sing", "sit", "sleep", "smell", "speak", "stand",
    "stay", "take", "taste", "teach", "tell", "think", "try", "understand", "wait", "walk", "want",
    "wear", "work", "write",
}  # fmt: skip
_IRREGULAR_S = {"carry": "carries", "go": "goes", "teach": "teaches", "try": "tries"}
THIRD_PERSON = {_IRREGULAR_S.get(verb, f"{verb}s") for verb in BASE_FORMS} | {"opens", "closes"}
# forms that are surely verbs, so that "could plans" or "may works" is the only way to be misread
CLEAR_THIRD_PERSON = {
    "asks", "becomes", "begins", "believes", "belongs", "brings", "buys", "carries", "comes",
    "does", "eats", "enjoys", "feels", "finds", "forgets", "gets", "gives", "goes", "has", "is",
    "keeps", "knows", "learns", "likes", "lives", "loses", "makes", "means", "meets", "needs",
    "opens", "pays", "says", "seems", "sells", "sends", "sings", "sits", "sleeps", "speaks",
    "stands", "stays", "takes", "tells", "thinks", "tries", "wants", "was", "wears", "works",
    "writes", "costs", "closes",
}  # fmt: skip
HELPING = {
    "does", "did", "can", "could", "would", "shall", "should", "may", "might", "must", "cannot",
    "doesn't", "didn't", "won't", "don't",
}  # fmt: skip
# words before "he", "she" or "it" after which the base form is right
TAKE_BASE_FORM = (
    "does", "did", "can", "could", "will", "would", "shall", "should", "may", "might", "must",
    "let", "lets", "make", "makes", "made", "see", "sees", "saw", "watch", "watched", "help",
    "helps", "helped", "hear", "heard", "doesn't", "didn't", "won't", "can't", "couldn't",
    "wouldn't", "shouldn't", "making", "and", "is", "was",
)  # fmt: skip
# words at the start of a sentence that are no name although a base form may follow
OPENERS = {
    "My", "Your", "Our", "His", "Her", "Its", "Their", "This", "These", "Those", "Any", "Few",
    "After", "All", "Also", "Always", "And", "At", "Before", "Better", "Both", "But", "By",
    "Can", "Children", "Could", "Did", "Do", "Does", "Each", "First", "Folk", "For", "From",
    "Geese", "He", "Here", "How", "I", "If", "In", "It", "Just", "Kindly", "Let", "Many", "May",
    "Men", "Mice", "Might", "Most", "Must", "Never", "Next", "No", "Not", "Now", "Of", "Often",
    "On", "Only", "Or", "People", "Please", "Police", "She", "Sheep", "Should", "Simply", "So",
    "Some", "Sometimes", "That", "The", "Then", "There", "They", "To", "Today", "Tomorrow",
    "Tonight", "Two", "We", "What", "When", "Where", "Who", "Whose", "Why", "Will", "With",
    "Women", "Would", "You",
}  # fmt: skip
PREPOSITIONS = (
    "of", "to", "for", "with", "from", "about", "near", "by", "but", "like", "between", "behind",
    "than", "beside", "around", "at", "on", "in", "under", "over", "after", "before", "until",
)  # fmt: skip

PASTS_NOT_PARTICIPLES = {
    "ate", "began", "broke", "chose", "did", "drank", "drove", "fell", "flew", "forgot", "froze",
    "gave", "grew", "knew", "ran", "rang", "rode", "sang", "saw", "shook", "spoke", "stole",
    "swam", "took", "tore", "was", "went", "were", "woke", "wore", "wrote",
}  # fmt: skip
PASTS = PASTS_NOT_PARTICIPLES | {
    "bought", "brought", "built", "came", "caught", "had", "heard", "held", "kept", "lost",
    "made", "meant", "met", "paid", "said", "sat", "slept", "sold", "stood", "taught", "thought",
    "told", "won",
}  # fmt: skip

NUMBER_WORDS = {
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
}  # fmt: skip
UNITS = {
    "crowns", "minutes", "hours", "days", "weeks", "months", "years", "miles", "times", "metres",
    "stars", "pence", "pennies", "is", "was",
}  # fmt: skip
_COUNTED = {
    "apple", "bag", "barrel", "basket", "bead", "belt", "bench", "biscuit", "boat", "book",
    "bottle", "bowl", "box", "boy", "bucket", "bun", "cake", "candle", "card", "cat", "chair",
    "cheese", "clock", "coat", "coin", "cookie", "crate", "crown", "cup", "customer", "day",
    "dinghy", "dog", "duck", "egg", "fish", "flower", "friend", "gate", "girl", "goat", "guest",
    "hat", "hour", "jar", "jug", "key", "kite", "lamp", "lemon", "letter", "loaf", "map",
    "metre", "mile", "minute", "month", "mug", "nail", "novel", "orange", "page", "parcel",
    "passenger", "pear", "person", "picture", "pie", "plate", "plum", "pot", "puppet", "rabbit",
    "ring", "roll", "rope", "row", "seat", "sheep", "shelf", "shell", "ship", "spoon", "stall",
    "stamp", "star", "step", "stone", "student", "table", "ticket", "tile", "toy", "train",
    "tray", "tree", "visitor", "wagon", "week", "window", "worker", "year", "child", "man",
    "woman",
}  # fmt: skip
_IRREGULAR = {
    "bench": "benches", "box": "boxes", "child": "children", "dinghy": "dinghies",
    "loaf": "loaves", "man": "men", "person": "people", "shelf": "shelves", "woman": "women",
}  # fmt: skip
SINGULARS = _COUNTED - {"fish", "sheep"}
PLURALS = {_IRREGULAR.get(noun, f"{noun}s") for noun in SINGULARS}
NOT_PLURAL = {
    "is", "was", "has", "does", "plus", "minus", "times", "as", "us", "its", "his", "this", "bus",
    "gas", "always", "yes", "costs", "goes", "leaves", "takes",
}  # fmt: skip
FOLLOW_A_NOUN = {
    "a", "ago", "and", "are", "at", "away", "before", "but", "each", "every", "for", "from", "in",
    "is", "later", "left", "of", "on", "or", "per", "so", "than", "that", "the", "to", "was",
    "were", "who", "with",
}  # fmt: skip

OWNED = {
    "name", "door", "owner", "street", "job", "house", "hobby", "pet", "price", "place", "colour",
    "birthday", "home", "seller", "maker", "organiser", "roof", "walls", "garden",
}  # fmt: skip
MAY_BE_DOUBLED = {"had", "that", "ha", "bye", "knock", "tut", "there", "no", "now"}
