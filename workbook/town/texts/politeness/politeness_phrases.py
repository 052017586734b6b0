"""Phrase lists of the rude and polite pairs: invented rude words, contents, and wrappers.

Lists only; `politeness.py` puts them together. A content is a piece of sentence that fits every
wrapper of its family: a bare verb phrase, an indirect question, or a clause.
"""

from workbook.town.writer import Phrases

RUDE_NOUNS = (
    "snorkfin", "fumblewick", "blatherskin", "dunderplum", "clodpickle", "bumbletoad",
    "thickwhistle", "mudgobbler", "wobblenoggle", "grumplesprout", "nitterling", "soggabout",
)  # fmt: skip
RUDE_ADJECTIVES = (
    "grubblish", "mumpish", "blunkish", "drizzlewitted", "glumpish", "mizzlish", "flobbish",
    "snorkish",
)  # fmt: skip
RUDE_CRIES = ("drattle", "fizzlebother", "gadfuss", "blimmerdash")

THINGS = (
    "garden chair", "flower pot", "kitchen stool", "old ladder", "blue bicycle", "rowing boat",
    "tea kettle", "umbrella", "wheelbarrow", "fishing net", "writing desk", "oil lamp",
    "apple basket", "brass key", "leather bag", "picnic blanket", "bird cage", "bread bin",
    "water pump", "hand cart", "washing line", "toolbox", "sewing machine", "wooden sledge",
    "soup pot", "lantern", "milk churn", "piano stool", "bookshelf", "kitchen table", "rain barrel",
    "bird table", "wash tub", "coat rack", "cheese knife", "cake tin", "wool scarf", "violin",
)  # fmt: skip
TIMES = (
    "before noon", "by Monday", "by Tuesday", "by Wednesday", "by Thursday", "by Friday",
    "by Saturday", "by Sunday", "before supper", "this evening", "this afternoon", "today",
    "tomorrow morning", "tomorrow evening", "before the shops close", "after lunch", "at once",
    "before it rains", "before the ferry leaves", "by the end of the week", "next week",
)  # fmt: skip
WISHES = (
    "a cup of tea", "a bowl of soup", "a slice of plum cake", "two tickets", "the bill",
    "a hot drink", "a clean towel", "a dry blanket", "my change", "a map of the town",
    "a pot of coffee", "a jug of water", "the key to my room", "a pound of butter",
    "six brown eggs", "a receipt", "a second cushion", "some salt", "a bag of flour",
    "a box of nails",
)  # fmt: skip

# bare verb phrases
REQUESTS = Phrases(
    "mend the {thing} {time}",
    "bring back my {thing} {time}",
    "move your {thing} away from {street}",
    "clean the {thing} {time}",
    "carry the {thing} to the {place} {time}",
    "bring me {wish}",
    "fetch {wish} for {who}",
    "lend me your {thing} until Sunday",
    "sell me the {product}",
    "send the {product} to the {place} {time}",
    "meet me in front of the {place} {time}",
    "stop playing the drum in {street}",
    "open the window next to the {thing}",
    "close the door behind {who}",
    "wait for {who} outside the {place}",
    "give {who} the {thing}",
    "paint the {thing} green {time}",
    "pay me back the {sum} {time}",
    "help {who} with the {thing}",
    "take your feet off the {thing}",
    "turn down the music {time}",
    "show me the way to the {place}",
    "keep your dog away from the {thing}",
    "wake {who} {time}",
    "take {who} to the {event}",
    "buy a ticket for the {event} {time}",
    "write to {who} about the {thing}",
    "sweep the steps in front of the {place}",
    "pass me {wish}",
    "check the price of the {product}",
    "put the {thing} back where you found it",
    "return the {thing} to {who} {time}",
)
RUDE_REQUESTS = Phrases(
    "{Content}{to_name}, you {oaf}!",
    "{Content}{to_name}, you {foul} {oaf}!",
    "Hey{to_name}, you {oaf}! {Content}!",
    "{cry}{to_name}! {Content}!",
    "You {foul} {oaf}{to_name}, {content}!",
    "{Content}{to_name}, and be quick, you {oaf}!",
    "Listen{to_name}, you {oaf}. {Content}!",
    "{cry}{to_name}! {Content}, you {foul} {oaf}!",
    "Do not just stand there like a {oaf}. {Content}{to_name}!",
    "Are you a {oaf}{to_name}? {Content}!",
    "Use your {foul} head and {content}{to_name}!",
    "How often must I tell a {oaf} like you? {Content}{to_name}!",
    "Even a {oaf} can do this. {Content}{to_name}!",
    "Wake up, you {foul} {oaf}, and {content}{to_name}!",
)
POLITE_REQUESTS = Phrases(
    "Could you please {content}{to_name}?",
    "{Dear}could you please {content}?",
    "Would you be so kind as to {content}{to_name}?",
    "Please {content}{to_name}. Thank you.",
    "{Dear}would you please {content}? Many thanks.",
    "Would you mind helping me{to_name}? Please {content}.",
    "I would be grateful if you could {content}{to_name}.",
    "{Dear}I would be glad if you could {content}.",
    "Excuse me{to_name}, could you {content}, please?",
    "May I ask you to {content}{to_name}? Thank you.",
    "When you have a moment, please {content}{to_name}.",
    "It would be lovely if you could {content}{to_name}.",
    "If it is no trouble, would you {content}{to_name}?",
    "I wonder if you could {content}{to_name}. Thank you very much.",
)

