"""What people say in any channel: thanks, agreement, small remarks. Drawn wherever a script has their slot."""

from typing import Final

from resolvers.demo.scenes import phrases

COMMON: Final = phrases("""
thanks: Thank you! | Thanks so much | Ah brilliant, thanks | Perfect, thank you | Cheers | You're a star
| Got it, thanks
| Lifesaver, honestly | Much clearer now, thank you | Thanks {emoji} | That helps a lot | Legend | Many thanks
yes: Yes! | Yep | Yes, definitely | Sure | Of course | Count me in | Absolutely | I'm in | Yes please
| Yeah, why not
no: Sadly not | Not this time, sorry | I can't, sorry | No luck here either | Nope | Afraid not
me: Me too | Same here | Same | You are not alone there | Was about to ask that | Glad someone asked
| Same question from me
done: Done | All done | Done and ticked off | Sent | Sorted | Finished it at last | Just handed mine in
wow: Oh wow | No way | Brilliant | Love it | That is excellent | This made my day | Amazing | Well that's a first
sorry: Sorry, only saw this now. | Sorry for the late reply. | Was on the bus, sorry. | Just out of practice, sorry.
emoji: 🙏 | 🙂 | 😊 | 🎉 | 👍 | 💪 | ✨ | 😄
cheer: Well done everyone | Really proud of this group | Great effort, all of you | Lovely work | Superb
| That deserves a round of applause
place: the library | the hall | room 12 | the lab | room 7 | the drama studio | the canteen | the computer room
| room 21
| the common room
break: at break | at lunch | after school | before registration | straight after period five | in tutor time
drink: tea | hot chocolate | coffee | apple juice
""")
