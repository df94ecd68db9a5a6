"""What all Python servers share: the data, read once, and the channel that is asked for."""

import os
from pathlib import Path
from typing import Final

from bench.data import Data, read

DATA: Final[Data] = read(Path(os.environ["BENCH_DATA"]))
SDL: Final = Path(__file__).with_name("schema.graphql")
"""What the peers that take a schema as text are made of; Homeroom's own prints to the same."""
