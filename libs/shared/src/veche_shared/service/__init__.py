"""How a service is put together: modules, the context that they are built from, and the assembly of both."""
