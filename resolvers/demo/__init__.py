"""Demo data: a school with half a year of conversations, planted once and the same for the same time.

`plant` writes it; sign in as `TEACHER` or `STUDENT` with `DEMO_PASSWORD`. Messages are imported without events, under
a worker id that is never leased.
"""

from resolvers.demo.people import STUDENT, TEACHER
from resolvers.demo.plant import DEMO_PASSWORD, Planted, plant

__all__ = ["DEMO_PASSWORD", "STUDENT", "TEACHER", "Planted", "plant"]
