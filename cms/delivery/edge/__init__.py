"""Caches in front of the site that are told what to forget: `EDGE_PURGE_URL`.

`tags`       what an answer was made of, by names that the edge keeps with it
`touched`    the tags of what some events changed
`backend`    how one edge is told, through Wagtail's frontend cache
`purging`    when they are told: before a publish returns, a moment later, and by the worker
"""
