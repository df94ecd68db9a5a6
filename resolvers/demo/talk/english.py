"""The English channel: books, essays and words."""

from typing import Final

from resolvers.demo.scenes import talk

ENGLISH: Final = talk(
    """
T: Please read {book} up to {upto} by {day}, and mark one sentence that you would keep.
| For {day}: {book}, up to {upto}. Bring a question that the text does not answer.
a: Is it long? | I've already read on, is that allowed? | Are there copies in the library?
T=: About twenty pages. | Allowed and admired, but no spoilers! | Two copies left when I looked.
b: {me} | I'll share my copy, we live next door.

a: What do you all make of {who} in {book}? | Am I the only one who does not like {who}? ({book})
b: I think {view} | For me {view} | Hm, {view}
c: I see it differently: {other} | Or is it that {other}
T: Both can be argued. Which line would you quote for it? | This is an essay in the making. Evidence, please!
b: The scene {scene}. | The bit {scene}, for me that settles it.

T: Essay: {essay} Due on {day}, about 500 words.
| New essay question: {essay} First draft by {day}, please.
a: May we write in the first person? | Do quotations count? | Can we pick the other book instead?
T=: If you can carry it. | Yes, but the words should mostly be yours. | Only with a good reason, in two sentences.
b: Who wants to swap drafts before {day}? | Anyone up for proofreading each other's?
c: {yes} | I'll read yours if you read mine.

a: How do I begin? I've got the middle and the end. | First sentences are the worst. Any tips?
b: Write it last. | Start with the scene {scene} and zoom out.
| I begin with the question and take it out again later.
T: A first sentence only has to make us read the second. | Say the thing you most want to say. Then we will see.
a: Okay, that takes the pressure off. {thanks} | {thanks}

a: What is the difference between {pair}? | I always mix up {pair}. Is there a trick?
b: {rule} | I remember it like this: {rule}
a: {thanks}
T: Keep these tricks coming, we will make a poster. | Nice one, {b}.

T: Word of the week: {word}. Use it here in a sentence before {day}.
a: {use} | Here goes: {use}
b: I had to look it up, but I like it. | I used it at dinner and my family stared at me.
T: Worthy of a dictionary. | Splendid. | Ten points for context.

a: Is there a film of {book}? | Does watching the film of {book} count as revision?
T=: There is, and it changes the ending, so it would show. | As dessert. The book is the meal.
b: The film leaves out {who} almost completely. | I liked the music though.
c: Film evening {break}? | We could watch it together after the essay.
d: {yes}

T: {cheer}: your drafts have improved a great deal. One wish: fewer adjectives, more verbs.
| I have read your drafts with {drink}. Best openings so far. Endings need work.
a: When do we get them back? | Mine too? | Is it a grade already?
T=: On {day}. | Yes, yours as well, {a}. | No grade on a draft, only advice.

a: Poetry reading in {place} on {day}, {break}. Come and listen, or bring something short.
| The library has an open mic on {day}. Who's reading?
b: I might read something if nobody films it. | {yes}
c: I'll come for the biscuits and stay for the poems. | {no}, but tell us how it was.
T: Proud of you already. | I will bring {drink}.

b: Can I quote all of the bit {scene} or is it too long? | How do we give page numbers for {book}?
T=: Cut it down to the words you need. | Title and page in brackets is enough for us.
b: {thanks}

a: Finished {book}. I need to talk about the ending with someone!! | I cried on the bus because of {book}
b: Don't say it, I'm at {upto}! | {me}, honestly
c: {break}, {place}? No spoilers for the others.
a: {yes}
""",
    """
book | upto | who | view | other | scene | essay | pair | rule | word | use

Macbeth | the end of Act 2 | Lady Macbeth | she is the one who plans, he only follows. | he had the idea before he
came home. | with the candle | Is Macbeth led or does he run? | affect and effect | affect is the action, effect is
the end. | equivocate | The canteen menu equivocates about what is in the pie.

Frankenstein | chapter 10 | Victor | he is the real monster, he walks away. | he is young and terrified of what he
did. | on the ice | Who owes what to whom in this novel? | its and it's | read it aloud as "it is", and if that is
silly there is no apostrophe. | forlorn | A single forlorn glove has been on our fence since March.

Animal Farm | chapter 6 | Boxer | his loyalty is what makes it all possible, sadly. | he is the only honest one
there. | with the changed rules on the barn wall | How do words become power on the farm? | fewer and less | fewer
if you can count them, less if you pour them. | rhetoric | My brother's rhetoric about the last pancake was
stirring.

Of Mice and Men | chapter 4 | Curley's wife | she is lonely and nobody gives her even a name. | she does harm with
the little power that she has. | in the barn | What is friendship worth on the ranch? | lie and lay | you lie down
by yourself, you lay something else down. | solitude | I sought solitude and found my aunts.

An Inspector Calls | Act 2 | Sheila | she is the one who really changes. | she changes because it costs her least. |
with the photograph | Who is the Inspector? | practice and practise | the one with s is the verb, as in advise. |
culpable | We all looked culpable when the cake was found.

Jane Eyre | chapter 12 | Mr Rochester | he keeps testing her and calls it love. | he is as trapped as she is, only
in a bigger house. | in the red room | How does a place tell us what Jane feels? | who and whom | if "him" would fit
then it's whom. | brooding | Brooding weather, brooding dog, no walk today.

The Tempest | Act 3 | Caliban | the island is his, everyone forgets that. | he would have done as the others did,
with the chance. | with the broken staff | Is Prospero a wise man or a tyrant? | than and then | then has to do with
when. | clemency | I asked for clemency about the homework and got a Thursday.

Great Expectations | chapter 19 | Miss Havisham | she stopped her own clock and blames the time. | somebody broke
her, and that counts as well. | with the wedding cake | What is a gentleman, at the end? | stationary and stationery
| stationery has an e as in envelope. | squalor | The squalor of our locker is beyond words.

the war poems | number seven | the speaker in the third one | he is angry at those at home, not at the enemy. | he
is mostly tired, the anger comes after. | with the letters home | Which poem would you send to a newspaper today? |
compliment and complement | a complement completes. | visceral | Visceral is how I feel about cold custard.

Noughts and Crosses | chapter 30 | Callum's brother | he is wrong, but I see how he got there. | he chose it every
single day, others did not. | on the beach | What does the turned-round world show us? | there, their and they're |
"here" is in there, "heir" is in their. | prejudice | I met the spinach pancake without prejudice.

A Christmas Carol | stave 3 | the nephew | he is kind without a reason, that is his part. | he can afford it, Bob
can't. | with the empty stool | Can people change overnight? | principal and principle | the principal is your pal,
supposedly. | miserly | The tap in the changing room is a miserly thing.

Long Way Down | the fourth floor | the girl in the lift | she remembers him as he was. | she is what he wishes that
he remembered. | with the two silences | What would you do on the ground floor? | loose and lose | loose has room
for two o's. | taut | The silence before the results was taut as a string.
""",
)
