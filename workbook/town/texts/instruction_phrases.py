"""The requests of the instruction families (data only, used by `instructions.py`).

Of each list the last request but one is met only in validation, the last only in the test split.
"""

from workbook.town.writer import Phrases

OPEN_BOOK = Phrases(
    "Read the passage and answer the question.\n{passage}\nQuestion: {ask}",
    "{passage}\n\n{ask}",
    "Passage: {passage}\n\nAnswer from the passage: {ask}",
    "Here is a short text.\n{passage}\nPlease tell me: {ask}",
    "Use only this text for your answer.\n{passage}\n{ask}",
    "I have a question: {ask}\nThe answer is in this text: {passage}",
    "Look at these lines and then answer me.\n{passage}\nMy question: {ask}",
    "Text: {passage}\nQuestion about the text: {ask}",
    "Please find the answer in the text below. {ask}\n\n{passage}",
)

NEXT_QUESTION = Phrases(
    "{ask}",
    "Question: {ask}",
    "Another question: {ask}",
    "Thank you. {ask}",
    "And what about this? {ask}",
    "Next question: {ask}",
    "There is one more thing I would like to know. {ask}",
)

CLOSED_BOOK = Phrases(
    "{ask}",
    "Question: {ask}",
    "A question about Brindlemere: {ask}",
    "You know the town well. {ask}",
    "Please answer from memory. {ask}",
    "I am new in town. {ask}",
    "Tell me something about the town. {ask}",
    "Do you know this about Brindlemere? {ask}",
)

SUMMARISE = Phrases(
    "Summarise this conversation.\n{dialogue}",
    "Dialogue:\n{dialogue}\n\nWrite a short summary.",
    "What is this conversation about? Give a summary.\n{dialogue}",
    "Read the dialogue and say briefly what happens.\n{dialogue}",
    "Please sum up the conversation below.\n\n{dialogue}",
    "{dialogue}\n\nSummarise the dialogue above.",
    "I missed this conversation. Tell me the main points.\n{dialogue}",
    "Give me the short version of this conversation.\n{dialogue}",
    "Conversation:\n{dialogue}\n\nIn a few words, what was said?",
)

SENTIMENT = Phrases(
    "Is this review positive, negative or mixed?\n{review}",
    "{review}\n\nIs the mood of this review positive, negative or mixed?",
    "Read the review and say positive, negative or mixed.\n{review}",
    "How does the writer feel? Answer positive, negative or mixed.\n{review}",
    "Sort this review as positive, negative or mixed.\n{review}",
    "{review}\nIs that positive, negative or mixed? One word will do.",
    "Did the writer like it? Say positive, negative or mixed.\n{review}",
    "Choose positive, negative or mixed for this review.\n{review}",
)

EXTRACT = Phrases(
    "Find these in the message: {wanted}.\n{passage}",
    "Message: {passage}\n\nGive me the {wanted}, one on each line.",
    "From the message below, list the {wanted}.\n{passage}",
    "Read this message and write down the {wanted}.\n{passage}",
    "{passage}\n\nWhat are the {wanted}? Put each on its own line.",
    "Please pick out the {wanted} from this note.\n{passage}",
    "I need a few facts from this message: {wanted}.\n{passage}",
    "Fill in a form with these lines: {wanted}.\nThe message says: {passage}",
)

POLITE = Phrases(
    "Say this politely.\n{rude}",
    "Rewrite this in a polite way: {rude}",
    "{rude}\n\nMake this sentence polite.",
    "How can I say this in a friendlier way?\n{rude}",
    "Please turn this into polite words: {rude}",
    "This is too rude. Write it again, but politely.\n{rude}",
    "Put this more kindly: {rude}",
    "I am angry, but I want to stay polite. Help me say this.\n{rude}",
)

TRANSLATE = Phrases(
    "Translate into Brindle: {ask}",
    "How do you say this in Brindle?\n{ask}",
    "Say it in the town's dialect: {ask}",
    "{ask}\n\nPut this into Brindle.",
    "Please translate this sentence into the local dialect.\n{ask}",
    "Write this in Brindle: {ask}",
    "What would this be in Brindle? {ask}",
    "I want to speak like the people here. Translate this: {ask}",
)

NEXT_SENTENCE = Phrases(
    "{ask}",
    "And this one: {ask}",
    "The next sentence is: {ask}",
    "Now translate this: {ask}",
    "Thank you. One more: {ask}",
    "And how do you say this? {ask}",
    "Let us carry on with this one: {ask}",
)

ARITHMETIC = Phrases(
    "Solve this problem step by step.\n{question}",
    "{question} Show the steps.",
    "Problem: {question}",
    "Please work this out for me. {question}",
    "{question}\n\nWrite down each step and then the answer.",
    "Here is a sum from school. {question}",
    "Can you help me with my homework? {question}",
    "Work this out in small steps: {question}",
)

ENTAILMENT = Phrases(
    "Premise: {premise}\nDoes it follow that this is true? {hypothesis} Answer yes or no.",
    "{premise}\n\nIs this true? {hypothesis} Say yes or no.",
    "Suppose this is true: {premise}\nIs this true as well? {hypothesis} Yes or no?",
    "Read this: {premise}\nNow yes or no: {hypothesis}",
    "Answer yes or no. Does the text say so?\nText: {premise}\nClaim: {hypothesis}",
    "We know this. {premise}\nSomebody says: {hypothesis} Is that right, yes or no?",
    "{premise} So, yes or no, can we say this? {hypothesis}",
    "Check the claim against the text, and say yes or no.\nClaim: {hypothesis}\nText: {premise}",
)
