"""What people are told: department feeds over SSE, citizens' notices, their delivery and receipts."""
