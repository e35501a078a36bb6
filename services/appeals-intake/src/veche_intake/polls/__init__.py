"""What intake knows of polls, from the topic ``surveys``: a vote is refused while its sender still listens."""
