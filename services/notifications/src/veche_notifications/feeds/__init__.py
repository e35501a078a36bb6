"""The live feeds: what each department, the triage and the coordinators see, entry by entry, as it happens."""
