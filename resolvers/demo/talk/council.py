"""The class council: a private channel of elected pupils and their teacher."""

from typing import Final

from resolvers.demo.scenes import talk

COUNCIL: Final = talk(
    """
a: Agenda for {day}: {idea}, {other}, anything else? | On the list for {day} so far: {idea} and {other}.
b: The bins by the gate. | Can we talk about phones at lunch? | Add the water fountain, please.
c: And who takes notes. I did it twice. | Fine with me.
a: Added. | It's on.

a: Votes on {idea}? | Shall we ask for {idea}? Hands up.
b: For. | {yes} | For, if it costs under {cost}.
c: For. | Against, sorry, we asked for too much at once. | I abstain.
d: For. | I'm for {other} first.
a: Then I'll write it up for the head. | Carried. I'll write the letter.
T: Put the costs in and who would look after it, and I will take it to the head.

b: I asked around about {idea}: most want it, a few say it's noisy.
| 19 of 26 answered our questionnaire. {idea} won.
a: {wow} | Great work! | That's clearer than I expected.
c: Can you make a chart for the board? | Who didn't answer?
b=: On it. | People from the back row, of course.

T: The head has said yes to {idea}, with a budget of {cost}. {cheer}!
| Good news: {idea} may go ahead, up to {cost}.
a: YES | {wow} | I can't believe it
b: When do we start? | I'll look up prices tonight.
T=: As soon as there is a plan on one page. | Wonderful. A plan first, then the shopping.

a: Somebody complained about {problem}. What do we say? | Third complaint about {problem}.
b: We could talk to them first, before it becomes a thing. | Put it on the agenda, with names left out.
c: Honestly, they have a point. | I can speak to the people from the other class.
T: I like that you are handling this yourselves. Tell me if it gets stuck.

a: Minutes of last time are in the folder. | Uploaded the minutes, tell me if something is wrong.
b: Looks right. | One thing: the cost was {cost}. | {thanks}
a: Corrected. | {emoji}

c: Who can present {idea} in assembly? | Two minutes on stage on {day}, who dares?
a: I can if someone stands beside me. | I would faint.
b=: I'll stand beside you. | Let's do it together, a sentence each.
T: I have heard worse speakers on television. | You will be fine, {a}.

b: We have {cost} left over. | Treasurer's report: {cost} in the box, two buttons and a Danish coin.
a: Keep it for {other}? | Enough for biscuits at the next meeting.
c: {yes} | Agreed, with a note in the minutes.

T: Thank you for Tuesday, you argued with each other very politely. | You chaired that well, {a}.
a: It helped that {b} brought {drink}. | {thanks}

d: Can't make it on {day}, I have practice. | Could we meet a bit later on {day}?
a=: Fine, we'll send you the minutes. | Quarter past?
d=: {thanks} | Perfect. {thanks}
""",
    """
idea | other | cost | problem

a bench under the chestnut tree | more bike racks | £120 | music in the corridor

a quiet room at lunch | plants for the classroom | £40 | the queue at the canteen

a book swap shelf | a clock that works | £25 | people saving seats

recycling bins in every room | a mural by the stairs | £60 | footballs near the windows

a mentor for each new pupil | a games box for rainy days | £35 | the broken hand dryer

a water bottle station | later registration on Mondays | £200 | shoes on the sofas

a class garden | a world food day | £80 | whoever sings in the mornings
""",
)
