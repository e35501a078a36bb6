"""What an appeal is about: a lexicon of weighted lemmas, which says how sure it is and why."""
