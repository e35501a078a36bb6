"""The readers of one release, as they were: every later writer must be readable by them, and they show what an older
service makes of newer events.

They are copies, without the rest of the services, and import nothing of the project: a change of the project cannot
change them. Nothing here is edited to make a test pass. When a release is published its readers take the place of
these: copy the contracts' models and each reader's mapping, and leave out what does not look at an event.
"""
