from __future__ import annotations

import pytest

from deploy.checks.documents import declared_traffic
from veche_shared.contracts.topics import INBOX_MEMORY
from veche_shared.messaging.topics import bare_name, full_name
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
