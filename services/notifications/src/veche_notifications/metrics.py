"""What this service counts beside what every service does. Label values come from closed sets."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

STREAM_CLIENTS = Gauge("veche_feed_stream_clients", "Browsers and tools that follow a feed live.")
STREAM_SLOW = Counter("veche_feed_stream_slow_total", "Live followers cut off because they read too slowly.")
STREAM_LAG = Histogram(
    "veche_feed_stream_lag_seconds",
    "From a change of a case to its entry being handed to the live followers of a feed.",
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0),
)
FEED_ENTRIES = Counter("veche_feed_entries_total", "Entries written to feeds, new and changed.")

DELIVERIES = Counter("veche_deliveries_total", "Notices by how their delivery ended.", ["outcome"])
DELIVERY_TRIES = Counter("veche_delivery_tries_total", "Tries to deliver a notice, by what came of them.", ["result"])
DELIVERIES_WAITING = Gauge("veche_deliveries_waiting", "Notices that are not delivered yet, counted up to 10,000.")
DELIVERIES_OLDEST = Gauge("veche_deliveries_oldest_seconds", "Age of the oldest notice that is not delivered yet.")
DELIVERIES_OVERDUE = Gauge(
    "veche_deliveries_overdue_seconds",
    "For how long the delivery that is due longest has not been tried; 0 while all are tried in time.",
)
