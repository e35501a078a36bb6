from __future__ import annotations

import pytest

from deploy.checks.documents import declared_traffic
from veche_shared.contracts.topics import INBOX_MEMORY
from veche_shared.messaging.topics import Replication, bare_name, full_name, weakness
from veche_shared.settings import KafkaSettings
from veche_shared.storage.dead_letters import dead_letter_id


def test_the_inbox_remembers_longer_than_a_topic_keeps_what_services_read() -> None:
    read = [reader.topic for reader in declared_traffic().readers]
    assert read
    assert all(topic.retention < INBOX_MEMORY for topic in read)


@pytest.mark.parametrize("prefix", ["veche.", "", "veche.votes."])
def test_a_topics_bare_name_survives_the_prefix(prefix: str) -> None:
    settings = KafkaSettings(topic_prefix=prefix)
    assert bare_name(settings, full_name(settings, "votes")) == "votes"


def test_a_dead_letters_id_names_the_group_and_the_place_and_differs_after_a_topic_was_created_anew() -> None:
    first = dead_letter_id("surveys.ballots", "votes", 2, 7, b"one")
    assert first.startswith("surveys.ballots-votes-2-7-")
    assert first == dead_letter_id("surveys.ballots", "votes", 2, 7, b"one")
    assert first != dead_letter_id("surveys.ballots", "votes", 2, 7, b"another")
    assert first != dead_letter_id("surveys.audit", "votes", 2, 7, b"one")


@pytest.mark.parametrize(("replicas", "majority"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_more_than_half_of_the_replicas_must_have_a_message(replicas: int, majority: int) -> None:
    assert KafkaSettings(replication_factor=replicas).min_insync_replicas == majority


def test_more_in_sync_replicas_than_there_are_are_refused() -> None:
    assert KafkaSettings(replication_factor=3, min_insync_replicas=3).min_insync_replicas == 3
    with pytest.raises(ValueError, match="at most replication_factor"):
        KafkaSettings(replication_factor=3, min_insync_replicas=4)


@pytest.mark.parametrize("found", [Replication(3, 2), Replication(3, 3), Replication(5, 3)])
def test_a_topic_that_is_as_safe_as_the_settings_or_safer_passes(found: Replication) -> None:
    assert weakness("veche.cases", found, KafkaSettings(replication_factor=3)) is None


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (Replication(1, 1), "add replicas with kafka-reassign-partitions.sh"),
        (Replication(2, 2), "add replicas with kafka-reassign-partitions.sh"),
        (Replication(3, 1), "--topic veche.cases --add-config min.insync.replicas=2"),
        (Replication(3, 4), "which they cannot reach: kafka-configs.sh --alter --topic veche.cases"),
    ],
)
def test_a_topic_that_is_less_safe_is_named_with_what_to_do(found: Replication, remedy: str) -> None:
    assert remedy in (weakness("veche.cases", found, KafkaSettings(replication_factor=3)) or "")
