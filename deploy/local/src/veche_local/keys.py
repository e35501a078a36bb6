"""The secrets of a local installation: generated once, stored in the data folder; each service gets its own."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from hashlib import sha256

from veche_local.errors import CommandError
from veche_local.home import Home, replace_file

KEY_BYTES = 32
PAIR = frozenset({"session_signing", "session_public"})


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
    notifications_sessions: str
    """By which notifications asks routing for ended sessions."""
    surveys_sessions: str
    """By which surveys asks routing for ended sessions."""
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
            "routing": {
                "VECHE_SESSIONS__SIGNING_KEY": self.session_signing,
                "VECHE_CALLERS__NOTIFICATIONS": _digest(self.notifications_sessions),
                "VECHE_CALLERS__SURVEYS": _digest(self.surveys_sessions),
                **verify,
            },
            "notifications": {
                "VECHE_NOTIFICATIONS__INTAKE_KEY": self.notifications,
                "VECHE_SESSIONS__ROUTING_KEY": self.notifications_sessions,
                **verify,
            },
            "surveys": {"VECHE_SESSIONS__ROUTING_KEY": self.surveys_sessions, **verify},
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
    """The keys of this home. Those that the file lacks, since it is of another release, are generated and added; what
    else it holds is kept. Without the file sessions and tracking codes become void. Raises CommandError where it cannot
    be read.
    """
    stored = _stored(home)
    missing = {field.name for field in fields(InstallationKeys)} - stored.keys()
    if missing & PAIR:
        missing |= PAIR  # half of one pair and half of another would sign nobody in
    if missing:
        fresh = asdict(new_keys())
        stored |= {name: fresh[name] for name in missing}
        replace_file(home.keys_file, json.dumps(stored, indent=1), mode=0o600)
    return InstallationKeys(**{field.name: stored[field.name] for field in fields(InstallationKeys)})


def _stored(home: Home) -> dict[str, str]:
    try:
        content = json.loads(home.keys_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(value, str) and value for value in content.values()):
        raise CommandError(
            f"The keys in {home.keys_file} cannot be read.",
            "Restore the file from a copy. Without it, move it away: codes and passwords given out so far become void.",
        )
    return content


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
