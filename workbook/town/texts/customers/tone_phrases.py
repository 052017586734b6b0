"""Frames of tone: how a customer's words become a message, and a fact a reply or a summary.

Data only; `tone.py` fills them. Polite frames hold none of the rude words of
`politeness_phrases.py`, rude frames at least one; the fact that answers is the same in both.
"""

from workbook.town.writer import Phrases

# {ask} is a whole sentence, or several
POLITE_MESSAGES = Phrases(
    "{ask}",
    "Good morning. {ask}",
    "Hello. {ask} Thank you.",
    "Good afternoon. {ask} Many thanks.",
    "I am sorry to trouble you. {ask}",
    "Excuse me. {ask}",
    "{ask} Thank you for your help.",
    "Just a quick question. {ask}",
    "{ask} I would be grateful for a quick answer.",
    "Good evening. {ask}",
    "{ask} I look forward to hearing from you.",
    "I hope you are well. {ask} Thank you very much.",
)
RUDE_MESSAGES = Phrases(
    "{cry}! {ask}",
    "{ask} Be quick about it, you {oaf}!",
    "Hey, you {foul} {oaf}! {ask}",
    "You {oafs}! {ask}",
    "{ask} And do not keep me waiting, you {oafs}!",
    "Listen, you {oaf}. {ask}",
    "Do you employ nobody but {oafs}? {ask}",
    "What a {foul} way to treat people! {ask}",
    "{ask} Or is that too hard for a {oaf} like you?",
    "I am tired of your {foul} manners. {ask}",
    "{ask} I want an answer today, you {foul} {oaf}!",
    "Wake up, you {oaf}! {ask}",
    "{cry}! Can any {oaf} there read? {ask}",
    "{ask} Even a {oaf} ought to know that!",
    "No more {foul} excuses! {ask}",
)
# where a message names its writer
SIGNED = Phrases(
    "{message} My name is {name}.",
    "{message} Yours, {name}.",
    "This is {name}. {message}",
    "{message} I am {name}, by the way.",
    "My name is {name}. {message}",
    "{message} Regards, {name}.",
    "I am {name}. {message}",
)

# {desk} is who answers; {to_name} is ", Shola" where the message is signed
POLITE_REPLIES = Phrases(
    "{Fact}.",
    "Good morning{to_name}. {Fact}.",
    "Thank you for your message{to_name}. {Fact}.",
    "{Fact}. Kind regards from {desk}.",
    "To answer your question{to_name}, {fact}.",
    "No trouble at all{to_name}. {Fact}. Have a good day.",
    "Good afternoon{to_name}. {Fact}. Thank you for writing to us.",
    "Hello{to_name}. {Fact}. Best wishes from {desk}.",
    "{desk_upper} thanks you for your message. {Fact}.",
    "Thank you{to_name}. {Fact}. Just ask again if anything is unclear.",
    "I am glad to help{to_name}. {Fact}.",
    "{Fact}. I hope that helps{to_name}.",
    "We have looked it up for you{to_name}. {Fact}.",
)
RUDE_REPLIES = Phrases(
    "{Fact}, you {oaf}.",
    "{cry}! {Fact}.",
    "Can you not read, you {foul} {oaf}? {Fact}.",
    "{Fact}{to_name}. Even a {oaf} could have found that out.",
    "You {foul} {oaf}{to_name}! {Fact}.",
    "Mind your {foul} tongue{to_name}. {Fact}.",
    "{Fact}, and now leave us alone, you {oaf}!",
    "Only a {oaf} writes like that{to_name}. {Fact}.",
    "{Fact}. Write it down{to_name}, you {foul} {oaf}.",
    "Since you must know{to_name}, you {oaf}: {fact}.",
    "{cry}{to_name}! {Fact}, as every {oaf} knows.",
    "What a {foul} message! {Fact}. Yours, {desk}.",
    "Listen carefully{to_name}, you {oaf}: {fact}.",
    "{Fact}. Good day to you{to_name}, you {foul} {oaf}!",
)

# one sentence for a colleague: {asks} is "asks" or the like, {want} an indirect question
ASKS = ("asks", "wants to know", "would like to know", "needs to know")
POLITE_SUMMARIES = Phrases(
    "{Who} {asks} {want}; {note}.",
    "{Who} {asks} {want}, and {note}.",
    "A message has come in, and {who} {asks} {want}; {note}.",
    "In a letter, {who} {asks} {want}, and {note}.",
    "In short, {who} {asks} {want}, and {note}.",
    "{Who} {asks} {want} (our note says that {note}).",
    "The question from {who} is {want}, and {note}.",
    "{Who} {asks} {want}, and the answer is that {note}.",
    "Somebody has to tell {who} that {note}.",
    "{Who} has written to ask {want}, and {note}.",
)
RUDE_SUMMARIES = Phrases(
    "{Who}, a {foul} {oaf}, {asks} {want}, and {note}.",
    "Some {oaf} ({who}) {asks} {want}; {note}.",
    "{cry}, now {who} {asks} {want}, and {note}.",
    "{Who} writes like a {oaf} and {asks} {want}; {note}.",
    "In yet another {foul} message, {who} {asks} {want}, and {note}.",
    "Yet another {oaf}, {who}, {asks} {want}; {note}.",
    "The {oaf} of the day is {who}, who {asks} {want}, and {note}.",
    "Somebody has to tell {who}, the {foul} {oaf}, that {note}.",
    "{Who} must be a {oaf}, since everybody knows that {note}.",
    "As usual, some {foul} {oaf}, this time {who}, {asks} {want}; {note}.",
    "Like a {oaf}, {who} {asks} {want}, and {note}.",
    "Only a {oaf} would ask {want}, but {who} does, and {note}.",
)

REPLY_REQUESTS = Phrases(
    "Message: {message}\nNote: {note}\nWrite the reply.",
    "A customer has written to {desk}. Answer on its behalf.\nMessage: {message}\nNote: {note}",
    "Please answer this message: {message}\nWhat you need to know: {note}",
    "Write a short reply to this message.\nMessage: {message}\nNote: {note}",
    "You answer letters for {desk}.\nHere is what we know: {note}\nMessage: {message}",
    "Note: {note}\nMessage: {message}\nWhat is your reply?",
    "Reply to the customer with the help of the note.\nNote: {note}\nMessage: {message}",
    "This message has come in: {message}\nThe note on the desk says: {note}\nAnswer it.",
    "Answer for {desk}.\nNote: {note}\nMessage: {message}",
    "Message to {desk}: {message}\nClerk's note: {note}\nYour reply, please.",
)
SUMMARY_REQUESTS = Phrases(
    "Message: {message}\nNote: {note}\nSum it up in one sentence for a colleague.",
    "Tell a colleague in one sentence what this is about.\nMessage: {message}\nNote: {note}",
    "Please sum up this message and the note in one sentence.\nMessage: {message}\nNote: {note}",
    "Note: {note}\nMessage: {message}\nOne sentence for the next shift, please.",
    "Write one sentence for a colleague about this message: {message}\nOur note: {note}",
    "This message has come in: {message}\nThe note says: {note}\nWhat would you tell a colleague?",
    "Sum this up for a colleague at {desk}.\nMessage: {message}\nNote: {note}",
    "Put the message and the note into one sentence.\nNote: {note}\nMessage: {message}",
    "Message to {desk}: {message}\nNote: {note}\nGive a colleague the gist in one sentence.",
    "Your colleague needs one sentence about this.\nMessage: {message}\nNote: {note}",
)
