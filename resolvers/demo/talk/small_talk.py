"""The corridor: what people talk about when nobody has to."""

from typing import Final

from resolvers.demo.scenes import phrases, talk

SMALL_TALK: Final = talk(
    """
a: What's for lunch on {day}? | Has anyone seen the menu for {day}?
b: {food}, and {food} for the brave. | {food}. | Smells like {food}.
c: Not again | I'd eat that every day. | Swap you for half a sandwich.

a: Who's playing {sport} on {day}? | We need two more for {sport} on {day}.
b: {yes}
c: {no}, I forgot my shoes. | Only if I can be in goal.
d: It says rain for {day}. | I'll bring the good ball.

a: The bus was late again. | The 14 got stuck at the bridge again.
b: {me} | Same bus, we were all standing. | I cycled, ha.
c: They should give us points for patience. | Walking would be quicker. I tried.

a: Is anybody watching {show}? | Just started {show}. No spoilers!
b: I'm on the third series. | My whole family watches it. | Gave up after two episodes, sorry.
c: The music alone is worth it. | It gets good, promise.
a: Ok now I have to go on. | Weekend planned, then.

a: My {pet} {did} this morning. | Update about my {pet}: it {did}.
b: {wow} | Photo or it didn't happen | I need a {pet}.
a=: Thank you, I'll tell it {emoji} | It ran off before I had my phone out. | You can borrow mine.

a: Happy birthday {b}!! 🎂 | It's {b}'s birthday today, everyone
c: Happy birthday {b}! | All the best, {b}!
d: Many happy returns! | Is there cake?
b: {thanks} Cake {break}, {place}. | Aww. {thanks} | There are muffins in {place}, be quick.

a: What's everyone doing at the weekend? | Any plans for Saturday?
b: {plan} | Nothing much. {plan}, maybe.
c: {plan} | Sleeping until noon, then {plan}.
a: Sounds good. I've got {plan}, thrilling. | Can I come along?

a: Recommend me a song, I'm tired of mine. | Need music for a long drive, ideas?
b: Anything with a trumpet. | Ask {c}, {c} knows everything. | Something old, my mum's records are brilliant.
c: I'll make you a list. | I have a list with two hundred, help yourself.
a: {thanks}

a: Lost: {thing}. Last seen in {place}. | Has anyone found {thing}?
b: There's a box at the front desk. | {no} | I saw something like that in {place}.
a: Found it. It was in my bag. | Got it back {emoji}

a: This weather. | Look at the sky over the sports field.
b: I am wearing the wrong shoes for this. | My umbrella gave up. | Beautiful, from indoors.
c: {wow} | Can we have the lesson outside?

a: Would you rather {rather}? | Serious debate at our table: {rather}?
b: The first, no question. | The second. Obviously. | Neither, I'd move away.
c: You have thought about this for too long. | How is this even a question
d: The first, but only on weekdays. | I need more details.

a: Who has a charger for {break}? | My battery is at 3%, help
b: Front desk lends them. | I do, come to {place}. | Pen and paper never run out {emoji}

a: Did you hear the new bell? | Who chose the new bell sound?
b: It sounds like an ice cream van. | I thought it was a phone. | Give it a week.
c: My gran's clock does that. | I like it, fight me.

a: {b}, you were great last night! | Everyone: {b} was on stage yesterday and it was something.
b: Stop it {emoji} | I was so nervous. | {thanks}
c: What was it? | Where was that?
a: The concert in the church hall. | The talent evening. There's a video.

a: Does anybody want {food}? Mum made far too much. | I baked. {place}, {break}.
b: {yes}
c: Is there any left? | Save me one! | Is it the recipe from last time?
a=: All gone now, in four minutes. A record. | I kept you one. | It is! With more nutmeg.

a: Is it the weekend yet? | How many days until the holidays?
b=: Almost. In the sense that it isn't. | Do you want school days or all of them?
c: {drink} helps. | A few more periods and then {sport}.

a: Reading anything good? Not for class. | Book for the train, anyone?
b: The one about the lighthouse, I read it in a night. | A book about octopuses. They are so clever.
| Comics count, right?
c: Borrow mine, I'm done on {day}. | The library has a new shelf by the door.

a: New trainers, please nobody step on them. | Haircut. Be honest.
b=: I've already stepped on one, I'm so sorry. | Looks great!
a=: You owe me {drink}. | Phew. {thanks}

a: Who left the {stray} on the radiator? | To whoever ate my {food}: I know.
b: It wasn't me. | ... | I was in {place} all day.
c: The plot thickens. | I saw nothing.

a: Learning {skill} is harder than it looks. | Week two of learning {skill}.
b: How is it going? | Show us! | Keep going, it gets easier suddenly.
a: I can do one thing and a half. | My neighbours have opinions.

a: Anyone walking home past the park on {day}? | Who's going towards the station on {day}?
b: Me! At the gate, ten to four? | Wait for me at the gate.
a: At the gate then. | Okay, but hurry.
""",
)

POOLS: Final = phrases("""
food: lentil curry | fish pie | pasta bake | jollof rice | jacket potatoes | pierogi | vegetable lasagne | falafel
| tomato soup | samosas | dumplings | banana bread | cinnamon buns | stuffed peppers | toasties
sport: football | basketball | table tennis | rounders | badminton | frisbee | volleyball
show: the one with the lighthouse keepers | that baking contest | the detective series from Iceland
| the space cooks
| the documentary about deep sea fish | the one where they restore old trains
pet: cat | dog | hamster | parrot | tortoise | rabbit
did: stole a whole pancake | fell asleep in my school bag | knocked a plant off the sill
| stared at its own reflection
| hid under my bed with my left shoe | walked over my keyboard and sent an email | escaped into the kitchen
| sat on my homework, I have witnesses
plan: visiting my aunt | a bike ride to the reservoir | helping at the market | cleaning my room, allegedly
| swimming
| a wedding with two hundred cousins | the museum with the big whale | painting the fence
| a film and an early night
| repairing my bike | an away match | baking for the fair
thing: a grey scarf | a left glove | my locker key | a water bottle with stickers | a blue umbrella | my bus pass
| one earphone | a pencil case with a fox on it | a lunch box
stray: banana | grey scarf | trombone | wet towel | pair of football boots
rather: be able to fly but only as fast as you walk, or run fast but only backwards
| know all languages or play all instruments | have a dragon the size of a cat or a cat the size of a dragon
| always be ten minutes early or twenty minutes late | never have homework again or never have an exam again
| talk to animals or to machines | have summer all year or snow every Friday | live in a tree house or on a boat
skill: the accordion | to juggle | sign language | to skate | calligraphy | to whistle with two fingers | Turkish
| the drums | to fold paper cranes
""")
