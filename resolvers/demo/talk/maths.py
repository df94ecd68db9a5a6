"""The maths channel: questions about homework, hints rather than answers, and now and then a puzzle."""

from typing import Final

from resolvers.demo.scenes import talk

MATHS: Final = talk(
    """
a: Is anyone else stuck on {task}? It says: {question}
| Can somebody give me a push with {task}? {question}
| {task}: {question} I have been staring at it for half an hour.
b: Hint: {hint} | I began like this: {hint} | Try this, it worked for me: {hint}
a: Oh! So it comes to {answer}? | Wait, then I get {answer}. Is that right? | Ok, now I have {answer}.
c: {answer} here as well. | Yes, {answer}. | Same as mine, {answer}
a: {thanks}

T: Homework for {day}: the sheet on {topic}, questions {span}. Show your working, please.
| For {day}: {topic}, questions {span} of the sheet. A sketch counts as working too.
| Please have {topic} (questions {span}) ready for {day}. Ask here when you get stuck.
a: Do we need the starred ones too? | Is the last question optional? | On paper or in the book?
T=: Only if you want a challenge. | Optional, but it is the fun one. | In the book, please, with a margin.
b: {thanks}

a: I keep getting a different answer from the back of the book for {task}. {question}
| The book and I disagree about {task}: {question}
b: What do you have? | Show your steps? | Did you watch the signs?
a: I think I messed up the middle. I wrote it out too fast. | One line looks odd, and I can't say why.
b: The usual trap with {topic}: {trap} | Careful, {trap}
a: That was it! {answer}. | Found it. {answer}, like the book says. | Argh, yes. {answer}
T: Good detective work, both of you. | And that is why we show our working. | Nicely found, {b}.

a: Why do we even need {topic}? | Serious question, when will I ever use {topic}?
b: My cousin does engineering and says it is everywhere. | To pass {day}'s test, for a start {emoji}
| Apparently it's how games work out what you see.
T: Come and see me {break} and I will show you a bridge that stands because of it.
| Fair question. Next lesson begins with three places where it hides in your phone.
| You used it this morning without knowing. I will prove it on {day}.
c: I want to see that | Challenge accepted | Ok that does sound interesting

T: Quick reminder: short quiz on {topic} on {day}. Ten minutes, no calculator.
| On {day} we begin with a small quiz about {topic}. Nothing scary.
a: Are formulas given? | Will {trap_short} come up? | Is it marked?
T=: No formulas, but you know them. | It might well. | It is for you, not for the report.
b: Anybody want to go through it {break} in {place}? | I'm making flash cards, want copies?
c: {yes}
d: {yes}

a: Can someone send a photo of the board from today? I was at {away}.
| I missed today because of {away}. What did we do?
b: We did {topic}. Main point: {hint} | {topic}. I can lend you my notes {break}.
a: {thanks}
T: The slides are in the shared folder as well, {a}. | Come by {break} if anything is unclear, {a}.

T: Puzzle for the weekend: {puzzle}
| No homework today, but a riddle: {puzzle}
| Biscuit for the first good explanation: {puzzle}
a: Is it a trick? | I think I have it. | Can we use a drawing?
b: I tried small numbers first, there's a pattern. | My dad and I argued about this all evening.
| I have two answers and both feel right.
T: Do not only give the number, tell us why. | Patterns are a good start. Now convince me.
a: {puzzle_answer} | I say: {puzzle_answer}
T: Lovely. {a} gets the biscuit. | Very elegant, {a}. | That is exactly how a mathematician would put it.

a: {topic} is actually fun?? | I think {topic} finally clicked | Got all of {task} right for the first time
b: Who are you and what did you do with {a} | {wow} | Teach me
T: This made my evening, {a}. | I knew it would come. | Remember this feeling before the next test.

a: Does anyone have a spare {kit} for tomorrow's lesson? | Left my {kit} in {place}, has anyone seen it?
b: I have two, you can have one. | There is a box in room 12. | I think I saw one on the window sill.
a: {thanks}

a: Study group for {topic}: {day} {break}, {place}? | Who wants to work on {topic} together? {day}, {place}
b: {yes}
c: {no} | {yes}
d: Can I come although I understand nothing yet? | I'll bring {drink}. | {yes}
a=: Especially then {emoji} | Perfect, see you there | The more the better

T: I have marked the books. Strong: the layout. Weaker: {topic}. We will look at it again on {day}.
| Books are back on the shelf. Many of you: {trap}
a: Can we correct it for extra points? | Was it bad? | I knew that would get me.
T=: Corrections in green until {day}, and they count. | Not bad at all, just hasty. | It gets everybody once.

a: For {task}, is it enough to write {answer}, or with reasons? | Do units matter in {task}?
T=: Reasons, always. One line is enough. | Yes, please, a number without them is half an answer.
a: {thanks}

b: Check please: {question} I get {answer}. | Could someone compare? {question} Mine: {answer}
c: Same. | I had that too, then doubted myself. | Yes. And the way there: {hint}
d: {me}

a: Which calculator mode do we need for {topic}? Mine gives nonsense. | My calculator hates me today.
b: Check degrees and radians first. | Brackets! It does exactly what you type. | Reset it, then it behaves.
a=: That was it! {thanks} | It was the brackets. It is always the brackets. | Ok that fixed it. {thanks}
""",
    """
topic | task | question | hint | answer | trap | trap_short | span | kit | away | puzzle | puzzle_answer

linear equations | question 4b | Solve 5x − 7 = 3x + 9. | get all the x on one side first. | x = 8 | when a term
changes sides, its sign changes too. | changing sides | 1 to 8 | ruler | the dentist | how many squares are on a
chessboard, of every size? | 204: 64 small ones, 49 of two by two, and so on down to 1

quadratics | question 3 | Factorise x² − 5x + 6. | two numbers with product 6 and sum −5. | (x − 2)(x − 3) | both
numbers are negative here, the product is still positive. | factorising | 2 to 7 | graph paper pad | a match | three
switches, one lamp next door, one look allowed. Which switch is it? | leave one on for a while, then feel the bulb

Pythagoras | question 6 | A ladder of 6.5 m stands 2.5 m from the wall. How high does it reach? | the ladder is the
longest side. | 6 m | it is the longest side squared minus the other, not plus. | the ladder type | 1 to 6 | set
square | the orchestra trip | what is the next number: 1, 1, 2, 3, 5, 8? And why do sunflowers know it? | 13, each
is the sum of the two before

trigonometry | question 2c | The angle is 30° and the long side 14 cm. How long is the side across? | sine goes with
the side across the angle. | 7 cm | check which side lies across the angle before you pick sin or cos. | finding an
angle | 3 to 9 | protractor | the eye doctor | a snail climbs 3 m a day and slides 2 m back at night. When is it out
of a 10 m well? | day 8, it does not slide back once it is out

percentages | question 5 | A coat costs £68 after 15% off. What was it before? | 68 is 85% of what you look for. |
£80 | adding 15% to the sale price is not the way back. | going backwards | 1 to 10 | pencil | a hospital visit | is
20% off and then 20% on the same price again? | no, you end at 96%

fractions | question 1d | Work out 3/4 ÷ 2/5. | turn the second one over and multiply. | 15/8 | only the second
fraction is turned over. | dividing | 1 to 12 | rubber | the bus breaking down | cut a cake into eight pieces with
three cuts | two cuts across from the top, one through the side

probability | question 7 | Two red and three blue counters, two drawn without putting back: both red? | multiply
along the branch, the second fraction changes. | 1/10 | after the first draw only four are left. | a tree diagram |
2 to 6 | dice | a cold | how many people until two of them likely share a birthday? | only 23, there are 253 pairs
among them

circles | question 8a | A wheel has a radius of 35 cm. How far does it roll in one turn? | circumference is twice pi
times the radius. | about 2.2 m | do not mix up radius and diameter. | arc length | 1 to 7 | pair of compasses | the
open day | a rope round the Earth is made one metre longer. Could a cat slip under it? | yes, it rises 16 cm all the
way round

sequences | question 4 | What is the nth term of 7, 11, 15, 19? | it goes up in fours, compare with the four times
table. | 4n + 3 | the number in front of n is the step, not the first term. | the nth term | 1 to 9 | highlighter |
a driving lesson for my sister | add up all numbers from 1 to 100 without a calculator | 5050, pair 1 with 100, 2
with 99

simultaneous equations | question 2 | x + y = 11 and x − y = 3. | just add the two lines. | x = 7, y = 4 | when you
subtract, subtract every term. | elimination | 1 to 5 | ruler | a funeral in the family | hens and goats: 20 heads,
56 legs. How many goats? | 8 goats, give everyone two legs first and see what is left

standard form | question 9 | Write 0.00042 in standard form. | count how far the point moves. | 4.2 × 10⁻⁴ | small
numbers have a negative power. | negative powers | 3 to 12 | calculator | the science fair | how many seconds is a
million seconds in days? | about eleven and a half days

vectors | question 3b | a = (2, 5), b = (−1, 3). What is 2a − b? | double first, then subtract part by part. | (5,
7) | minus a negative is a plus. | subtracting | 1 to 6 | squared paper pad | an interview | a ferry crosses a river
with a current. Where should it steer? | upstream, so that the two arrows add up straight across

histograms | question 5 | The bar from 10 to 30 has a frequency of 44. How tall is it? | height is frequency over
width. | 2.2 | the height is not the frequency. | frequency density | 2 to 5 | ruler | the choir concert | most
people have more than the average number of legs. True? | true, the average is a touch below two

similar shapes | question 7 | A model is 1:20. The real roof is 60 m². How big is the model's? | area scales with
the square. | 0.15 m² | lengths, areas and volumes each scale differently. | area scale | 1 to 8 | pair of scissors
| a physio appointment | if everything doubled overnight, would you notice? | yes, you would weigh eight times as
much on bones four times as strong

indices | question 6e | Simplify (2x³)⁴. | the 2 gets the power as well. | 16x¹² | the powers multiply here, they do
not add. | powers of powers | 1 to 15 | pen | a cross country race | fold paper 40 times, how thick is it? | about a
third of the way to the Moon

bearings | question 2 | A boat sails on 070°. Which bearing brings it back? | turn half a circle. | 250° | always
three digits, always clockwise from north. | the way back | 1 to 6 | protractor | sailing camp | walk a mile south,
east and north and be home again. Where do you live? | at the North Pole, or near the South Pole
""",  # noqa: RUF001 - a minus and a times sign are what mathematics is written with
)
