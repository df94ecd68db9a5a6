"""Write the lock of Cassandra's jars anew: `python -m datasources.embedded.lock_jars`, after changing the version here.

Run by hand by whoever moves Homeroom to another Cassandra. The lock's format is jgo's own, with sha256 sums.
"""

import jgo
from jgo.env import LockFile
from jgo.env._lockfile import LockedDependency, compute_sha256

from datasources.embedded.jars import LOCK

COORDINATE = "org.apache.cassandra:cassandra-all:5.0.6"


def main() -> None:
    dependencies = [
        LockedDependency(
            each.groupId,
            each.artifactId,
            each.version,
            classifier=each.classifier,
            sha256=compute_sha256(each.resolve()),
        )
        for each in jgo.resolve(COORDINATE)
        if each.packaging == "jar"
    ]
    LockFile(dependencies).save(LOCK)


if __name__ == "__main__":
    main()
