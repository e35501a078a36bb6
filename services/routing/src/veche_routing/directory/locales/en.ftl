### The words of signing in.

sign-in-title = Staff sign-in
sign-in-login = Login
sign-in-password = Password
sign-in-button = Sign in
sign-in-failed-hint = Check the keyboard layout and Caps Lock. After several failures the sign-in is closed for a few minutes.
sign-in-help = Forgot the password, or have no access? Ask the Veche administrator of your department.
sign-in-wrong = The login or the password is wrong
sign-in-wait =
    { $n ->
        [one] Too many failed attempts. Try again in { $n } minute
       *[other] Too many failed attempts. Try again in { $n } minutes
    }
