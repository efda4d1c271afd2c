"""What an operator sees of the site: docs/operations.md says what each thing means.

`scope`         what a log line is about: a request, a background task
`requests`      the middleware that sees each request: its line, its time
`services`      what the site needs of others, and whether it is there
`health`        `/health/live/` and `/health/ready/`
`readings`      numbers that are read when they are asked for
`metrics`       `/metrics/`, for Prometheus
`errors`        what is sent to an error reporter, and what is not
`examinations`  what `manage.py doctor` looks at

An app that stands above adds what it knows in its `ready`: `services.add`,
`readings.add`, `examinations.examine`.
"""
