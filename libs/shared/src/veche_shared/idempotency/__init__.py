"""Doing once what callers may send twice: keys that the caller controls, kept unique by the database.

One mechanism in two forms. A thing that is created in bulk (an appeal, a vote) holds its keys itself, under a unique
index. A command on something that exists (answer a case, open a poll) leaves a row in the service's ``commands``. In
both the first answer is given again to a repeat, and a key that is used again for something else is rejected.
"""
