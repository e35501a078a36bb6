"""What an SMTP server's reply means, and how a letter is named. Pure."""

from __future__ import annotations

from veche_notifications.carriers.model import Deferred, Refused, Sent


def attempt_of_reply(code: int, reply: str) -> Sent | Refused | Deferred:
    """What an SMTP reply means (RFC 5321, section 4.2.1): 2xx taken, 5xx never, all else come back later."""
    if 200 <= code < 300:
        return Sent(code, reply)
    if 500 <= code < 600:
        return Refused(code, reply)
    return Deferred(code, reply)


def message_id(reference: str, domain: str) -> str:
    """The e-mail's Message-ID (RFC 5322, 3.6.4): the same at every try, so that a mailbox can recognise a repeat."""
    return f"<{reference}@{domain}>"
