"""From where a request comes, for limits on how often one may ask."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import Final

from starlette.requests import Request

_PREFIX: Final = 64
"""RFC 6177: a site gets at least this much, so one person may have 2**64 addresses."""


def network_of(address: str) -> str:
    """The network whose attempts are counted together: an IPv4 address itself, the /64 of an IPv6 address.

    What is no IP address (a Unix socket's name) is returned as it is.
    """
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, _PREFIX), strict=False))


def caller_network(request: Request) -> str:
    """The network of the caller, as the server knows it behind its trusted proxies."""
    return network_of(request.client.host) if request.client is not None else "unknown"


__all__ = ["caller_network", "network_of"]
