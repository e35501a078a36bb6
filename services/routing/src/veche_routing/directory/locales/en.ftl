### The words of signing in.

entrance-wrong = The login or the password is wrong
entrance-wait =
    { $n ->
        [one] Too many failed attempts. Try again in { $n } minute
       *[other] Too many failed attempts. Try again in { $n } minutes
    }
