"""The case: what the administration does about one question of an appeal, from its opening to its closing."""
