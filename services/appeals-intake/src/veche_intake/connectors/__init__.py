"""The ways by which appeals and votes come in: one folder each, one protocol, one list (docs/connectors.md)."""
