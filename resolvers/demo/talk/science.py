"""The science channel: experiments, lab reports, and why things are as they are."""

from typing import Final

from resolvers.demo.scenes import talk

SCIENCE: Final = talk(
    """
T: Tomorrow: {experiment}. Tie your hair back and bring goggles if you have your own.
| Next practical is {experiment}. Please read the sheet beforehand.
| On {day} we do {experiment}. Closed shoes, please!
a: Can we choose our groups? | Do we need lab coats? | Will it smell?
T=: Groups as last time. | Yes, coats are on the hooks. | A little. You will survive.
b: {wow} | Finally! | I'll be the one who writes, last time I broke a beaker.

a: What did you measure for {experiment}? We had {result}.
| Our result for {experiment} is {result}, that seems off.
b: We have nearly the same. | Ours was a bit lower. | Quite close to ours, I think it is fine.
c: Did you {care}? That was our mistake. | We forgot to {care} and had to repeat it.
a: Ah. Not really. | That explains a lot. | Oh no. We skipped that.
T: Then write it down as a source of error, that is worth as much as a pretty number.
| Honest readings beat tidy ones. Say in your report what you would change.

a: Why {why} | Question that won't leave me alone: why {why}
b: I think it is because {because} | My guess: {because} | Isn't it that {because}
T: Exactly, {b}. | Right, {b}! Next question: how would you test that? | Very well put, {b}.
a: {thanks}

T: Lab reports on {experiment} are due {day}. Question, method, readings, graph, what you conclude.
| Please hand in the report about {experiment} by {day}.
a: How long should it be? | Is a graph by hand ok? | Can we hand in one for the group?
T=: Two pages are plenty. | By hand is fine, with units on both axes. | One each, but share the readings.
b: Can somebody send the table? Mine got wet. | Where are the readings of our group?
c: It's in the folder now. | Uploading in a minute.

a: Can someone explain {idea} like I'm five? | I still do not get {idea}. Anyone?
b: {plain} | Ok so: {plain} | Somebody once told me: {plain}
a: Why does nobody say it like that in the book | That I understand! {thanks} | {thanks}
T: I may borrow that one, {b}. | Nice. One thing to add: it has its limits, as every picture has.

a: Did anyone see the {sky} last night? | {sky}!! Look outside now if you can
b: Yes! We stood in the garden for an hour. | Clouds here, of course. | My little brother woke us all up for it.
c: I tried to take a photo, it's a white dot. | {no}
T: Write down when and where you saw it, and we will compare on {day}.
| I was out as well, with {drink} and a blanket.

T: The {living} in the lab {news}. Volunteers for this week?
| News from the window sill: the {living} {news}.
a: I can do {day}. | {yes}
b: I'll take the weekend. | Can I name one?
T=: Thank you both. Write it on the list by the door. | Only if the name is scientific. Or funny.

a: Is {idea} in the test on {day}? | What do we have to know for {day}?
T=: Yes, {idea}, and everything from the sheet on {experiment}. | {idea}, and how to read a graph.
b: Do we have to learn the definitions by heart? | Are there marks for diagrams?
T=: In your own words is better. | Plenty, if they are labelled.
c: Revision {break} in {place}? | I made cards for the definitions, help yourselves.
d=: {yes} | {thanks}

a: Left my goggles in the lab, is it still open? | Has anybody seen a blue lab book? It has a comet on it.
b=: It's locked, but the technician is there until five. | On the second bench, by the sink.
a: {thanks}

T: For those who want more: look up who first {history}. Two sentences, here, no copying.
a: {who}. | It was {who}, I did not know that!
b: We should have a poster of that. | {wow}
T: Good find. I have a book about it if someone would like to read on. | That goes on the wall of the lab.

b: Which graph for {experiment}, line or bars? | What goes on which axis for {experiment}?
T=: A line, since both are numbers that run on. | What you change goes along the bottom, what you measure goes up.
b: {thanks}
c: I had it the other way round, glad I looked in here. | {me}
""",
    """
experiment | result | care | why | because | idea | plain | sky | living | news | history | who

the density of salt water | 1.07 g per ml | zero the scale | do ice cubes float? | water takes up more room when it
freezes, so the same amount weighs less for its size. | density | a lift full of people is heavier than a lift with
one, though the lift is just as big. | full moon | duckweed | has doubled again | weighed the Earth | Henry
Cavendish

how fast sugar dissolves | 41 seconds at 60 °C | stir at the same pace | does tea cool faster in a wide cup? | there
is more surface for the heat to leave by. | diffusion | someone opens crisps at the back, and a minute later the
front row knows. | shooting stars | tomato plants | are 12 cm tall now | saw cells through a lens | Robert Hooke

the pendulum | 1.4 s a swing | count ten swings and divide | does a heavy pendulum not swing faster? | gravity pulls
it harder, but there is also more to move, and the two cancel. | inertia | your bag slides forward when the bus
brakes, since nobody told the bag to stop. | planets in a row | sunflowers | have their second leaves | timed
falling balls on a slope | Galileo Galilei

chromatography of felt pens | four colours in the black | draw the line in pencil | does the sky turn red in the
evening? | the light has a longer way through the air and the blue is scattered out of it. | solubility | some
people get along with everyone at a party, some stay by the door. | red moon | cress | sprouted overnight | split
sunlight with a prism | Isaac Newton

resistance of a wire | 5.2 ohms for half a metre | switch off between readings | can a bird sit on a power line? |
both feet are at the same voltage, so nothing flows through it. | resistance | a crowded corridor: same people, but
nobody gets anywhere. | northern lights | beans | climbed up the blind | built a battery | Alessandro Volta

the pH of household things | 2.5 for lemon juice | rinse the probe | does bread rise? | yeast makes gas and the
dough traps the bubbles. | neutralising | two people who argue until both are calm, and water is left. | huge halo
around the sun | yeast culture | escaped its bottle | put the elements in a table | Dmitri Mendeleev

photosynthesis in pondweed | 23 bubbles a minute | keep the lamp at the same distance | are leaves green? | they use
the red and blue light and send back the green. | photosynthesis | a kitchen that runs on light: water and air go
in, sugar comes out. | comet | pondweed | is bubbling happily | noticed that plants mend the air | Joseph Priestley

the heart rate after stairs | 128 beats a minute | rest three minutes in between | does your breath go on being fast
after you stop? | the muscles still have to be paid back the oxygen that they borrowed. | respiration | burning food
very slowly, without a flame, in every cell. | bright pass of the space station | stick insects | have had babies |
showed that blood goes round | William Harvey

Hooke's law with a spring | 3.1 cm per newton | not stretch it too far | do bridges have gaps in them? | metal grows
when it is warm and would push itself out of shape. | elasticity | a friend who always comes back, until you push
too far. | double rainbow | snails | are awake again | explained rainbows with water-filled globes | Kamal al-Din
al-Farisi

magnet strength and temperature | 11 paper clips when cold | use the same clips | does a compass not point quite
north? | the magnetic pole is not where the map's pole is, and it wanders. | magnetic fields | everybody in the
stands turns the same way, and suddenly you notice the crowd. | lightning over the hills | mealworms | turned into
beetles | saw a wire move a compass | Hans Christian Ørsted

osmosis in potatoes | 8% heavier in plain water | dry them before weighing | do your fingers wrinkle in the bath? |
the nerves tighten the vessels below, and it helps to grip. | osmosis | water goes to where the crowd is, to make it
less crowded. | meteor | potatoes | grew arms | told tiny living things apart with a lens | Antonie van Leeuwenhoek

reaction times with a ruler | 0.21 seconds | not tell them when you let go | can't you tickle yourself? | the brain
expects it and turns the feeling down. | reflexes | the message turns round at the spine and does not wait for the
head office. | moon next to Venus | spider plants | have eleven children | mapped the nerve cells by drawing them |
Santiago Ramón y Cajal
""",
)
