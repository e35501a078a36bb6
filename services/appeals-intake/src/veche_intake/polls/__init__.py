"""What intake knows of polls, from the topic ``surveys``: a vote is rejected while its sender still waits."""
