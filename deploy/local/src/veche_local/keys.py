"""The secrets of a local installation: made once, kept in the data folder, handed to the services by environment."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields

from veche_local.home import Home, replace_file

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class InstallationKeys:
    """What the four services must share, 256 random bits each; never shown, hence no `repr`."""

    session: str
    internal: str
    tracking: str
    voter: str
    channel: str
    """The secret part of the API key by which the demo and `veche replay` come in through the HTTP door."""
    demo_password: str
    """The password of the demo accounts; shown when they are switched on."""

    def environment(self) -> dict[str, str]:
        """The settings by which the services learn them."""
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
    """The keys of this home, made at the first call. Losing the file voids sessions and citizens' tracking codes."""
    if home.keys_file.exists():
        return InstallationKeys(**json.loads(home.keys_file.read_text(encoding="utf-8")))
    keys = new_keys()
    replace_file(home.keys_file, json.dumps(asdict(keys), indent=1), mode=0o600)
    return keys
