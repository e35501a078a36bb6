from __future__ import annotations

import pytest

from veche_shared.contracts.topics import INBOX_MEMORY, SERVICES, TOPICS, dead_letters
from veche_shared.messaging.topics import bare_name, full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage.dead_letters import dead_letter_id


def test_the_inbox_remembers_longer_than_a_topic_keeps_what_services_read() -> None:
    read = [topic for topic in TOPICS if not topic.name.endswith(".dead-letters")]
    assert read
    assert all(topic.retention < INBOX_MEMORY for topic in read)


def test_every_service_has_a_topic_for_its_dead_letters() -> None:
    assert {dead_letters(service).name for service in SERVICES} <= {topic.name for topic in TOPICS}


@pytest.mark.parametrize("prefix", ["veche.", "", "veche.votes."])
def test_a_topics_bare_name_survives_the_prefix(prefix: str) -> None:
    settings = KafkaSettings(topic_prefix=prefix)
    assert bare_name(settings, full_name(settings, "votes")) == "votes"


def test_a_dead_letters_name_says_where_it_stood_and_tells_a_topic_that_was_made_anew() -> None:
    first, second = dead_letter_id("votes", 2, 7, b"one"), dead_letter_id("votes", 2, 7, b"another")
    assert first.startswith("votes-2-7-")
    assert first != second
    assert first == dead_letter_id("votes", 2, 7, b"one")
