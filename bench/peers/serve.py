"""Serves an ASGI application as fast as uvicorn can: `python -m bench.peers.serve PEER PORT`.

All Python servers run like this, Homeroom's included; only uvicorn's options for Homeroom are Homeroom's own.
"""

import gc
import importlib
import sys
from typing import Any

import uvicorn


def main() -> None:
    peer, port = sys.argv[1], int(sys.argv[2])
    module = importlib.import_module(f"bench.peers.{peer}")
    options: dict[str, Any] = {
        "http": "httptools",
        "loop": "uvloop",
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "date_header": True,
        **getattr(module, "OPTIONS", {}),
    }
    # What Homeroom does at its start helps the others as much.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, *gc.get_threshold()[1:])
    uvicorn.run(module.app, host="127.0.0.1", port=port, **options)


if __name__ == "__main__":
    main()
