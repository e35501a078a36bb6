"""A channel that intake knows is called by a name, not by its code, wherever staff meet it."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

CHANNELS = sorted(json.loads(files("veche_intake.channels").joinpath("known.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("package", "prefix"), [("veche_notifications", "channel-"), ("veche_routing", "matter-channel-")]
)
def test_every_known_channel_is_named(package: str, prefix: str, language: str) -> None:
    catalogue = files(package).joinpath("locales", f"{language}.ftl").read_text(encoding="utf-8").splitlines()
    named = {line.split(" = ")[0] for line in catalogue if line.startswith(prefix)}
    assert [code for code in CHANNELS if f"{prefix}{code}" not in named] == []
