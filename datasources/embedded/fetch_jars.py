"""Download Cassandra's locked jars: `python -m datasources.embedded.fetch_jars FOLDER`, run by `jars.class_path`.

Each line on standard output is a JSON object: `{"done": 12}`, or at last `{"failed": "network" | "checksum" | "disk",
"detail": ...}`. jgo does the transport (and so obeys REQUESTS_CA_BUNDLE and the proxy variables). It writes into place
while it downloads, and does not check: so each jar is staged elsewhere, checked against the lock, and moved then.
"""

import hashlib
import json
import logging
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from jgo.constants import default_maven_repo
from jgo.maven import MavenContext

from datasources.embedded.jars import Jar, locked

AT_ONCE = 8
ATTEMPTS = 3
TIMEOUT = 30


class ChecksumMismatch(Exception):
    pass


def main() -> int:
    folder = Path(sys.argv[1])
    logging.disable(logging.WARNING)
    missing = [jar for jar in locked() if not (folder / jar.name).exists()]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        with _staging(folder) as staging:
            fetches = [pool.submit(fetch, jar, staging, folder) for jar in missing]
            for done, fetched in enumerate(as_completed(fetches), start=1):
                fetched.result()
                _say({"done": done})
    except ChecksumMismatch as error:
        _say({"failed": "checksum", "detail": str(error)})
        return 1
    except (requests.RequestException, RuntimeError) as error:
        # jgo raises RuntimeError for what no repository has.
        _say({"failed": "network", "detail": str(error)})
        return 1
    except OSError as error:
        _say({"failed": "disk", "detail": str(error)})
        return 1
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return 0


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory(prefix=".partial-", dir=folder, ignore_cleanup_errors=True) as staging:
        yield Path(staging)


def fetch(jar: Jar, staging: Path, folder: Path) -> None:
    """Bring one jar into `folder`: out of this user's Maven cache where it is there intact, else from Maven Central."""
    cached = _artifact_path(jar, default_maven_repo())
    staged = staging / f"{jar.name}.copy"
    if cached.exists() and _sha256(cached) == jar.sha256:
        shutil.copyfile(cached, staged)
    else:
        staged = _download(jar, staging)
        if _sha256(staged) != jar.sha256:
            raise ChecksumMismatch(f"{jar.name} from Maven Central is not the one that Homeroom's lock names.")
    staged.replace(folder / jar.name)


def _download(jar: Jar, staging: Path) -> Path:
    context = MavenContext(repo_cache=staging, local_repos=[], timeout=TIMEOUT)
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact(jar.classifier, "jar")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return Path(artifact.resolve())
        except requests.RequestException:
            if attempt == ATTEMPTS:
                raise
            _artifact_path(jar, staging).unlink(missing_ok=True)
    raise AssertionError("unreachable")


def _artifact_path(jar: Jar, repository: Path) -> Path:
    return repository / jar.group.replace(".", "/") / jar.artifact / jar.version / jar.name


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _say(report: dict[str, object]) -> None:
    print(json.dumps(report), flush=True)  # noqa: T201 - read by the process that started this one


if __name__ == "__main__":
    sys.exit(main())
