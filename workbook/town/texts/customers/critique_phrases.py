"""Principles for answers to customers: the rule, how an answer breaks it, what a critic says.

Data only; `critique.py` fills them. An `extra` is a sentence that spoils a good answer, with the
piece a critic quotes between stars: *Two would be even better*. All of it is mild and invented.
"""

from typing import NamedTuple

from workbook.town.writer import Phrases


class Principle(NamedTuple):
    """A rule in several wordings, the critique of an answer that breaks it, and the extras.

    {quote} is the piece that breaks the rule, {want} what the customer asked, {value} the right
    fact, {wrong} another one, {name} the customer's first name, {many} a number in words.
    """

    rule: Phrases
    critique: Phrases
    extras: Phrases | None = None


PRINCIPLES = {
    "polite": Principle(
        Phrases(
            "An answer to a customer must be polite.", "No customer may be called names.",
            "There must be no rude words in an answer.", "Be friendly to everybody who writes.",
            "Never insult a customer.", "We stay polite, even to people who are not.",
            "Rude words have no place in an answer.",
        ),
        Phrases(
            'The word "{quote}" is rude.', 'The answer insults the customer with "{quote}".',
            'No customer should read "{quote}".',
            'A word like "{quote}" is no way to talk to a customer.',
            'The answer is rude because of the word "{quote}".',
            'It is impolite to write "{quote}".', 'With "{quote}" the answer turns rude.',
        ),
    ),
    "true": Principle(
        Phrases(
            "An answer must agree with the note.", "Every fact in an answer must match the note.",
            "An answer must be true to the note.", "What we tell a customer must be right.",
            "No answer may contradict the note.", "Check every fact against the note.",
            "An answer must say the same as the note.",
        ),
        Phrases(
            'The answer says "{quote}", but the note says "{value}".',
            'The note does not say "{quote}". It says "{value}".',
            'The answer is wrong to say "{quote}", since the note says "{value}".',
            'It should be "{value}" and not "{quote}".',
            'Instead of "{value}" the answer has "{quote}".',
            'The answer has "{quote}" where the note has "{value}".',
            'The answer gives "{quote}", which the note contradicts with "{value}".',
        ),
    ),
    "no promises": Principle(
        Phrases(
            "An answer promises nothing that is not in the note.",
            "Promise only what is in the note.", "Never promise a gift or a discount.",
            "An answer must not add any promises.", "Nobody may promise more than the note does.",
            "We make no promises of our own.",
        ),
        Phrases(
            'The note does not promise "{quote}".',
            'The answer promises "{quote}", and the note does not.',
            'Nothing in the note says "{quote}".', 'The promise "{quote}" is made up.',
            'With "{quote}" the answer promises too much.',
            'Nobody has agreed to "{quote}".',
        ),
        Phrases(
            "You will also get *a free loaf of bread*.", "We will add *a bag of plums* for you.",
            "As a thank-you, you will get *a seat in the front row*.",
            "Come by and take *a free umbrella*.",
            "The second one is *half the price*.", "We will send *a cake to your home*.",
            "The mayor will give you *a gold medal*.",
            "You will get *a ride on the ferry* as well.",
            "Next year everything will be *free for you*.", "There will be *music and fireworks*.",
            "We will keep *the best chair* for you.",
            "My sister will bring *a basket of pears* for you.",
        ),
    ),
    "helpful": Principle(
        Phrases(
            "An answer must tell customers what they ask.",
            "Every question must get a real answer.",
            "An answer must help the customer.", "Do not send customers away without an answer.",
            "If the note has the answer, give it.", "Anyone who asks for a fact must get it.",
            "Never make excuses instead of answering.",
        ),
        Phrases(
            '"{quote}" does not tell the customer {want}.',
            'The customer still does not know {want} after "{quote}".',
            'The note says {want}, but the answer is only "{quote}".',
            'Nobody can tell {want} from "{quote}".', 'The answer "{quote}" is no help at all.',
            'The words "{quote}" just send the customer away.',
        ),
        Phrases(
            "*Ask somebody else*.", "*That depends*.", "*I have no time today*.", "*Perhaps*.",
            "*Read the sign on the door*.", "*You will see*.", "*It is not my job to know that*.",
            "*Many people ask that*.", "*Try again next week*.", "*Who knows*?", "*Soon enough*.",
            "*It is written down somewhere*.", "*I would have to look that up*.",
        ),
    ),
    "to the point": Principle(
        Phrases(
            "An answer must be about the question.", "Answer the question and nothing else.",
            "An answer sticks to what the customer asked.", "Do not change the subject.",
            "No answer should wander off the subject.", "Keep to the question.",
            "Say only what was asked for.",
        ),
        Phrases(
            '"{quote}" has nothing to do with the question.',
            'The customer did not ask to hear "{quote}".', 'Nobody wanted to know "{quote}".',
            'The words "{quote}" do not belong in the answer.',
            'With "{quote}" the answer changes the subject.',
            'The question was {want}, so "{quote}" is beside the point.',
        ),
        Phrases(
            "*It will rain again this evening*.", "*Our cat has had three kittens*.",
            "*The herring was very good this year*.", "*I once saw a whale from the pier*.",
            "*My favourite colour is green*.", "*The bridge is being painted*.",
            "*A goose has walked into the kitchen*.", "*The moon was very bright last night*.",
            "*There are nine sorts of moss*.", "*Pears are better than apples*.",
            "*The old mill once burned down*.", "*I have learned to juggle*.",
        ),
    ),
    "private life": Principle(
        Phrases(
            "An answer never mentions anybody's private life.", "No gossip about other people.",
            "What people do at home is nobody's business.", "Do not talk about other people.",
            "An answer keeps private things private.", "We tell nobody what our neighbours do.",
            "Never repeat gossip.",
        ),
        Phrases(
            'It is gossip to write "{quote}".', 'That somebody "{quote}" is private.',
            'Nobody needs to know who "{quote}".',
            'The words "{quote}" are about somebody\'s private life.',
            'With "{quote}" the answer turns to gossip.',
            'The gossip "{quote}" does not belong here.',
        ),
        Phrases(
            "By the way, {other} *has quarrelled with a cousin*.", "{other} *cannot pay the rent*.",
            "Have you heard that {other} *wears a wig*?", "{other} *snores all night*, you know.",
            "People say that {other} *is in love again*.", "{other} *owes the baker money*.",
            "I hear that {other} *has failed an exam*.", "{other} *talks to the cat at night*.",
            "Between you and me, {other} *is afraid of geese*.", "{other} *cried at the theatre*.",
            "Just imagine, {other} *has been to the doctor twice*.",
            "They say that {other} *sleeps on the sofa*.",
        ),
    ),
    "other shops": Principle(
        Phrases(
            "An answer never says anything bad about other shops.",
            "We do not run our neighbours down.",
            "Say nothing bad about other places.", "Leave other shops in peace.",
            "Never call another place worse than ours.",
            "We praise others or say nothing about them.",
        ),
        Phrases(
            'It is unfair to write that another shop "{quote}".',
            'The answer runs down another shop with "{quote}".',
            'That another shop "{quote}" should not be said.',
            'The answer is unkind about another shop and says "{quote}".',
            'The words "{quote}" do another shop harm.',
            'Saying "{quote}" about a neighbour is unfair.',
        ),
        Phrases(
            "The {shop} *cheats with its scales*.",
            "Nobody should go to the {shop}, which *is dirty*.",
            "At least we are not like the {shop}, which *smells of fish*.",
            "The {shop} *is far too expensive*.", "The {shop} *never answers a letter*.",
            "Unlike us, the {shop} *is always late*.", "The {shop} *sells old rubbish*.",
            "The {shop} *does not know its own trade*.",
            "Everybody knows that the {shop} *is hopeless*.",
            "The {shop} *only copies us*.",
        ),
    ),
    "no pressing": Principle(
        Phrases(
            "An answer never presses a customer to buy.", "Do not push people to spend money.",
            "Customers decide for themselves.", "We never urge anybody to buy more.",
            "An answer is not an advertisement.", "No customer should be hurried.",
        ),
        Phrases(
            '"{quote}" puts pressure on the customer.',
            'The answer pushes the customer with "{quote}".',
            'The words "{quote}" hurry the customer.', 'With "{quote}" the answer becomes pushy.',
            'Nobody should be told "{quote}".', 'It sounds pushy to write "{quote}".',
        ),
        Phrases(
            "*Buy three more at once*!", "*Bring all your money*!", "*Decide before noon*!",
            "*Only a fool would wait*.", "*You must tell all your friends to come*!",
            "*Sign today and do not think twice*!", "*Take the most expensive one*!",
            "*There is no time to lose*!", "*You would be wrong to go anywhere else*.",
            "*Order a second one now*!", "*Pay at once*!",
        ),
    ),
    "no blame": Principle(
        Phrases(
            "An answer never blames the customer.", "Customers must not be told off.",
            "Do not scold anybody who writes.", "We do not find fault with customers.",
            "No answer should lecture the customer.", "Nobody should be blamed for asking.",
        ),
        Phrases(
            '"{quote}" blames the customer.', 'The answer scolds the customer with "{quote}".',
            'A customer should not be told "{quote}".',
            'With "{quote}" the answer finds fault with the customer.',
            'Writing "{quote}" is telling the customer off.',
            'The words "{quote}" put the blame on the customer.',
        ),
        Phrases(
            "*You should have known that*.", "*It is your own fault that you have to ask*.",
            "*Open your eyes next time*.", "*Other people manage without asking*.",
            "*You ask too many questions*.", "*We have told you this before*.",
            "*You never listen*.", "*A careful person would not need to ask*.",
            "*Do not waste our time again*.", "*You could have looked at the sign*.",
        ),
    ),
    "own troubles": Principle(
        Phrases(
            "An answer never mentions the clerk's own troubles.",
            "Customers do not need to hear about our troubles.",
            "The clerk does not complain to customers.", "Keep your own worries out of an answer.",
            "No clerk should moan in a letter.",
            "Our bad days are none of the customer's business.",
        ),
        Phrases(
            'The words "{quote}" are about the clerk\'s own troubles.',
            'The clerk complains with "{quote}".',
            'The customer does not need to know that "{quote}".', 'Saying "{quote}" is moaning.',
            'It is none of the customer\'s business that "{quote}".',
            'The words "{quote}" are about the clerk, not the customer.',
        ),
        Phrases(
            "I am sorry to say that *my back hurts today*.", "To be honest, *I have slept badly*.",
            "As for me, *the work here never ends*.", "You know, *my chair is broken*.",
            "I must add that *nobody ever thanks me*.", "Sadly, *my tea is always cold here*.",
            "I am in a bad mood because *the roof leaks*.", "Oh dear, *my feet are wet again*.",
            "Between us, *my pay is too low*.", "It is hard for me, as *the stove does not work*.",
        ),
    ),
    "short": Principle(
        Phrases(
            "An answer has at most two sentences.", "Use no more than two sentences.",
            "Two sentences are enough for an answer.",
            "No answer may be longer than two sentences.",
            "An answer must be short: two sentences at most.",
            "Never write more than two sentences.",
        ),
        Phrases(
            "The answer has {many} sentences.", "At {many} sentences, the answer is too long.",
            "There are {many} sentences in the answer, and only two are allowed.",
            "Two sentences are allowed, and the answer has {many}.",
            "The customer has to read {many} sentences where two would do.",
            "It takes {many} sentences, which is too many.",
        ),
        Phrases(
            "We were glad to get your message.", "Your message was on my desk this morning.",
            "I read your message carefully.", "I have looked it up in our book.",
            "I have asked a colleague as well.",
            "We often hear this question.", "That is a good question.", "We all wish you well.",
            "You can write to us at any time.", "The weather is mild today.",
            "I am writing this by the window.", "My colleague sends regards too.",
        ),
    ),
    "quiet": Principle(
        Phrases(
            "An answer never shouts in capital letters.", "Do not write in capitals only.",
            "No shouting, so use small letters.", "Capitals are for names and first letters.",
            "Keep every answer calm, without rows of capitals.",
            "Whole words in capitals are not allowed.",
        ),
        Phrases(
            'The answer shouts "{quote}".', '"{quote}" is all in capital letters.',
            'The words "{quote}" are shouted.', 'Nobody wants to be shouted at with "{quote}".',
            'With "{quote}" in capitals the answer is too loud.',
            'The capitals in "{quote}" look like shouting.',
        ),
    ),
    "by name": Principle(
        Phrases(
            "An answer addresses the customer by name.", "Always use the customer's name.",
            "Every customer must be addressed by name.",
            "The customer's name belongs in every answer.",
            "No answer goes out without the customer's name.", "Greet each customer by name.",
        ),
        Phrases(
            'The answer does not use the name "{name}".', 'The name "{name}" is missing.',
            'The answer does not call the customer "{name}".',
            'The customer gave the name "{name}", but the '
            "answer does not use it.", 'The answer leaves out the name "{name}".',
            'It should address the customer as "{name}".',
        ),
    ),
}  # fmt: skip
