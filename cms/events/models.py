"""The publishing event log: what changed for readers, recorded once, read by all who must react."""

from django.db import models


class Event(models.Model):
    """One change of what readers can see. Rows are added and never changed."""

    class What(models.TextChoices):
        PUBLISHED = "published"
        UNPUBLISHED = "unpublished"
        MOVED = "moved"
        DELETED = "deleted"

    number = models.BigAutoField(primary_key=True)  # a later commit has a higher one
    what = models.CharField(max_length=11, choices=What)
    model = models.CharField(max_length=100)  # such as "resources.ToolkitPage"
    key = models.CharField(max_length=40)
    tree_path = models.CharField(max_length=255, blank=True)  # where a page stands
    urls = models.JSONField(default=list)  # a page's address, and before it the one it had
    at = models.DateTimeField(auto_now_add=True)
    public = models.BooleanField(default=False)  # whether readers may see it after the change
    title = models.CharField(max_length=255, blank=True)  # a page's, by which others link to it
    # Whether a page is to be shown in menus.
    in_menus = models.BooleanField(default=False, db_default=False)
    # [[model, key], …]: what showed it, and files that it showed, where that can't be
    # found out later.
    shown_on = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["model", "key", "number"], name="event_about")]

    def __str__(self):
        return f"{self.number}: {self.model} {self.key} {self.what}"


GONE = {Event.What.UNPUBLISHED, Event.What.DELETED}


class Reader(models.Model):
    """How far someone who follows the log has read."""

    name = models.CharField(max_length=60, primary_key=True)
    read_to = models.BigIntegerField(default=0)

    def __str__(self):
        return f"{self.name}: {self.read_to}"
