"""The directory: departments, topics and territories of the city, and the accounts of its staff."""
