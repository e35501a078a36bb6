"""The form of the city's own site, in which a person says what is wrong."""
