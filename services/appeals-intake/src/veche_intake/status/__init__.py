"""What a citizen may know of an appeal: a view that follows the topic ``cases``, opened by number and code."""
