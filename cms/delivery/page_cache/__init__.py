"""The page cache: the outermost layer of the application, which answers before Django wakes.

`requests`   what of a request decides the answer, and how it wants it packed
`entries`    an answer that is kept: plain and packed, with its ETags
`store`      where entries are kept, bounded in number and size
`layer`      the WSGI application around the other one
"""

from .layer import PageCache

__all__ = ["PageCache"]
