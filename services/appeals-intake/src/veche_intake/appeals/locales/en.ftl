### Why an appeal was not taken.

rejected-unknown-regime = The city has no such legal regime.
