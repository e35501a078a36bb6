"""Dead letters at an operator's hand: what could not be handled, why, and what becomes of it."""
