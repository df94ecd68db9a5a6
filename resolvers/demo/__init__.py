"""Demo data: a school with half a year of conversations, planted once and the same for the same time.

`plant` writes it; sign in as `TEACHER` or `STUDENT` with `DEMO_PASSWORD`. Messages are imported without events, under
`IMPORT_WORKER`, a worker id that the lease of worker slots keeps free.
"""

from resolvers.demo.ids import IMPORT_WORKER
from resolvers.demo.people import STUDENT, TEACHER
from resolvers.demo.plant import DEMO_PASSWORD, Planted, plant

__all__ = ["DEMO_PASSWORD", "IMPORT_WORKER", "STUDENT", "TEACHER", "Planted", "plant"]
