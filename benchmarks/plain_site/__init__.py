"""An app for the site of `wagtail start`: a page with our blocks, as Wagtail's guide shows them."""
