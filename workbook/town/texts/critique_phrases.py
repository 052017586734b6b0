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
            "An answer to a customer must be polite.", "No customer is called names.",
            "An answer has no rude words.", "Be friendly to everybody who writes.",
            "Never insult a customer.", "We stay polite, even to people who are not.",
            "Rude words have no place in an answer.",
        ),
        Phrases(
            'The word "{quote}" is rude.', 'The answer insults the customer with "{quote}".',
            'No customer should read "{quote}".', 'A word like "{quote}" is not for customers.',
            'The answer is rude because of the word "{quote}".',
            'It is impolite to write "{quote}".', 'With "{quote}" the answer breaks the rule.',
        ),
    ),
    "true": Principle(
        Phrases(
            "An answer must agree with the note.", "Every fact in an answer is as the note has it.",
            "An answer must be true to the note.", "What we tell a customer must be right.",
            "No answer may contradict the note.", "Check every fact against the note.",
            "An answer says the same as the note.",
        ),
        Phrases(
            'The answer says "{quote}", but the note says "{value}".',
            'The note does not say "{quote}". It says "{value}".',
            'The fact "{quote}" is wrong, since the note has "{value}".',
            'It should be "{value}" and not "{quote}".',
            'Instead of "{value}" the answer has "{quote}".',
            'The answer has "{quote}" where the note has "{value}".',
            'The answer gives "{quote}", which the note contradicts with "{value}".',
        ),
    ),
    "no promises": Principle(
        Phrases(
            "An answer promises nothing that the note does not say.",
            "Promise only what stands in the note.", "Never promise a gift or a discount.",
            "An answer adds no promises.", "Nobody may promise more than the note does.",
            "We promise nothing on our own.",
        ),
        Phrases(
            'The note does not promise "{quote}".', 'The answer promises "{quote}" on its own.',
            'Nothing in the note says "{quote}".', 'The promise "{quote}" is made up.',
            'With "{quote}" the answer promises too much.',
            'Nobody has agreed to "{quote}".',
        ),
        Phrases(
            "You will also get *a free loaf of bread*.", "We add *a bag of plums* for you.",
            "As a thank-you there is *a seat in the front row*.",
            "Come by and take *a free umbrella*.",
            "The second one is *half the price*.", "We will send *a cake to your home*.",
            "The mayor gives you *a gold medal*.", "You get *a ride on the ferry* as well.",
            "Next year everything will be *free for you*.", "There will be *music and fireworks*.",
            "We keep *the best chair* for you.",
            "My sister will bring *a basket of pears* for you.",
        ),
    ),
    "helpful": Principle(
        Phrases(
            "An answer must tell customers what they ask.", "Every question gets a real answer.",
            "An answer must help the customer.", "Do not send customers away without an answer.",
            "If the note has the answer, give it.", "Whoever asks for a fact must get the fact.",
            "An answer is never an excuse.",
        ),
        Phrases(
            '"{quote}" does not tell the customer {want}.',
            'The customer still does not know {want} after "{quote}".',
            'The note says {want}, but the answer is only "{quote}".',
            'Nobody learns {want} from "{quote}".', 'The answer "{quote}" is no help at all.',
            'With "{quote}" the customer is sent away.',
        ),
        Phrases(
            "*Ask somebody else*.", "*That depends*.", "*I have no time today*.", "*Perhaps*.",
            "*Read the sign on the door*.", "*You will see*.", "*It is not my job to know that*.",
            "*Many people ask that*.", "*Try again next week*.", "*Who knows*?", "*Soon enough*.",
            "*It is written somewhere*.", "*I would have to look that up*.",
        ),
    ),
    "to the point": Principle(
        Phrases(
            "An answer must be about the question.", "Answer the question and nothing else.",
            "An answer stays with what the customer asked.", "Do not change the subject.",
            "No answer wanders off.", "Keep to the question.", "Say only what was asked for.",
        ),
        Phrases(
            '"{quote}" has nothing to do with the question.',
            'The customer did not ask about "{quote}".', 'Nobody has asked for "{quote}".',
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
            "An answer never speaks of a person's private life.", "No gossip about other people.",
            "What people do at home is nobody's business.", "Do not talk about other people.",
            "An answer keeps private things private.", "We tell nobody what our neighbours do.",
            "Never repeat gossip.",
        ),
        Phrases(
            'It is gossip to write "{quote}".', 'That somebody "{quote}" is private.',
            'Nobody needs to know who "{quote}".', 'The words "{quote}" are about private life.',
            'With "{quote}" the answer gossips.', 'The gossip "{quote}" does not belong here.',
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
            "An answer never speaks ill of other shops.", "We do not run down our neighbours.",
            "No bad words about other places.", "Other shops are left in peace.",
            "Never call another place worse than ours.", "We praise others or say nothing of them.",
        ),
        Phrases(
            'It is unfair to write that another shop "{quote}".',
            'The answer runs down another shop with "{quote}".',
            'That another shop "{quote}" should not be said.',
            'The answer speaks ill of another shop and says "{quote}".',
            'The words "{quote}" are about another shop.',
            'Saying "{quote}" of a neighbour breaks the rule.',
        ),
        Phrases(
            "The {shop} *cheats with its scales*.",
            "Nobody should go to the {shop}, which *is dirty*.",
            "At least we are not like the {shop}, which *smells of fish*.",
            "The {shop} *is far too dear*.", "The {shop} *never answers a letter*.",
            "Unlike us, the {shop} *is always late*.", "The {shop} *sells old rubbish*.",
            "The {shop} *has no idea of its trade*.",
            "Everybody knows that the {shop} *is hopeless*.",
            "The {shop} *only copies us*.",
        ),
    ),
    "no pressing": Principle(
        Phrases(
            "An answer never presses a customer to buy.", "Do not push people to spend money.",
            "Customers decide for themselves.", "We never urge anybody to buy more.",
            "An answer is no advertisement.", "No customer is hurried.",
        ),
        Phrases(
            '"{quote}" presses the customer.', 'The answer pushes the customer with "{quote}".',
            'The customer is hurried by "{quote}".', 'With "{quote}" the answer becomes pushy.',
            'Nobody should be told "{quote}".', 'It is pressing to write "{quote}".',
        ),
        Phrases(
            "*Buy three more at once*!", "*Bring all your money*!", "*Decide before noon*!",
            "*Only a fool would wait*.", "*You must tell all your friends to come*!",
            "*Sign today and do not think about it*!", "*Take the dearest one*!",
            "*There is no time to lose*!", "*You would be wrong to go anywhere else*.",
            "*Order a second one now*!", "*Pay at once*!",
        ),
    ),
    "no blame": Principle(
        Phrases(
            "An answer never blames the customer.", "Customers are not told off.",
            "Do not scold anybody who writes.", "We do not find fault with customers.",
            "No answer lectures the customer.", "Nobody is blamed for a question.",
        ),
        Phrases(
            '"{quote}" blames the customer.', 'The answer scolds the customer with "{quote}".',
            'A customer should not be told "{quote}".', 'With "{quote}" the answer finds fault.',
            'It is a reproach to write "{quote}".', 'The words "{quote}" are a reproach.',
        ),
        Phrases(
            "*You should have known that*.", "*It is your own fault that you have to ask*.",
            "*Next time open your eyes*.", "*Other people manage without asking*.",
            "*You ask far too much*.", "*We have told you this before*.",
            "*You never listen*.", "*A careful person would not need to ask*.",
            "*Do not waste our time again*.", "*You could have looked at the sign*.",
        ),
    ),
    "own troubles": Principle(
        Phrases(
            "An answer never speaks of the clerk's own troubles.",
            "Customers need not hear our cares.",
            "The clerk does not complain to customers.", "Keep your own worries out of an answer.",
            "No clerk moans in a letter.", "Our bad days are not the customer's business.",
        ),
        Phrases(
            'That "{quote}" is the clerk\'s own trouble.', 'The clerk complains with "{quote}".',
            'The customer need not know that "{quote}".', 'With "{quote}" the clerk moans.',
            'It is no business of the customer that "{quote}".',
            'The words "{quote}" are about the clerk.',
        ),
        Phrases(
            "I am sorry to say that *my back hurts today*.", "To be honest, *I have slept badly*.",
            "As for me, *the work here never ends*.", "You know, *my chair is broken*.",
            "I must add that *nobody ever thanks me*.", "Sadly, *my tea is always cold here*.",
            "I am in a bad mood, since *the roof leaks*.", "Oh dear, *my feet are wet again*.",
            "Between us, *my pay is too low*.", "It is hard for me, as *the stove does not work*.",
        ),
    ),
    "short": Principle(
        Phrases(
            "An answer has at most two sentences.", "Use no more than two sentences.",
            "Two sentences are enough for an answer.", "No answer is longer than two sentences.",
            "An answer must be short: two sentences at most.",
            "Never write more than two sentences.",
        ),
        Phrases(
            "The answer has {many} sentences.", "The answer is too long, with {many} sentences.",
            "There are {many} sentences in the answer, and two are allowed.",
            "With {many} sentences the answer is too long.",
            "The customer has to read {many} sentences.",
            "It takes {many} sentences where two must do.",
        ),
        Phrases(
            "We were happy to get your message.", "It lay on my desk this morning.",
            "I read it with care.", "I have looked into our book.",
            "I have asked a colleague as well.",
            "We often hear this question.", "It is a good question.", "We all wish you well.",
            "You can write to us at any time.", "The weather is mild today.",
            "I am writing this by the window.", "My colleague sends greetings too.",
        ),
    ),
    "quiet": Principle(
        Phrases(
            "An answer never shouts in capital letters.", "Do not write in capitals only.",
            "No shouting, so use small letters.", "Capitals are for names and first letters.",
            "An answer is written in a quiet way, without rows of capitals.",
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
            "An answer calls the customer by name.", "Always use the customer's name.",
            "Every customer is addressed by name.", "The customer's name belongs in every answer.",
            "No answer without the name of the customer.", "Greet each customer by name.",
        ),
        Phrases(
            'The answer does not use the name "{name}".', 'The name "{name}" is missing.',
            'Nobody is called "{name}" in the answer.', 'The customer signs as "{name}", but the '
            "answer does not say it.", 'The answer leaves out "{name}".',
            'It should address the customer as "{name}".',
        ),
    ),
}  # fmt: skip
