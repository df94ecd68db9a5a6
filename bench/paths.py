"""Where things are."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BENCH: Final = ROOT / "bench"
QUERIES: Final = BENCH / "queries"
WORK: Final = BENCH / ".work"
"""What a run makes: data, bodies of requests, answers, logs; nothing of it is committed."""

DATA: Final = WORK / "data.json"
ANSWERS: Final = WORK / "answers"
LOGS: Final = WORK / "logs"
STEADY: Final = WORK / "steady"
POST: Final = BENCH / "load" / "post.lua"
PEERS_PYTHON: Final = BENCH / ".venv" / "bin" / "python"
REPORT: Final = ROOT / "docs" / "performance.md"
