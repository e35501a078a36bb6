"""By which network attempts are counted."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from veche_shared.http.callers import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:/run/veche.sock", "unix:/run/veche.sock"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_one_person_has_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.text())
def test_any_name_of_a_caller_has_a_network(address: str) -> None:
    assert network_of(network_of(address)) or not address


@given(st.ip_addresses(v=6), st.ip_addresses(v=6))
def test_addresses_of_one_64_are_counted_together_and_others_apart(
    one: IPv4Address | IPv6Address, other: IPv4Address | IPv6Address
) -> None:
    assume(all(isinstance(address, IPv6Address) and address.ipv4_mapped is None for address in (one, other)))
    together = int(one) >> 64 == int(other) >> 64
    assert (network_of(str(one)) == network_of(str(other))) is together
