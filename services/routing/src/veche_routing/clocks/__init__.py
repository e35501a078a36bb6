"""How long an answer may take: the term of a legal regime, counted on the production calendar."""
