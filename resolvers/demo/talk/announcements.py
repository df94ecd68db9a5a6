"""The announcements of a class: mostly its teacher, now and then the head, and short answers."""

from typing import Final

from resolvers.demo.scenes import talk

ANNOUNCEMENTS: Final = talk(
    """
T: Room change: on {day} we meet in {place} instead of our usual room.
T: Please bring back the signed forms for {event} by {day}. Six are still missing.
a: Can my aunt sign it? | Can I have a new form?
T=: Yes, if she is down as a guardian. | Yes, in the tray by my desk.

T: Photographs for the year group are on {day}, {break}. Smile or do not, but be there.

T: {event} is on {day}. Meet at the main gate at a quarter past eight, with lunch and a coat.
a: What time will we be back? | Do we need money?
T=: At half past four, traffic permitting. | Pocket money only.

H: Good morning, 10B. Your class had the best attendance of the school this month. {cheer}!
T: I am very proud. There will be {treat} on {day}. | Told you that I would tell everyone. {treat} on {day}!
a: {wow}

T: The heating in our corridor is being mended until {day}. Wear something warm.

T: Reports go home on {day}. Read them with somebody who is kind.

H: The fire drill went well: everybody out in three minutes. Next time, leave the bags, please.

T: There is a new seating plan, from {day}. No bargaining, please.
b: Can we stay by the window? | Even {c} and me? That is brave.

T: We are collecting for the food bank until {day}: tins, pasta, {drink}. The box is in {place}.
a: Our group can carry it over. | I'll bring some tomorrow.
T: Thank you, {a}, that would help. | Wonderful.

T: Lost property will be given away on {day}. There is a very fine hat in it.

T: Parents' evening is on {day}. Book a time through the office, and come along if you can, it is about you.

T: Lockers: please empty them by {day}. Anything that moves by itself, tell me first.

H: We have a visitor on {day}: {visitor}. Questions for the talk can be left in this channel until then.
a: How did they start? | What do they like least about it? | Do they have vacancies?
b: I would like to know what it smells like. | Are photos allowed?
H: Thank you, I have passed them on.

T: The lift is out of order until {day}. Whoever needs it, tell me, and we move our lessons downstairs.

T: Well done to {a} and {b} for {deed}. {cheer}!
a: {thanks}
b: {thanks}

T: I am out on {day} for a course. Work is set in the maths channel, and your cover is kind. So be kind.

T: Elections for the class council are next week. If you would like to stand, tell me by {day}.
a: Can two of us stand together? | I'd like to stand.
T=: As a pair, gladly. | Noted, and thank you for stepping forward.

T: School closes at one o'clock on {day}. Buses leave ten minutes later.

T: Reminder of {event}: we still need four helpers for the set-up on {day}.
a: {yes}
b: I can carry tables.
c: I'll come after practice.
T: That makes it. Thank you all.
""",
    """
event | treat | visitor | deed

the trip to the science museum | cake | a bridge engineer | winning the regional debate

sports day | ice lollies | a nurse from the children's ward | looking after the new pupils all week

the theatre visit | doughnuts | a woman who restores old globes | running the second-hand uniform stall

the work experience week | fruit and chocolate | the captain of the lifeboat | a fine reading at assembly

the summer fair | samosas | a sound engineer | finding and returning a purse

the river survey | a film | a judge | the paper at the maths fair

the careers morning | pancakes | a beekeeper | getting the whole tutor group to the finish line

the geography weekend | popcorn | an interpreter who speaks seven languages | mending the bench outside the lab
""",
)
