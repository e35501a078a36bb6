"""Demo data: accounts to sign in with, and made-up appeals, votes and answers that are sent all day."""
