"""Who must act: from an appeal's words to its topic, from its place to its territory, from both to a department."""
