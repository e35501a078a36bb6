"""Dead letters: messages that a service could not handle, kept until an operator replays or drops them."""
