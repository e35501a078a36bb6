### Words that all services share. The words of one slice are beside its templates.

## Page

veche = Veche
veche-of-city = Veche, { $city }
skip-to-content = Skip to content
main-navigation = Sections
language-switch = Language
language-ru = Рус
language-en = Eng
theme-switch = Appearance
theme-auto = Same as the system
theme-light = Light
theme-dark = Dark
close = Close
footer-promise = Veche, { $city }. Every appeal gets a number, somebody in charge and a date.

to-sign-in = Staff sign-in
to-staff-pages = To the desk
sign-out = Sign out

## Terms

term-until = by { $weekday }, { $day }
remaining-working-days =
    { $n ->
        [0] today is the last day
        [one] { $n } working day left
       *[other] { $n } working days left
    }
remaining-calendar-days =
    { $n ->
        [0] today is the last day
        [one] { $n } calendar day left
       *[other] { $n } calendar days left
    }
remaining-working-hours =
    { $n ->
        [0] less than a working hour left
        [one] { $n } working hour left
       *[other] { $n } working hours left
    }
remaining-uncounted = the term is not over
late-working-days =
    { $n ->
        [0] the term is over
        [one] { $n } working day late
       *[other] { $n } working days late
    }
late-calendar-days =
    { $n ->
        [0] the term is over
        [one] { $n } calendar day late
       *[other] { $n } calendar days late
    }
late-working-hours =
    { $n ->
        [0] the term is over
        [one] { $n } working hour late
       *[other] { $n } working hours late
    }

## Notices and fields

notice-info = Note
notice-attention = Please note
notice-error = Error
notice-success = Done
field-optional = (optional)
form-has-errors =
    { $n ->
        [one] Correct { $n } field and you can send it
       *[other] Correct { $n } fields and you can send it
    }
letters-left =
    { $n ->
        [one] { $n } character left
       *[other] { $n } characters left
    }
steps = Steps
step-done = Done

## Timeline

timeline = What has happened

## Charts

chart-as-table = The same as a table
chart-option = Option
chart-share = Share
chart-total = Total

## Lists and keys

no-connection = No connection to the server. Nothing may have been sent; check the network and try again.
row-remaining-working-days =
    { $n ->
        [0] today
        [one] { $n } workday
       *[other] { $n } workdays
    }
row-remaining-calendar-days =
    { $n ->
        [0] today
        [one] { $n } day
       *[other] { $n } days
    }
row-remaining-working-hours =
    { $n ->
        [0] < 1 work h
       *[other] { $n } work h
    }
row-remaining-uncounted = runs
row-late-working-days =
    { $n ->
        [0] over
        [one] −{ $n } workday
       *[other] −{ $n } workdays
    }
row-late-calendar-days =
    { $n ->
        [0] over
        [one] −{ $n } day
       *[other] −{ $n } days
    }
row-late-working-hours =
    { $n ->
        [0] over
       *[other] −{ $n } work h
    }
row-no-term = no term
row-unread = Unread

keys-button = Keys
keys-title = Keys
keys-on = Use these keys on this computer
keys-layout = The keyboard layout does not matter: the same keys work in Russian and in English.
key-next = next row
key-previous = previous row
key-open = open it; once more, go to it
key-back = back to the list
key-help = this help

## Pages of a list

pagination = Pages of the list
page-newer = Newer
page-older = Older

## Errors

error-code = Error { $code }
error-what-to-do = What to do
error-home = To the first page
error-kept = Everything you sent before is safe.
error-request = Request number for support:

error-400-title = We could not read this request
error-400-text = Something in the address or in the data is wrong, so we did nothing.
error-400-action = Go one step back and try again. If you followed a link, check that it was copied whole.
error-401-title = Please sign in
error-401-text = This page is for staff, and you are not signed in or your session has ended.
error-401-action = Sign in and open the page again.
error-403-title = This page is closed to you
error-403-text = You are signed in, but your role does not allow this.
error-403-action = If you need it for your work, ask the Veche administrator of your department.
error-404-title = There is no such page
error-404-text = There may be a typing error in the address, or the page has been removed.
error-404-action = Check the address. Your appeal is easiest to find by its number and code under “My appeal”.
error-409-title = Somebody else has changed this
error-409-text = The data changed while you had the page open, and your action no longer fits.
error-409-action = Reload the page, see what has changed, and repeat the action if it is still needed.
error-410-title = This page is gone
error-410-text = It has been removed and will not come back.
error-410-action = Start from the first page.
error-413-title = The file or the text is too large
error-413-text = We could not take this much data at once.
error-413-action = Shorten the text or attach smaller photos.
error-422-title = Some fields are not right
error-422-text = Nothing was saved, because part of the data does not fit.
error-422-action = Go back to the form and check the fields.
error-429-title = Too many requests
error-429-text = More requests came from your address than we can handle.
error-429-action = Wait a minute and try again.
error-500-title = Something broke on our side
error-500-text = It is our mistake, not yours. We have recorded what happened.
error-500-action = Try again in a few minutes. If that does not help, tell support the request number.
error-503-title = We cannot answer right now
error-503-text = Part of the system is restarting or overloaded.
error-503-action = Wait a minute and reload the page.
