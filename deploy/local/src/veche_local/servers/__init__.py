"""Embedded servers, without Docker: Apache Kafka, MongoDB and Caddy as child processes.

Each server is a `Program` (its command, its address, its readiness check); `RunningProgram` starts, stops, kills and
restarts one. The supervisor of `veche up` and the tests use the same two.
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
