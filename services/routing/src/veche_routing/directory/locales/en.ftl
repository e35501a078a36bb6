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

### Why an account cannot be made or changed.

rejected-login-unknown = There is no such account.
rejected-login-taken = This login is taken.
rejected-login-malformed = Login: lower-case Latin letters, digits, dot, dash or underscore, at most 64.
rejected-name-missing = Say how the person is called.
rejected-role-missing = At least one role is needed: { $roles }.
rejected-department-missing = An officer needs at least one department.
rejected-department-unknown = The department { $department } is not in the directory.
rejected-password-length = A password has { $min } to { $max } characters.
