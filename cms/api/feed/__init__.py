"""What changed for readers, in order: the ground of `sync/`.

The log of events tells what editors did. One event may change many things: what is
below a page that moves, what links to it, what shows a picture. The feed has a row
for each thing that is public, with the number of its last change; `FeedItem` says
more. It follows the log: `reach` finds what events touch, `keeping` writes it down.
Whether a thing *looks* other than before is not asked: one change too many does no
harm, and one too few makes a copy wrong for good.
"""
