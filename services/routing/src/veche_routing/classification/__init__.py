"""What an appeal is about: an explainable lexicon of lemmas, weighed by hand, that says how sure it is and why."""
