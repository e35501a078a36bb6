"""By when an appeal must be answered: the term of its legal regime, counted on the city's calendar."""
