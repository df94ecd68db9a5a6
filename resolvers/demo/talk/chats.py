"""Conversations of two and of groups: what they have said to one another in the last weeks.

Paragraphs are parted by empty lines and begin with when that was: `= 12 days ago, 16:10`, or `= 35 minutes ago`. A line
is `who: words`; `T0` is the teacher whom one can sign in as, `T1` another, `P0` the pupil whom one can sign in as, and
`H` the head of the school. `{P0}` calls somebody by name, and mentions them if they take part. `who^:` replies to the
line above, `who^^:` to the one above that. After the words come files, `<sheet.pdf>`, and reactions, `+ ❤️ T0`; 📌 is a
pin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Chat:
    """Begun by whoever speaks first. Without a name between two, with one a group, `silent` people among it.

    `unread`: how many of the newest messages somebody has not read; everybody else has read all.
    """

    script: str
    name: str | None = None
    silent: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)


TEACHER_AND_STUDENT: Final = Chat(
    """
= 16 days ago, 16:20
P0: Hello, this is {P0} from 10B. May I ask you something here, or should I come after the lesson?
T0: Of course you may. What is it?
P0: I would like to take part in the maths olympiad, but I am not sure whether I am good enough.
T0: You explain things to half of the class without noticing it. Yes, I think you are. + ❤️ P0
T0: Here are last year's problems. Begin with the first three, and leave the fourth for a rainy day. <olympiad.pdf>
P0: Thank you! I will have a look at the weekend. + 👍 T0

= 12 days ago, 18:05
P0: I have solved one and two. With three I always end up with the same equation twice.
T0^: Then you have one piece of information that you have not used yet. Read the second sentence again, slowly.
P0: Oh. OH. It says that they are whole numbers. + 🎉 T0
T0: There you are. That word is worth half of the points.

= 6 days ago, 17:15
P0: Number four, on a rainy day as agreed. I do not know whether this counts as a proof. <number-four.jpg>
T0^: It does. I would only say why it cannot go on for ever; one sentence is enough. + 🙌 P0
P0: Because the numbers get smaller each time, and there is nothing below one?
T0: That is the sentence. I have put your name down.
P0: Really?? Thank you so much! I will tell my mum. + 😊 T0

= 1 days ago, 19:10
T0: The first round is on the 14th, two hours, in the library. Bring a ruler and something to eat.
P0^: I will be there. Is my sister's old formula sheet allowed?
T0: No sheets, I am afraid. But you will not need one.

= 40 minutes ago
P0: I tried a whole paper with a clock. Five out of six in the time!
P0: Can we look at the sixth one together some time this week?
""",
    unread={"T0": 2},
)

CHATS: Final = (
    TEACHER_AND_STUDENT,
    Chat(
        """
= 9 days ago, 16:30
T1: Do you have a minute for the parents' evening? I am making the timetable and you are on it three times.
T0: Three times is twice too often. What do you need?
T1: Either the early slot or the late one. {T2} wants the early one because of the train.
T0: Then give me the late one. I will bring biscuits. + 🙏 T1

= 3 days ago, 12:40
T1: Could we swap rooms on the last two periods? I need the gas taps, and you only need a board.
T0^: Only a board, she says. Yes, gladly. + 😂 T1
T1: The board is yours, with all my coloured chalk.

= 75 minutes ago
T1: One more thing: how is 10B with fractions in formulas? Half of them froze today when I divided by a sum.
""",
        unread={"T0": 1},
    ),
    Chat(
        """
= 20 days ago, 15:50
H: Thank you for stepping in yesterday. I know that it was your only free period.
T0: It was a pleasure, they even laughed. Once.

= 4 days ago, 16:45
H: The inspector would like to see a lesson with a real discussion in it. I thought of yours.
T0: When would that be?
H: Next week, whichever lesson you like. Please do not prepare anything special.
T0^: Then they will see us argue about whether zero is even. + 😄 H
""",
    ),
    Chat(
        """
= 8 days ago, 18:30
P3: Sorry that I missed the quiz, I was at the dentist. Can I do it later?
T0: No need to be sorry. Come on any morning before registration, it takes ten minutes.
P3: Tomorrow?
T0^: Tomorrow it is. + 👍 P3

= 5 days ago, 8:20
T0: Nine out of ten, with half a face asleep. Well done, {P3}! + 😂 P3 + 🎉 P3
""",
    ),
    Chat(
        """
