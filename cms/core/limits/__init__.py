"""What a request may be, how many there may be, and what is done while the database is away.

The numbers are settings, and docs/operations.md has the table. The server holds to some
of them by itself (`manage.py serve`); the rest is held here.

`layer`       the WSGI application around Django: heads, bodies and downloads
`bodies`      what a client sends, read in time or not at all
`turns`       how many may do what holds a thread, at once
`counts`      how often something was done: in Redis, or in a file of this machine
`throttling`  how often one place may ask
`database`    503 at once while the database is away, and until it is back
`watching`    what an operator sees of all this
"""
