"""The HTTP edge that all services share: one application factory, one taxonomy of errors, one way to page."""
