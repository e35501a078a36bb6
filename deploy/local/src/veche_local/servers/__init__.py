"""Real servers without Docker: Apache Kafka, MongoDB and Caddy as child processes of the local installation.

Each server is a `Program` (what to run, where, how to see that it answers); `RunningProgram` starts, stops, kills
and restarts one. The supervisor of `veche up` and the tests use the same two things.
"""

from veche_local.servers.java import find_java
from veche_local.servers.kafka import KafkaProgram
from veche_local.servers.mongod import MongodProgram
from veche_local.servers.ports import free_port, is_port_free
from veche_local.servers.program import NotReadyError, Program, RunningProgram

__all__ = [
    "KafkaProgram",
    "MongodProgram",
    "NotReadyError",
    "Program",
    "RunningProgram",
    "find_java",
    "free_port",
    "is_port_free",
]
