"""Appeals from a file: a CSV of another system or of a clerk, every row of it stored or reported."""
