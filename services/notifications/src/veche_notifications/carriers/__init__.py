"""The ways by which a person gets a notice: one folder each, one protocol, one list (docs/carriers.md)."""
