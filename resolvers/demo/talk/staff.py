"""The staff room: notices for all teachers, and the private pastoral team, which names no pupil in writing."""

from typing import Final

from resolvers.demo.scenes import talk

NOTICES: Final = talk(
    """
H: Briefing on {day} at ten past eight in {place}: {item}. | For {day}'s briefing: {item}, and cover for next week.
a: I have gate duty, could somebody take notes? | Thanks. Can we add {other}?
b=: I will. | Seconded.
H=: Thank you both. | Added.

a: Could anyone take my year 8 on {day}, period {period}? {reason}. | Swap wanted: {day}, period {period}. {reason}.
b: I can, if you take my lunch duty. | Yes, gladly. What are they working on?
| I am with 9A then, but I could swap with period one.
a=: Deal. | Work is on the desk, seating plan on the door. | You are kind, that would do it.

H: Thank you for {event}. I heard nothing but praise. | {event} ran like clockwork. {cheer}!
a: It was a team effort, and the weather's. | The pupils were splendid.
b: Next year with more chairs. | And more {drink}.

a: The copier on the first floor is {copier}. | Copier news: it is {copier}.
b: It knows when one is in a hurry. | I have opened and closed every door of it. | Use the one by the library.
c: The engineer comes on {day}. | Turn it off and praise it.

H: Reports: please have yours in by {day}. Two honest sentences are better than five polite ones.
a: Is the comment bank back? | May we have until Monday?
H=: I would rather that you wrote without it. | Monday at eight, but really.

b: Who has the trolley of laptops in period {period}? | Is {place} free in period {period} on {day}?
a=: I do, until lunch, you can have it after. | It is yours.
b: {thanks}

H: We welcome a trainee on {day}, in {subject}. Who would have them in a lesson or two?
a: With pleasure. | My 10B would enjoy that.
b: Mine too, later in the week. | They can see me struggle with year 9.
H: Wonderful. I will send you the plan.

a: For the training day: I could show how I use {method}. | Would a short session on {method} be of interest?
b: Yes, please. | I would come.
c: Only if there are biscuits. | Could you show it with a real class's work?
a=: Twenty minutes, and biscuits. | I will.

c: Somebody left a bicycle helmet and a trombone in the staff room. | There are mince pies by the kettle.
a=: The trombone is mine, long story. | Whoever that was is the best of us.
b=: I have questions. | They were good, all four.

H: The timetable for the mocks is in the folder. Look at the invigilation list and tell me about clashes by {day}.
a: I am down twice for {day}. | Looks fine to me.
b=: I can take one of them. | I have a clash, swap with me?
H: Changed, thank you. | Please write it into the sheet.
""",
    """
item | other | period | reason | event | copier | subject | method

mock exams and the hall | the fire doors | 3 | I have a hospital appointment | the open evening | out of toner |
geography | exit questions

the summer fair | parking | 5 | I am with the robotics team at the regional round | the concert | beeping in a minor
key | physics | peer marking

attendance | the lost property mountain | 1 | My son's school closes early | sports day | printing everything twice
| French | retrieval quizzes

the new marking policy | lunch duties | 4 | I am on the theatre trip | parents' evening | making a noise like a
goose | history | seating by task

trips in the spring term | the heating | 6 | I have a course in the city | the charity run | jammed in tray two |
music | silent discussions

cover for the ski week | a collection for Joan's leaving present | 2 | I have a union meeting | the winter fair |
fine, astonishingly | biology | whole class feedback
""",
)

PASTORAL: Final = talk(
    """
a: I noticed that one of my year 10s {sign}. Has anybody else?
| A pupil in my set {sign} this week. I will speak to you in person.
b: I have seen it too. Come and find me {break}. | Not in my lessons, but I will keep an eye open.
T: Thank you for saying so. Names in person only, please. | I will have a quiet word today.

T: Please look at the register for {day}: two of ours have been late every day this week.
a: One of them looks after a younger brother in the mornings. | I will ring home.
b: Could breakfast club help? | I have had a good talk with one.
T=: Breakfast club is a good thought, I will ask. | Well done, that is how it goes.

b: The {help} has places from {day} on. | News: the {help} is open to our year group now.
a: I know someone who would gain by that. How do we go about it? | Wonderful. Who do we write to?
T: Through me, and always with the pupil's own yes. | I will make the first call.

T: Meeting on {day}, {place}. Everyone with one good story first.
a: Gladly. I have two. | I will be five minutes late.
b: I have one that will make you smile.

a: A good one for a change: the pupil I worried about {good}. | Update: my quiet one {good}.
b: That is lovely to hear. | You stayed with it, that mattered.
T: Write that down for the next meeting. And tell home. | This is why we do it.

b: How do you all go about a first talk with a parent? | Difficult call tomorrow. Advice?
a: I begin with something that goes well, and mean it. | Walk while you call. It helps me.
T: Ask more than you tell. I can sit beside you. | Do it early, before it grows in your head.
b: {thanks}
""",
    """
sign | help | good

has been very quiet | lunch club | put up a hand three times today

fell asleep twice | homework hour | asked to join the robotics club

sits alone at lunch | school counsellor's drop-in | came in laughing this morning

has stopped handing things in | peer mentoring scheme | handed in the whole project

seemed upset after a phone call | art room at lunch | helped a younger one find the nurse
""",
)
