"""The exam revision channel: plans, questions to one another, nerves and encouragement."""

from typing import Final

from resolvers.demo.scenes import talk

REVISION: Final = talk(
    """
a: {subject} revision on {day}, {place}, who's coming? | I've booked {place} for {subject} on {day}.
b: {yes}
c: {no}, I have {busy}. | Can I come later? I have {busy}.
a: We begin with {topic} and then do a past paper. | Plan: {topic} first, then snacks, then questions.
d: I'll bring {snack}. | {snack} on me

a: Ask me something about {topic}, quick! | Quiz time, {subject}: {ask}
b: {ask} | Okay, {subject}: {ask} | Try this one: {ask}
a: {reply} | Easy: {reply} | Umm. {reply}?
b: Correct! | Yes!! | One point to {a}.
c: I would have failed that. | You two should have a show. | I need to read {topic} again.

T: For {subject}: the three things that come up again and again are {topic}, reading the question, and time.
| Examiners' reports for {subject} are in the folder. The short version: {advice}
a: How should we split the time? | Is it better to skip and come back?
T=: A mark a minute, and five at the end to read it over. | Yes. Put a star by it and go on.
b: {thanks}

a: I can't concentrate any more. How do you all do it? | My brain is soup. Tips?
b: {method} | What works for me: {method}
c: What {b} says. And going for a walk. | Sleep. Really. | I put my phone in the fridge once, it worked.
T: {advice} | Take the evening off, {a}. That is an order.

a: How far are you with {subject}? | Has anyone finished {topic}?
b: {done} | Halfway, I keep drifting off. | Not even started, help.
c: {topic} took me two evenings, the rest goes faster. | {me}
a: Ok then I feel less bad. | We will manage {emoji} | Right. Back to it.

T: Past papers for {subject} are up, with mark schemes. Please do one before {day} without looking.
| On {day} we do a timed paper in {subject}. Forty minutes, then we mark it together.
a: Is it the whole syllabus? | Calculators? | With the formula sheet?
T=: Up to {topic}. | As in the real thing. | All that you would have on the day.
b: Deep breath. | I like these more than lessons, to be honest. | {yes}

a: My summary of {topic} is in the folder: one page, two colours. | Made cards for {topic}, take them if you like.
b: {wow} | {thanks}
c: Page looks great! One thing: {reply} | Added something at the bottom: {reply}
a: Good catch, changed. | Right! Thanks, {c}.

a: I got {mark} in the practice paper. Happy? | First practice paper in {subject}: {mark}
b: That's eleven more than last time! | {wow} | Be happy. Then look at the rest.
c: Where did you lose points? | How did you do {topic}?
a=: Silly ones. I didn't read the question. | It went well, but then I ran out of time.
T: Those are the cheapest points to get back. {advice} | This is the right direction, {a}.

a: Nervous about {day}. Anyone else? | What if I forget everything on {day}?
b: {me} | You can do this. You explained {topic} to all of us. | We have done this for months now.
T: Nerves mean that it matters to you. Breakfast, a pen that writes, and read each question twice.
| You know more than you think, all of you. Early night!
c: See you {break} for a last look? | Group hug before we go in?
d: {yes}

a: Which book do you use for {subject}? | Is there a good video about {topic}?
b=: The green one from the library. | There's a short series, I'll put the titles in the folder.
a: {thanks}
""",
    """
subject | topic | ask | reply | advice | method | mark | snack | busy

maths | trigonometry | sine of 30 degrees? | a half | write the formula down before you use it. | twenty-five
minutes on, five off, with a kitchen timer. | 61% | grapes | football

maths | probability trees | what do the branches at one point add up to? | one | draw it, even if you think you need
not. | teaching it to my grandmother, who asks good questions. | 68% | popcorn | choir

biology | cells | which part makes the energy? | the mitochondria, as always | label with a ruler, not with a curve.
| drawing everything big, without words first. | 72% | apple slices | a shift at the bakery

biology | inheritance | what is a carrier? | someone with one copy who doesn't show it | say which generation you
mean. | colours, one for each kind of thing. | 70% | carrot sticks | swimming

chemistry | bonding | what do metals share? | their outer electrons, with everybody | balance the equation last, and
check. | explaining it to my dog, who is patient. | 58% | pretzels | my brother's birthday

chemistry | rates of reaction | name two ways to make it faster | heat it, or crush it finer | say "more often", not
just "more". | writing from memory and then comparing in red. | 66% | rice cakes | a dentist's visit

physics | electricity | what stays the same in series? | the current | units, units, units. | doing the old ones
twice, with a week in between. | 64% | crisps | driving my gran to the market

physics | waves | what changes when light enters glass? | its speed and so its direction | a drawing first and the
words after. | cards, and only the wrong ones come back. | 75% | biscuits | band practice

history | the causes of the war | name a long-term one | the alliances | every paragraph ends by answering the
question. | a time line on the wall along the corridor. | 69% | flapjacks | scouts

history | the Tudors | who came after Edward? | Jane for nine days, then Mary | use the source before you judge it.
| telling it as gossip, you remember everything. | 77% | olives | karate

geography | rivers | what is an oxbow lake? | a bend that the river has left behind | name a real place whenever you
can. | sketch maps, three a day. | 71% | dried mango | babysitting

geography | cities | one reason why people move there? | work | two reasons with an example beat five without. |
explaining it on the way home, out loud. | 73% | cherry tomatoes | chess club

French | the past tenses | which verbs go with être? | coming, going, staying and falling, roughly | check your
endings as a last step. | labels on everything at home, even the cat. | 65% | croissants, obviously | tennis

English | unseen poetry | what do you look at first? | who speaks to whom | quote small, explain a lot. | reading it
aloud twice, before I even think. | 74% | shortbread | orchestra

computing | binary | what is 1011? | eleven | trace the code with a table, by hand. | writing tiny programs about
each thing. | 80% | cheese twists | robotics
""",
)
