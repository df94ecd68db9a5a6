"""The clubs: robotics, drama, and the yearbook's committee."""

from typing import Final

from resolvers.demo.scenes import talk

ROBOTICS: Final = talk(
    """
a: The {part} is {broken} again. | Problem: the {part} is {broken}.
b: Did you {fix}? That did it last time. | Have you tried to {fix}?
a: Not yet, doing it now. | Twice. | ... no.
c: I have a spare {part} in the drawer. | Careful, it gets hot.
a: It works! No idea why, but it works. | Fixed. You have to {fix}, write that on the wall. | {thanks} It moves!

T: Club on {day} is in {place}. We work on the {part}, please bring laptops that are charged.
| Plan for {day}: the {part} first, then test runs on the mat.
a: Can we keep the robot on the big table? | Who has the key to the cupboard?
T=: Yes, but cover it. | I do. Come {break}.
b: {yes}

a: Test run: {score}. | {score} on the practice mat!
c: {wow} What did you change? | New record! And the battery held? | Film it next time!
a=: Slower turns, that's all. | It did, just about. | Will do. We took out half of the code.
T: Less is more. Write down the settings before anybody touches them.

b: Should we use two sensors or three? | Python or blocks for the {part}?
a=: Two. One thing less that can be {broken}. | Whatever {c} can debug at midnight.
c: Let's measure both. | I vote for the simple one.
T: Decide by test: ten runs each, and the numbers win.

T: The regional round is on {day}. We have a start number: {number}.
| We are through to the next round! On {day}, number {number}.
a: {wow} | I feel sick. In a good way.
b: Who drives? | Do we get matching shirts?
T=: The school bus, at seven in the morning. | Shirts are ordered, colour is a surprise.

a: I pushed my changes for the {part}, please have a look.
| Can somebody read my code? It turns left when I say right.
b: Line 40: you compare with one equals sign. | Found it. The motors are swapped in the set-up.
| Looks good, I'd name it better.
a: How did I not see that. | {thanks} | Face, meet desk.

c: Who took the {part} home? | The cupboard is missing one {part}.
a: Me, sorry! I'll bring it back. | It's on the 3D printer shelf.
c: All good, just label it. | Phew.

a: Is it okay if my cousin comes along on {day}? | Could a beginner join? A friend from 9A is asking.
T: Of course, there is always a screw to turn. | With pleasure, {a}. We all began there.
b: Give them the lamp project, it's the nicest start. | We need people who can draw, too.

a: 3D print is done: the holder for the {part} fits! | The printer made spaghetti again.
b=: Show! | Is the bed level?
a=: A bit of sandpaper and it's perfect. | It wasn't. Trying again, slower.

T: Please tidy up after club: batteries on the charger, screws by size, {drink} not near the robot.
a: That was one time. | It was me last week, I'll do it.
b: I'll sort the screws, it calms me.
""",
    """
part | broken | fix | score | number

left motor | stuttering | tighten the little screw | 210 points | 17

colour sensor | seeing green everywhere | calibrate it in that very room | 245 points | 8

gripper | stuck | put the spring in the other way round | 185 points | 23

line follower | cutting corners | lower the speed in the bends | 230 points | 31

battery | flat after ten minutes | unplug the lights | 260 points | 12

arm | too short | add the long beam | 195 points | 5

gyro | drifting | hold still while it starts | 275 points | 42

Bluetooth module | invisible | restart both and count to ten | 240 points | 19

rear wheel | squeaking | use the wax, not oil | 220 points | 27
""",
)

