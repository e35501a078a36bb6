### The words of signing in.

sign-in-title = Staff sign-in
sign-in-login = Login
sign-in-password = Password
sign-in-button = Sign in
sign-in-failed-hint = Check the keyboard layout and Caps Lock. After several failures the sign-in is closed for a few minutes.
sign-in-help = Forgot the password, or have no access? Ask the Veche administrator of your department.
rejected-wrong-credentials = The login or the password is wrong
rejected-sign-in-throttled =
    { $minutes ->
        [one] Too many failed attempts. Try again in { $minutes } minute
       *[other] Too many failed attempts. Try again in { $minutes } minutes
    }

### One's own account: where it is signed in, and its password.

account-title = My account
account-login = Login: { $login }
account-sessions = Where you are signed in
account-sessions-hint = If one of them is not yours, end it and change the password.
account-client-browser = Browser
account-client-program = Program
account-this-session = this one
account-since = since { $moment }
account-end-session = End
account-end-session-of = End the session that began { $moment }
account-end-others = End all others
account-password = Password
account-current = Present password
account-new = New password
account-new-hint = 12 characters or more. Best are some words that do not belong together.
account-again = New password again
account-change = Change the password
account-done-password = The password is changed. The other sessions have ended.
account-done-ended = The session has ended.
rejected-password-guessable = This password is guessed too easily: it is like those that are tried first. Take some words that do not belong together.
rejected-password-unchanged = This is the present password. Take another one.
rejected-passwords-differ = The password and its repetition are not the same.
rejected-wrong-current-password = The present password is wrong.
rejected-session-unknown = This session has ended already.

### Why an account cannot be made or changed.

rejected-login-unknown = There is no such account.
rejected-login-taken = This login is taken.
rejected-login-malformed = Login: lower-case Latin letters, digits, dot, dash or underscore, at most 64.
rejected-name-missing = Say how the person is called.
rejected-role-missing = At least one role is needed: { $roles }.
rejected-department-missing = An officer needs at least one department.
rejected-department-unknown = The department { $department } is not in the directory.
rejected-password-length = A password has { $min } to { $max } characters.