# indirect questions
QUESTIONS = Phrases(
    "when the {place} opens",
    "where the {place} is",
    "how much the {product} costs",
    "who sells the {product}",
    "when the {event} begins",
    "where {who} lives",
    "whether the {place} is open today",
    "who left the {thing} in {street}",
    "where you put my {thing}",
    "why the {thing} is not ready",
    "when you will mend the {thing}",
    "how to get to {street}",
    "where I can buy {a_thing} like yours",
    "whether {who} is at home",
    "who is running the {event}",
    "how long I must wait for {wish}",
)
RUDE_QUESTIONS = Phrases(
    "Tell me {content}{to_name}, you {oaf}!",
    "{cry}{to_name}! Tell me {content}!",
    "Hey{to_name}, you {oaf}, tell me {content}!",
    "You {foul} {oaf}{to_name}, just say {content}!",
    "Does a {oaf} like you know {content}{to_name}?",
    "Out with it{to_name}, you {oaf}! I want to know {content}.",
    "Open your {foul} mouth and tell me {content}{to_name}!",
    "Surely even a {oaf} knows {content}{to_name}. Speak up!",
)
POLITE_QUESTIONS = Phrases(
    "Could you please tell me {content}{to_name}?",
    "{Dear}could you kindly tell me {content}?",
    "Excuse me{to_name}, may I ask {content}?",
    "I beg your pardon{to_name}. Do you know {content}?",
    "Would you be so kind as to tell me {content}{to_name}?",
    "Please let me know {content}{to_name}. Thank you.",
    "I would be grateful if you told me {content}{to_name}.",
    "I wonder if you could tell me {content}{to_name}.",
)

# clauses
COMPLAINTS = Phrases(
    "the {product} was broken when I bought it",
    "the {product} costs too much",
    "the {thing} is still not ready",
    "the {thing} you sold me is crooked",
    "nobody at the {place} answered my letter",
    "the music in {street} kept {who} awake all night",
    "you gave {who} the wrong {thing}",
    "the door of the {place} was locked {time}",
    "there is a hole in the {thing}",
    "you forgot to bring me {wish}",
    "I have waited an hour for {wish}",
    "your goat has eaten the flowers in front of the {place}",
    "you spilled soup on my {thing}",
    "the {event} began far too late",
    "I paid {sum} too much for the {thing}",
    "you are standing on my {thing}",
    "the {thing} smells of fish",
    "your dog chased {who} down {street}",
    "I could not hear a word at the {event}",
    "the queue at the {place} is too long",
)
RUDE_COMPLAINTS = Phrases(
    "{Content}{to_name}, you {oaf}!",
    "{cry}{to_name}! {Content}!",
    "{Content}{to_name}, you {foul} {oaf}!",
    "You {oafs}! {Content}{to_name}!",
    "What a {foul} mess! {Content}{to_name}!",
    "Hey{to_name}, you {oaf}! {Content}!",
    "Only a {oaf} would not see it{to_name}. {Content}!",
    "{cry}{to_name}! I am surrounded by {oafs}. {Content}!",
    "Are you all {oafs}? {Content}{to_name}!",
    "This is {foul} work{to_name}. {Content}!",
)
POLITE_COMPLAINTS = Phrases(
    "I am sorry to say that {content}{to_name}.",
    "I am afraid that {content}{to_name}.",
    "{Dear}I am sorry to trouble you, but {content}.",
    "{Dear}I am afraid that {content}. Could you look into it?",
    "Forgive me for saying so{to_name}, but {content}.",
    "With respect{to_name}, {content}. Thank you for your help.",
    "Excuse me{to_name}, I am afraid that {content}.",
    "If I may say so{to_name}, {content}. I would be grateful for your help.",
    "Please do not take it badly{to_name}, but {content}.",
    "I beg your pardon{to_name}, but {content}. Could you help me, please?",
)

# bare verb phrases somebody will not do
REFUSALS = Phrases(
    "lend you my {thing}",
    "come to the {event}",
    "pay {sum} for the {product}",
    "wait for {who} {time}",
    "help you with the {thing} {time}",
    "give {who} the {thing}",
    "work at the {place} on Sunday",
    "bring you {wish}",
    "mend the {thing} {time}",
    "sell you the {product}",
    "carry the {thing} to the {place}",
    "walk all the way to {street}",
)
RUDE_REFUSALS = Phrases(
    "I will not {content}{to_name}, you {oaf}!",
    "{cry}{to_name}! I will never {content}!",
    "I will not {content}{to_name}. Ask some other {oaf}!",
    "Me? Do I look like a {oaf}{to_name}? I will not {content}!",
    "I am no {oaf}. I will not {content}{to_name}!",
    "Go away, you {foul} {oaf}! I will not {content}{to_name}.",
    "No, no and no{to_name}! Only a {oaf} would {content}.",
    "You must be {foul} if you think I will {content}{to_name}!",
)
POLITE_REFUSALS = Phrases(
    "I am sorry{to_name}, but I cannot {content}.",
    "I am afraid I cannot {content}{to_name}.",
    "{Dear}thank you for asking, but I cannot {content}.",
    "Please forgive me{to_name}, but I cannot {content}.",
    "I wish I could help{to_name}. I am afraid I cannot {content}.",
    "{Dear}I am very sorry that I cannot {content}. Perhaps another time.",
    "Thank you for thinking of me{to_name}. I am sorry that I cannot {content}.",
    "With respect{to_name}, I would rather not {content}.",
)
