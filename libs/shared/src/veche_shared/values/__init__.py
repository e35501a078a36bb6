"""Types of what people and programs give, validated once for every way in."""
