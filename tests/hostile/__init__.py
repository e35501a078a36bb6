"""Values that no honest caller sends, and requests that put each of them everywhere where a route takes a value."""
