### Why an appeal or a vote was not taken: what all channels have in common.

rejected-idempotency-key-reused = Something else was taken under this key. Send it again: the request gets a new key.
rejected-external-id-reused = A message with this id was taken with another content, which stays as it is.
rejected-row-changed = This row of the file was taken with another content, which stays as it is.
rejected-too-early = Check the date: it is before 2000.
rejected-in-the-future = Check the date and the clock: this time is still to come.
rejected-unknown-channel = The city has no such channel.
rejected-other-channel = The key belongs to another channel.
