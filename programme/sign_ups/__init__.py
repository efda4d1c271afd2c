"""What happens to a sign-up, from the first click to goodbye.

`tokens` says which form was filled in, and when; `taking` keeps what was sent;
`links` are what emails lead to; `messages` are the emails; `rights` is what a
person may ask for; `retention` is when it all goes.
"""
