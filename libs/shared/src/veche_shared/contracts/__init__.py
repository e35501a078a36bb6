"""The events that services publish for one another: CloudEvents on Kafka, one module a topic.

A contract only grows. A field may be added with a default, a code may be added to those that are known; a field or a
known code is never removed, renamed or narrowed: that is a new type (``….v2``) published beside the old one. Readers
ignore fields and types that they do not know, and have a stated default for codes (docs/contracts.md).
Events carry no contact data: a person is a pseudonym that only intake's vault resolves.
"""
