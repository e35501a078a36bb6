"""The secrets of a local installation: generated once, stored in the data folder, given to services as environment."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields

from veche_local.home import Home, replace_file

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class InstallationKeys:
    """What the four services share, 256 random bits each; without `repr`, so that no log shows them."""

    session: str
    internal: str
    tracking: str
    voter: str
    channel: str
    """Secret from which the API keys of the demo and of `veche replay` are derived."""
    demo_password: str
    """The password of the demo accounts; `veche up` prints it."""

    def environment(self) -> dict[str, str]:
        """As settings of the services."""
        return {
            "VECHE_SECURITY__SESSION_KEY": self.session,
            "VECHE_SECURITY__INTERNAL_KEY": self.internal,
            "VECHE_SECURITY__TRACKING_KEY": self.tracking,
            "VECHE_SECURITY__VOTER_KEY": self.voter,
        }


def new_keys() -> InstallationKeys:
    """Fresh secrets from the operating system; the demo password is short enough to be typed."""
    random = {field.name: secrets.token_hex(KEY_BYTES) for field in fields(InstallationKeys)}
    return InstallationKeys(**{**random, "demo_password": f"veche-{secrets.token_hex(4)}"})


def installation_keys(home: Home) -> InstallationKeys:
    """The keys of this home, generated at the first call. Without the file sessions and tracking codes become void."""
    if home.keys_file.exists():
        return InstallationKeys(**json.loads(home.keys_file.read_text(encoding="utf-8")))
    keys = new_keys()
    replace_file(home.keys_file, json.dumps(asdict(keys), indent=1), mode=0o600)
    return keys
