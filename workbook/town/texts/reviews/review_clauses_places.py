"""Praise and complaint about places, aspect by aspect: (praise, complaint).

Lists only; `reviews.py` puts them together. Clauses begin in lower case unless with "I", because
"But" may stand before them. No courtesies and no rude words: those are in `review_phrases.py`.
"""

from workbook.town.writer import Phrases

FOOD = (
    Phrases(
        "the food was fresh and {very} tasty.",
        "everything smelled wonderful.",
        "the bread was warm and the butter was sweet.",
        "I ate every crumb on my plate.",
        "the portions were generous.",
        "each bite tasted better than the last.",
        "the crust was crisp and golden.",
        "the flavour was rich and clean.",
        "even {company} asked for more.",
        "I took a second helping home in a bag.",
    ),
    Phrases(
        "the food was cold and {very} dull.",
        "everything tasted of salt.",
        "the bread was as hard as a brick.",
        "I left half of it on my plate.",
        "the portions were tiny.",
        "there was a fly in the cream.",
        "the crust was burnt black.",
        "the flavour made me think of wet socks.",
        "even {company} would not finish it.",
        "I was still hungry when I left.",
    ),
)
SIGHT = (
    Phrases(
        "there was plenty to see in every corner.",
        "I could have stayed until midnight.",
        "it was {very} beautiful in the evening light.",
        "{company} could not stop smiling.",
        "I learned something new about our town.",
        "everything was well kept.",
        "the view alone is worth the walk.",
        "it was more exciting than I had expected.",
    ),
    Phrases(
        "there was almost nothing to see.",
        "I was bored after five minutes.",
        "it looked {very} shabby and neglected.",
        "{company} yawned the whole time.",
        "half of it was shut for repairs.",
        "I learned nothing at all.",
        "the best part was hidden behind a curtain.",
        "it was far smaller than in the pictures.",
    ),
)
SERVICE = (
    Phrases(
        "everything was done in a moment.",
        "they found the right answer to my question.",
        "it all went {very} smoothly.",
        "my papers were in good order.",
        "they solved my problem at the first try.",
        "they explained each step to {company}.",
        "I left with everything I had come for.",
        "the work was done with great care.",
    ),
    Phrases(
        "they lost my papers twice.",
        "they gave me the wrong form.",
        "it all went {very} badly.",
        "nobody could answer a simple question.",
        "I had to come back the next day.",
        "they mixed me up with {company}.",
        "I left without the thing I had come for.",
        "the work was careless from start to finish.",
    ),
)
WORK = (
    Phrases(
        "the work was solid and neat.",
        "they mended my things as good as new.",
        "the shelves were full of lovely things.",
        "everything is made by skilled hands.",
        "I found exactly what {company} needed.",
        "the choice was {very} large.",
        "what I bought there has lasted for years.",
        "every piece had been polished until it shone.",
    ),
    Phrases(
        "the work was sloppy and crooked.",
        "what they mended broke again the next day.",
        "the shelves were nearly empty.",
        "everything seemed to be held together with glue.",
        "I found nothing that {company} could use.",
        "the choice was {very} poor.",
        "what I bought there fell apart in a week.",
        "half of the goods were scratched or dented.",
    ),
)
STAFF = (
    Phrases(
        "the staff were warm and cheerful.",
        "the woman at the counter knew everything.",
        "a young man carried my bags to the door.",
        "they greeted {company} by name.",
        "everybody had a smile and a good word.",
        "they listened with patience.",
        "the staff were {very} helpful.",
        "somebody brought us a chair at once.",
        "the owner told us funny stories.",
        "they looked after us like family.",
    ),
    Phrases(
        "the staff were cold and slow.",
        "the woman at the counter never looked up.",
        "nobody helped me with my bags.",
        "they laughed at {company}.",
        "everybody had a sour face.",
        "they did not listen to a word I said.",
        "the staff were {very} careless.",
        "we had to stand all the time.",
        "the owner shouted at a child.",
        "they treated us like a nuisance.",
    ),
)
PRICE = (
    Phrases(
        "the price was fair.",
        "I paid less than I had feared.",
        "it was worth every penny.",
        "the price was {very} low.",
        "nowhere else do you get so much for your money.",
        "my purse was still full afterwards.",
        "it is a real bargain.",
        "even a student can afford it.",
    ),
    Phrases(
        "the price was far too high.",
        "I paid more than I had planned.",
        "it was not worth the money.",
        "the price was {very} steep.",
        "everywhere else you get more for your money.",
        "my purse was empty afterwards.",
        "it is daylight robbery.",
        "only a banker can afford it.",
    ),
)
WAITING = (
    Phrases(
        "I hardly had to wait.",
        "there was no queue at all.",
        "it was our turn within a minute.",
        "the line moved fast.",
        "the waiting was over before it began.",
        "they served {company} straight away.",
        "everything happened on time.",
        "we were in and out before the rain began.",
    ),
    Phrases(
        "I waited for {minutes} minutes.",
        "the queue went all the way round the corner.",
        "it took {minutes} minutes before anyone noticed us.",
        "the line did not move at all.",
        "my feet hurt from standing in the queue.",
        "they forgot {company} completely.",
        "everything started {minutes} minutes late.",
        "we stood in the rain for {minutes} minutes.",
    ),
)
ROOM = (
    Phrases(
        "the rooms were bright and clean.",
        "a fire was burning and I felt at home.",
        "there were fresh flowers in the windows.",
        "the benches were soft and comfortable.",
        "the floor was so clean that you could eat from it.",
        "it was {very} quiet and cosy.",
        "the walls had just been painted.",
        "a fat cat slept by the stove.",
    ),
    Phrases(
        "the rooms were dark and dusty.",
        "the stove was out and I was freezing.",
        "there were dead flowers in the windows.",
        "the benches were hard and wobbly.",
        "the floor was sticky under my shoes.",
        "it was {very} noisy and draughty.",
        "the paint was coming off the walls.",
        "rain dripped from the ceiling.",
    ),
)
