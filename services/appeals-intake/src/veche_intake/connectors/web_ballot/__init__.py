"""The ballot on a poll's page of the city's own site: surveys shows it, intake takes it."""