= 10 days ago, 20:05
P1: Did you really sign up for the olympiad
P0: Yes!! Not telling anyone until I know how it went
P1: Too late, I'm telling my cat + 😂 P0
P0: The cat may know.

= 2 days ago, 19:40
P1: Movie on Saturday? {P5} can get the good seats
P0: Yes! Which one?
P1: The one with the lighthouse. No spoilers, my sister already tried
P0^: I haven't even seen the trailer. + 👍 P1

= 20 minutes ago
P1: Seats are booked, row F
P1: You owe me popcorn 🍿
P1: And bring {P4} if you like, there is one left
""",
        unread={"P0": 3},
    ),
    Chat(
        """
= 7 days ago, 17:20
P5: Do you still have the notes on the circuits practical? Mine look like a spider fell into ink
P0: Here, both pages. <circuits-1.jpg> <circuits-2.jpg> + 🙏 P5
P5: You are the best. I'll bring you a flapjack
P0: With chocolate?
P5^: As if there were others. + 😍 P0
""",
    ),
    Chat(
        """
= 11 days ago, 16:55
T5: {P0}, you have keys for the robotics cupboard now. Please look after them, the caretaker counts them twice.
P0: I will! Do I have to sign for them?
T5: On the list by the door. And welcome to the serious side of the club.

= 90 minutes ago
T5: The new servos are here. Could you unpack and count them before Tuesday? There should be twelve. <delivery-note.pdf>
""",
        unread={"P0": 1},
    ),
    Chat(
        """
= 21 days ago, 16:05
T0: I thought that a group for those who teach 10B might save us some corridors.
T2: Good idea. I walk past room 12 four times a day hoping to meet one of you. + 😂 T1 + 😂 T3
T3: Present.
T0: First thing: tests. We had three in one week, and they told me so, politely.
T1^: That was me. And {T2}. And you. + 😅 T2
T0: Let us keep a list here: at most two a week. Mine is on Thursdays. + 📌 T0 + 👍 T1 + 👍 T2 + 👍 T3

= 13 days ago, 13:05
T2: Is anybody else getting wonderful excuses lately? Mine was a swan on the cycle path.
T3^: I had the swan as well. Different pupil. + 😂 T0 + 😂 T1 + 😂 T2
T1: Then it must be true. Two independent observations.

= 5 days ago, 15:45
T3: Revision week: I have drawn up who offers what, and where. Please check your names. <revision-week.pdf> + 📌 T0
T0: Looks good to me. Could I have the library on the second day?
T3^: Done.
H: This is excellent. I will mention it to the parents. + ❤️ T3

= 55 minutes ago
T2: {T0}, the quiet ones in the second row have started to write to each other about books. On paper!
T1: I have seen that too!
""",
        name="Teachers of 10B",
        silent=("H",),
        unread={"T0": 2, "H": 5},
    ),
    Chat(
        """
= 18 days ago, 17:10
P0: Made a group for the robot arm, so that the club channel stays readable
P12: Finally. Hi all
P9: 🤖
P14: Who has the drawings?
P0^: Me, here is the newest one. <arm-drawing.png> + 🔥 P12 + 🔥 P9 + 👍 P14 + 📌 P0

= 12 days ago, 18:45
P9: Printed the gripper. It grips! It also does not let go <gripper.jpg> + 😂 P0 + 😂 P12 + 😂 P14
P14^: That's a feature
P12: I can write the part that opens it again. Give me two days

= 4 days ago, 19:20
P12: It opens. And closes. And opens. It does nothing else all day now + 🎉 P0 + 🎉 P9
P0: Same as me. Tuesday we put it on the base. Who brings the long screws? + 📌 P0
P9^: I do.

= 30 minutes ago
P14: {P0} did the servos come?
P9: Asking for all of us
""",
        name="Robot arm crew",
        unread={"P0": 2},
    ),
    Chat(
        """
= 14 days ago, 19:00
P2: Group for the trip, because the corridor is chaos. Who shares a room with whom?
P0: {P1} and me, if that's ok
P1: 👍
P4: I'm with whoever doesn't snore
P7^: So not with me. + 😂 P2 + 😂 P0 + 😂 P1

= 6 days ago, 18:10
P2: List of what to bring, from the letter. Say if something is missing. <packing-list.pdf> + 📌 P2 + 🙏 P0
P4: Snacks are missing.
P7^: Snacks are implied. + 💯 P2 + 💯 P4

= 65 minutes ago
P7: Does anybody have a rucksack that I could borrow?
""",
        name="Trip: room and rucksacks",
        unread={"P0": 1, "P4": 1},
    ),
)
