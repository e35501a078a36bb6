"""What the services tell one another: CloudEvents on Kafka, one module a topic.

A contract only grows. A field may be added with a default; a field is never removed, renamed or narrowed: that
is a new type (``….v2``) published beside the old one. Readers ignore fields and types that they do not know.
Events carry no contact data: a person is a pseudonym that only intake's vault resolves.
"""
