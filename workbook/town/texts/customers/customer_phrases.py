"""What customers ask of a place, of goods and of events: topics with a fact that answers each.

Data only; the errands (a lost thing, a repair, a table ...) are in `customer_errand_phrases.py`.
`tone.py` draws a topic and writes message, note and reply; `critique.py` uses the same topics.
The wording holds no courtesies and no rude words, so that a frame alone sets the tone.
"""

from typing import NamedTuple

from workbook.town.writer import Phrases


class Topic(NamedTuple):
    """One thing to ask for: the slot that answers it, and how it is asked, noted and answered."""

    name: str
    about: str  # "place", "product", "event", or the noun of a place made up for the topic
    slot: str  # the value that must be in the answer
    ask: Phrases  # whole sentences of the customer
    note: Phrases  # a clause of the clerk's note, without capital and full stop
    fact: Phrases  # the clause that answers the customer
    want: Phrases  # an indirect question


TOPICS = (
    Topic("opens", "place", "opens",
        Phrases(
            "When do you open?", "What time do you open in the morning?",
            "How early does the {place} open?", "I am standing at a locked door. When do you open?",
            "I want to come before work. When does the {place} open?",
            "What time is the {place} open from?", "I am up early. When can I come in?",
            "Nobody could tell me when the {place} opens. When is it?",
            "My train leaves in the morning. How early does the {place} open?",
        ),
        Phrases(
            "the {place} opens at {opens}", "the doors of the {place} open at {opens}",
            "the {place} is open from {opens}",
        ),
        Phrases(
            "we open at {opens}", "the {place} opens at {opens}", "our doors open at {opens}",
            "you can come in from {opens}", "somebody unlocks the door at {opens}",
            "the {place} is open from {opens}",
        ),
        Phrases("when the {place} opens", "what time the {place} opens"),
    ),
    Topic("closes", "place", "closes",
        Phrases(
            "When do you close?", "How late is the {place} open?",
            "What time do I have to leave the {place}?",
            "I finish work late. When does the {place} close?",
            "I was too late yesterday. When do you close?", "What time do you lock up?",
            "My boat comes in after lunch. How late are you open?",
            "It is a long walk to the {place}. When does it close?",
        ),
        Phrases(
            "the {place} closes at {closes}", "the {place} is open until {closes}",
            "the doors of the {place} close at {closes}",
        ),
        Phrases(
            "we close at {closes}", "the {place} closes at {closes}", "we are here until {closes}",
            "we lock up at {closes}", "our doors close at {closes}",
            "you can stay until {closes}",
        ),
        Phrases("when the {place} closes", "how late the {place} is open"),
    ),
    Topic("closed on", "place", "closed_on",
        Phrases(
            "Which day are you closed?", "Which day of the week is the {place} closed?",
            "I came last week and everything was dark. Which day are you closed?",
            "I am planning my week. When is the {place} closed all day?",
            "Is there a day when nobody works at the {place}?",
            "I have a long way to come. Which day is the {place} shut?",
            "Which day do you have off?", "Which day will I find the door locked?",
        ),
        Phrases(
            "the {place} is closed on {closed_on}", "{closed_on} is the day off at the {place}",
            "nobody works at the {place} on {closed_on}",
        ),
        Phrases(
            "we are closed on {closed_on}", "the {place} is closed on {closed_on}",
            "our day off is {closed_on}", "nobody is here on {closed_on}",
            "you can come on any day but {closed_on}", "the door stays locked on {closed_on}",
        ),
        Phrases("which day the {place} is closed", "which day of the week the {place} is shut"),
    ),
    Topic("street", "place", "street",
        Phrases(
            "Where is the {place}?", "Which street is the {place} in?",
            "I have walked in circles for an hour. Where is the {place}?",
            "I am new in town. How do I find the {place}?", "What is your address?",
            "My map does not show the {place}. Which street is it in?",
            "I am at the ferry with two bags. Where do I need to go?",
            "The driver does not know the {place}. Which street is it in?",
        ),
        Phrases(
            "the {place} is in {street}", "the address of the {place} is {street}",
            "the front door of the {place} is in {street}",
        ),
        Phrases(
            "we are in {street}", "the {place} is in {street}", "you will find us in {street}",
            "our front door is in {street}", "you need to go to {street}",
            "our building is in {street}",
        ),
        Phrases("where the {place} is", "which street the {place} is in"),
    ),
    Topic("founded", "place", "founded",
        Phrases(
            "In which year was the {place} founded?", "How old is the {place}?",
            "I am writing about the town. When was the {place} founded?",
            "My aunt and I have a bet. How long has the {place} been there?",
            "I cannot read the year over your door. When was the {place} founded?",
            "What year does the {place} date from?",
            "My class wants to know the age of the {place}. When was it founded?",
        ),
        Phrases(
            "the {place} was founded in {founded}", "the {place} first opened in {founded}",
            "the year over the door of the {place} is {founded}",
        ),
        Phrases(
            "we have been here since {founded}", "the {place} was founded in {founded}",
            "our first day was in {founded}", "we first opened in {founded}",
            "it all began in {founded}", "the year you want is {founded}",
        ),
        Phrases("when the {place} was founded", "how long the {place} has been there"),
    ),
    Topic("price", "product", "price",
        Phrases(
            "How much is the {product}?", "What does the {product} cost?",
            "I saw the {product} in a window. What is the price?",
            "I want to give the {product} to a friend. How much is it?",
            "There is no price on the {product}. What does it cost?",
            "I have been saving for the {product}. How much do I need?",
            "Somebody told me a silly price for the {product}. How much is it really?",
            "My purse is nearly empty. How many crowns is the {product}?",
        ),
        Phrases(
            "the {product} costs {price}", "the price of the {product} is {price}",
            "the {product} is sold for {price}",
        ),
        Phrases(
            "the {product} costs {price}", "it costs {price}", "you can have it for {price}",
            "the price is {price}", "we sell it for {price}", "everybody pays {price}",
        ),
        Phrases("how much the {product} costs", "what the {product} costs"),
    ),
    Topic("seller", "product", "seller",
        Phrases(
            "Where can I buy the {product}?", "Who sells the {product}?",
            "I have looked everywhere for the {product}. Where is it sold?",
            "You do not have the {product} in your window. Where can I get it?",
            "My neighbour has the {product} and I want it too. Who sells it?",
            "I need the {product} today. Where is it sold?",
            "Which shop sells the {product}?",
        ),
        Phrases(
            "the {product} is sold at the {seller}", "the {seller} sells the {product}",
            "the {seller} has the {product} in stock",
        ),
        Phrases(
            "the {product} is sold at the {seller}", "the {seller} sells it",
            "you can buy it at the {seller}", "it is in stock at the {seller}",
            "you can get it at the {seller}", "the place to go is the {seller}",
        ),
        Phrases("where the {product} is sold", "who sells the {product}"),
    ),
    Topic("maker", "product", "maker",
        Phrases(
            "Who makes the {product}?", "Who is the {product} made by?",
            "There is no name on the {product}. Who made it?",
            "I want to order another one. Who makes the {product}?",
            "I love the {product}, but I do not know who makes it. Who is it?",
            "There is something wrong with the {product}. Who made it?",
            "My sister says that she knows who makes the {product}. Who is it?",
        ),
        Phrases(
            "{maker} makes the {product}", "the {product} is made by {maker}",
            "the maker of the {product} is {maker}",
        ),
        Phrases(
            "{maker} makes it", "it is {maker} who makes the {product}", "it is made by {maker}",
            "the maker is {maker}", "the name you need is {maker}", "it comes from {maker}",
        ),
        Phrases("who makes the {product}", "who the {product} is made by"),
    ),
    Topic("day", "event", "day",
        Phrases(
            "When is the {event}?", "What date is the {event}?",
            "I want to take a day off. When is the {event}?",
            "The poster for the {event} shows no date. When is it?",
            "I missed the {event} last year. When is it this time?",
            "My cousins want to visit for the {event}. Which day should they come?",
            "Somebody tore the {event} out of my calendar. What is the date?",
        ),
        Phrases(
            "the {event} is on {day}", "the date of the {event} is {day}",
            "the {event} takes place on {day}",
        ),
        Phrases(
            "the {event} is on {day}", "it takes place on {day}", "the date is {day}",
            "you can come along on {day}", "we are holding it on {day}", "it is planned for {day}",
        ),
        Phrases("when the {event} takes place", "what date the {event} is on"),
    ),
    Topic("hour", "event", "hour",
        Phrases(
            "What time does the {event} begin?", "When do I have to be at the {event}?",
            "I have the date of the {event}, but not the time. When does it begin?",
            "I was late for the {event} last year. When does it begin?",
            "My bus is slow. What time does the {event} start?",
            "How early does the {event} start?",
            "I need somebody to mind my children. When does the {event} begin?",
        ),
        Phrases(
            "the {event} begins at {hour}", "the {event} starts at {hour}",
            "the starting time of the {event} is {hour}",
        ),
        Phrases(
            "the {event} begins at {hour}", "it begins at {hour}", "we start at {hour}",
            "the bell rings at {hour}", "everybody should be there at {hour}",
            "it all starts at {hour}",
        ),
        Phrases("when the {event} begins", "what time the {event} starts"),
    ),
    Topic("fee", "event", "fee",
        Phrases(
            "How much is a ticket for the {event}?", "What does the {event} cost?",
            "I want to bring the whole family to the {event}. What does one ticket cost?",
            "Two people told me two prices for the {event}. What does it cost?",
            "What do I have to pay at the door of the {event}?",
            "I only have a few coins left. How much is the {event}?",
            "The price on my ticket for the {event} is smudged. What was it?",
        ),
        Phrases(
            "a ticket for the {event} costs {fee}", "the {event} costs {fee}",
            "visitors pay {fee} for the {event}",
        ),
        Phrases(
            "a ticket costs {fee}", "the {event} costs {fee}", "you pay {fee} at the door",
            "you can come in for {fee}", "it costs {fee}", "we charge {fee} for it",
        ),
        Phrases("what the {event} costs", "how much a ticket for the {event} is"),
    ),
    Topic("organiser", "event", "organiser",
        Phrases(
            "Who organises the {event}?", "Who is in charge of the {event}?",
            "I want to help at the {event}. Who plans it?",
            "I have a complaint about the {event}. Who runs it?",
            "I left my bag at the {event}. Who is in charge?",
            "I want a stall at the {event}. Who should I ask?",
            "There is no name on the flyer for the {event}. Who is behind it?",
        ),
        Phrases(
            "{organiser} organises the {event}", "the {event} is run by {organiser}",
            "{organiser} is in charge of the {event}",
        ),
        Phrases(
            "{organiser} organises it", "the {event} is planned by {organiser}",
            "{organiser} is in charge", "you can ask {organiser}", "it is all run by {organiser}",
            "the name you need is {organiser}",
        ),
        Phrases("who organises the {event}", "who is in charge of the {event}"),
    ),
)  # fmt: skip
