"""A channel that intake knows is called by a name, not by its code, wherever staff meet it."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from veche_shared.web import Language, slices_of
from veche_shared.web.localisation import LANGUAGES, Messages

CHANNELS = sorted(json.loads(files("veche_intake.channels").joinpath("channels.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("package", "prefix"), [("veche_notifications", "channel-"), ("veche_routing", "case-channel-")]
)
def test_every_known_channel_is_named(package: str, prefix: str, language: Language) -> None:
    messages = Messages(language, slices_of(package))
    assert [code for code in CHANNELS if f"{prefix}{code}" not in messages] == []
