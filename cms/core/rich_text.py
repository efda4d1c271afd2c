"""What an editor may use in rich text."""

# Headings are blocks of their own, so that contents lists and heading levels can
# be kept right.
FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]
