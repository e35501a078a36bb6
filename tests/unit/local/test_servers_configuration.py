"""The configuration of the embedded servers, and the files that they run from."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from veche_local.servers.jars import LockedJar, locked_jars, missing_jars
from veche_local.servers.java import java_major
from veche_local.servers.kafka import new_cluster_id, server_properties


def properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_kafka_listens_on_the_loopback_interface_only() -> None:
    given = properties(server_properties(Path("/data"), 9092, 9093))
    assert given["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert given["controller.quorum.bootstrap.servers"] == "127.0.0.1:9093"
    assert given["log.dirs"] == "/data"


def test_kafka_of_one_node_needs_no_replica_on_another() -> None:
    given = properties(server_properties(Path("/data"), 9092, 9093))
    factors = {key: value for key, value in given.items() if key.endswith((".replication.factor", ".min.isr"))}
    assert len(factors) == 6
    assert set(factors.values()) == {"1"}


def test_kafka_creates_no_topic_automatically_and_waits_for_no_other_consumer() -> None:
    given = properties(server_properties(Path("/data"), 9092, 9093))
    assert given["auto.create.topics.enable"] == "false"
    assert given["group.initial.rebalance.delay.ms"] == "0"


def test_a_cluster_id_is_a_uuid_in_unpadded_url_safe_base_64() -> None:
    assert len(base64.urlsafe_b64decode(new_cluster_id() + "==")) == 16
    assert new_cluster_id() != new_cluster_id()


@pytest.mark.parametrize(
    ("banner", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("nothing of the kind", None),
    ],
)
def test_the_release_of_a_java_is_read_from_its_output(banner: str, major: int | None) -> None:
    assert java_major(banner) == major


def test_every_jar_of_kafka_is_locked_by_its_sha256() -> None:
    jars = locked_jars()
    assert ("org.apache.kafka", "kafka_2.13", "4.3.1") in {(jar.group, jar.artifact, jar.version) for jar in jars}
    assert ("org.slf4j", "slf4j-simple", "1.7.36") in {(jar.group, jar.artifact, jar.version) for jar in jars}
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in jars)


def test_the_lock_file_names_no_host() -> None:
    text = Path(locked_jars.__globals__["LOCK_FILE"]).read_text(encoding="utf-8")
    assert "://" not in text


def test_an_incomplete_jar_counts_as_missing(tmp_path: Path) -> None:
    whole = LockedJar("g.h", "whole", "1", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    short = LockedJar("g.h", "short", "1", whole.sha256)
    for jar, content in ((whole, b"abc"), (short, b"ab")):
        jar.path_in(tmp_path).parent.mkdir(parents=True)
        jar.path_in(tmp_path).write_bytes(content)
    absent = LockedJar("g.h", "absent", "1", whole.sha256)
    assert missing_jars(tmp_path, (whole, short, absent)) == (short, absent)
