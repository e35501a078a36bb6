"""What all Veche services need and no business decision: contracts, messaging, storage, HTTP, observability, pages."""
