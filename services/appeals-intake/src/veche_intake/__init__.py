"""Appeals and votes as they arrive: authenticated, deduplicated, validated, numbered, stored, announced."""
