from __future__ import annotations

import pytest

from veche_shared.service.roles import ALL, roles_of


def test_roles_are_read_from_names() -> None:
    assert roles_of("api") == {"api"}
    assert roles_of(" consumers, relay ,jobs") == {"consumers", "relay", "jobs"}
    assert roles_of(["api", "relay"]) == {"api", "relay"}
    assert roles_of("api,consumers,relay,jobs") == ALL


@pytest.mark.parametrize("names", ["", ",", "apis", "api,worker", "API"])
def test_what_is_no_role_is_refused_and_the_roles_are_named(names: str) -> None:
    with pytest.raises(ValueError, match="api, consumers, relay, jobs"):
        roles_of(names)
