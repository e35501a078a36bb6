"""The secrets of a local installation: generated once, stored in the data folder; each service gets its own."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from hashlib import sha256

from veche_local.home import Home, replace_file

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class InstallationKeys:
    """All keys of an installation, 256 random bits each; without `repr`, so that no log shows them."""

    session_signing: str
    """Ed25519: routing signs the sessions of staff."""
    session_public: str
    """Its public key: the services with pages for staff verify sessions. No secret."""
    tracking: str
    voter: str
    notifications: str
    """By which notifications asks intake for contacts."""
    tools: str
    """By which `veche replay` asks the services what they hold."""
    channel: str
    """Secret from which the API keys of the demo and of `veche replay` are derived."""
    demo_password: str
    """The password of the demo accounts; `veche up` prints it."""

    def environment(self, service: str) -> dict[str, str]:
        """As settings of one service: the keys that it uses. Of a caller's key it gets the SHA-256 alone."""
        verify = {"VECHE_SESSIONS__PUBLIC_KEYS": self.session_public, "VECHE_CALLERS__TOOLS": _digest(self.tools)}
        return {
            "intake": {
                "VECHE_INTAKE__TRACKING_KEY": self.tracking,
                "VECHE_INTAKE__VOTER_KEY": self.voter,
                "VECHE_CALLERS__NOTIFICATIONS": _digest(self.notifications),
            },
            "routing": {"VECHE_SESSIONS__SIGNING_KEY": self.session_signing, **verify},
            "notifications": {"VECHE_NOTIFICATIONS__INTAKE_KEY": self.notifications, **verify},
            "surveys": verify,
        }[service]


def new_keys() -> InstallationKeys:
    """Fresh secrets from the operating system; the demo password is short enough to be typed."""
    # Imported here: the supervisor, which runs for as long as the installation, needs it at the first start only.
    from veche_shared.security.key_pairs import new_key_pair

    pair = new_key_pair()
    random = {field.name: secrets.token_hex(KEY_BYTES) for field in fields(InstallationKeys)}
    own = {
        "session_signing": pair.private,
        "session_public": pair.public,
        "demo_password": f"veche-{secrets.token_hex(4)}",
    }
    return InstallationKeys(**{**random, **own})


def installation_keys(home: Home) -> InstallationKeys:
    """The keys of this home, generated at the first call. Without the file sessions and tracking codes become void."""
    if home.keys_file.exists():
        return InstallationKeys(**json.loads(home.keys_file.read_text(encoding="utf-8")))
    keys = new_keys()
    replace_file(home.keys_file, json.dumps(asdict(keys), indent=1), mode=0o600)
    return keys


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
