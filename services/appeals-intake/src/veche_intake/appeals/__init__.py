"""Appeals as received: validated, numbered, stored once, announced on the topic ``appeals``."""
