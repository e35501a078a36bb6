"""Appeals from a file: a CSV of another system or of an office, every row of it stored or reported."""
