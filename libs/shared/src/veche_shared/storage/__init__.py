"""MongoDB: one database a service, one transaction a decision, and the outbox and inbox that tie it to Kafka.

``mongo`` connects, declares indexes and runs transactions; ``group_commit`` shares one transaction among concurrent
requests; ``outbox`` holds events until the relay has published them; ``inbox`` remembers the events already handled;
``dead_letters`` keeps what could not be handled until an operator decides.
"""