DRAMA: Final = talk(
    """
T: Rehearsal on {day} in {place}: {scene}. Lines without the book, please.
| {day}: we run {scene} twice, once slow and once as if the building were on fire.
a: Do we need costumes yet? | Until when? | I still hold the book in the second half, sorry.
T=: Shoes and hats only. | Until five. | Then hold it with style.
b: {yes}

a: Who can read {role} on {day}? {b} has a cold. | {role} is ill, who could jump in?
c: I know most of it by now. | I can! | If I may read from the page.
T: You saved the day, {c}. | Thank you, {c}. Come ten minutes early and we walk through it.

a: How do you remember the long speech? | I always lose my line after {cue}. Help?
b: Walk while you learn it. One step, one thought. | Record it and listen on the bus.
c: Listen for {cue}, then look at me. I'll blink. | Write the first letters on your hand.
a: {thanks}

b: We need {prop}. Does anyone have one at home? | Wanted: {prop}, old, may be ugly.
a: My grandfather has one, I'll ask. | There might be one in the cellar. | We could make it from cardboard.
c=: Tell him he gets a ticket. | I'll go and look. Somebody come along, it's dark. | Cardboard and gold paint!
b: {wow} | Perfect.

T: That was the first run without a stop. {cheer}! Notes: louder at the back, and nobody looks at {prop}.
| Notes from today: {scene} is a joy. The change after it is not, yet.
a: Was the pause too long? | Could you hear me?
T=: The pause was exactly right. | Every word.
b: I forgot to come in once, did anyone notice? | I said the wrong name, did you hear?
c: Nobody did. | Only all of us.

a: Posters are ready! Who hangs them up? | Tickets: how many can each of us have?
b=: I do the ground floor. | Four each, more at the desk.
c=: I'll ask the baker. | My family alone needs nine.

c: The light on the left flickers. | Sound check on {day}? The thunder came during the love scene.
a=: I'll tell the caretaker. | It was funny though.
T=: Thank you. No flicker on the night, please. | Sound check on {day}, and the thunder waits for its turn.

T: Auditions for the spring piece are on {day}, {break}. Two minutes, anything but a monologue about a cat.
a: Songs too? | May we do it in pairs?
T=: Gladly. | Pairs are welcome.
b: There go my two minutes about a cat.

a: I'm still smiling about {scene}. | Opening night. I have no words.
b: They laughed in the right place! | My mum cried.
c: {b} saved it when {prop} fell over. | We did it!
T: I have seen many. This one I will remember. | {cheer}. Now go to bed.
""",
    """
scene | role | cue | prop

the storm | the captain | "not in this weather" | a brass telescope

the trial | the judge | "and then I saw it" | a very large key

the dinner that goes wrong | the aunt | "pass the salt" | a soup tureen

the letter scene | the messenger | "it bears no stamp" | an inkwell

the market | the flower seller | "three for a penny" | a handcart

the chase through the attic | the detective | "listen" | a stuffed owl

the farewell | the sister | "the boat leaves at six" | a suitcase with stickers
""",
)

YEARBOOK: Final = talk(
    """
a: Status of {page}? | How is {page} coming along?
b: Texts are in, pictures missing. | {done}. | Half a page is still empty.
c=: I have {count} pictures of it, I'll choose the best. | I'll read it once more. | I can draw something for the gap.
a: {thanks}

a: Print deadline is {day}. What's open? | The printer wants everything by {day}.
b: {page}, and the list of names. | Only {page}.
c: I'm proofreading tonight. | Two quotes still need a yes.
T: Please check every name twice, that is what people look at. | You are ahead of last year's team by a week.

b: Cover: blue or yellow? | Two designs for the cover are in the folder.
a=: Yellow with blue letters? | The second one!
c=: Yellow, one sees it on a shelf. | Whichever has fewer fonts.
T: You have taste. I only pay the printer.

c: May we print the photo from {page}? {a} is in it with custard on the nose.
| Do we ask everybody before we print a photo?
a=: You may, sadly. Only if I may choose yours. | Yes, everybody.
T: Always ask, and keep the answers in the folder. | Asked and written down, please.

a: We have {count} quotes for {page}, room for twelve. | Too many quotes. How do we choose?
b: Blind vote. | One for each table group. | Short ones first.
c: {yes} | The one about the pigeon has to stay.
a=: Vote is open until {day}. | The pigeon stays.

b: Found a photo of us from year 7. | Look in the folder, I found the very first class picture.
a: Our FACES | {wow} | We were so small
c: That goes on {page}. | Why did nobody tell me about that haircut?

T: The first copy has come from the printer. It smells wonderful. | Proof copy is in {place}, come {break}.
a: {wow}
b: Is {page} straight? | Any mistakes?
T=: As a ruler. | One comma. I will not tell you where.
""",
    """
page | count

the sports pages | 48

the trip to the coast | 112

the page of teachers' sayings | 31

the drama double page | 64

the baby photos | 27

the map of where we come from | 19

the winter fair page | 55
""",
)
