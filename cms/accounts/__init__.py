"""Who signs in, how, and what is noted of it.

`throttle`       how many tries, and the wait after them
`second_factor`  the code from a phone, and recovery codes
`provider`       sign-in by the organisation's own accounts; `oidc` speaks OpenID Connect
`sessions`       a sign-in from its first step to its end
`dangerous`      what asks for the password again: the list
`confirming`     how it asks, so that nothing is lost
`audit`          what is noted, and the line for each
"""
