"""What a citizen may know of an appeal: a view kept from the topic ``cases``, opened by number and code."""
