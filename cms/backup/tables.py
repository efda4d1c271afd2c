"""Which tables are in a backup, and which are not and why: the one place that says so.

A test fails while a table is in neither list. One that is left out is emptied by
a restore, and must then come back by itself or not be missed.
"""

from django.apps import apps
from django.db import connection, models

#: Copied row by row, with the same keys. Content types and permissions are among them,
#: so that a number of one is right wherever it stands, also inside a revision's JSON.
DATA = {
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "api.Token",
    "core.Alert",
    "core.Image",
    "core.PreviewLink",
    "core.Rendition",  # readers see every picture at once, and its address stays
    "core.SiteSettings",
    "core.User",
    "core.User_groups",
    "core.User_user_permissions",
    "otp_static.StaticDevice",
    "otp_static.StaticToken",
    "otp_totp.TOTPDevice",
    "delivery.Delivery",
    "delivery.Endpoint",
    "events.Event",
    "events.Reader",
    "home.HomePage",
    "home.StandardPage",
    "programme.BenefitsPage",
    "programme.FormField",
    "programme.GetInvolvedPage",
    "programme.Partner",
    "programme.PartnersPage",
    "programme.SignUp",
    "programme.SignUpChoice",
    "programme.SignUpMessage",
    "programme.SignUpNote",
    "programme.SignUpPurge",
    "resources.CollectionArchive",
    "resources.Document",
    "resources.DocumentVersion",
    "resources.DownloadCount",
    "resources.MaterialsPage",
    "resources.PageExport",
    "resources.ToolkitChapterPage",
    "resources.ToolkitPage",
    "taggit.Tag",
    "taggit.TaggedItem",
    "wagtailcore.APIToken",
    "wagtailcore.Collection",
    "wagtailcore.CollectionViewRestriction",
    "wagtailcore.CollectionViewRestriction_groups",
    "wagtailcore.Comment",
    "wagtailcore.CommentReply",
    "wagtailcore.GroupApprovalTask",
    "wagtailcore.GroupApprovalTask_groups",
    "wagtailcore.GroupCollectionPermission",
    "wagtailcore.GroupPagePermission",
    "wagtailcore.GroupSitePermission",
    "wagtailcore.Locale",
    "wagtailcore.ModelLogEntry",
    "wagtailcore.Page",
    "wagtailcore.PageLogEntry",
    "wagtailcore.PageSubscription",
    "wagtailcore.PageViewRestriction",
    "wagtailcore.PageViewRestriction_groups",
    "wagtailcore.Revision",
    "wagtailcore.Site",
    "wagtailcore.Task",
    "wagtailcore.TaskState",
    "wagtailcore.Workflow",
    "wagtailcore.WorkflowContentType",
    "wagtailcore.WorkflowPage",
    "wagtailcore.WorkflowState",
    "wagtailcore.WorkflowTask",
    "wagtailforms.FormSubmission",
    "wagtailredirects.Redirect",
    "wagtailusers.UserProfile",
}

LEFT_OUT = {
    "axes.AccessAttempt": "failures of the last minutes",
    "axes.AccessAttemptExpiration": "is not used",
    "axes.AccessFailureLog": "is not used: the audit log has it",
    "axes.AccessLog": "is not used: the audit log has it",
    "api.Feed": "begins anew, so that every client of sync/ does",
    "api.FeedItem": "worked out from the content",
    "api.PreparedPage": "worked out from the content",
    "core.DailyWork": "when this database was last tidied",
    "core.KeptDraft": "what someone is typing",
    "core.Worker": "which processes do background tasks now",
    "django_tasks_database.DBTaskResult": "a restored site sends nothing by itself",
    "sessions.Session": "people sign in again",
    "wagtailadmin.Admin": "has no rows",
    "wagtailadmin.EditingSession": "who has an editor open",
    "wagtailadmin.FormState": "what someone is typing",
    "wagtailcore.ReferenceIndex": "rebuilt from the content",
    "wagtailcore.UploadedFile": "an upload that has not been given its words yet",
    "wagtaildocs.Document": "ours is used instead",
    "wagtailembeds.Embed": "asked for again",
    "wagtailimages.Image": "ours is used instead",
    "wagtailimages.Rendition": "ours is used instead",
    "wagtailsearch.IndexEntry": "rebuilt from the content; each database has its own kind",
    "wagtailsearch.SQLiteFTSIndexEntry": "follows the one above by triggers",
}

#: Tables that can lose a file and have it made again. Others must have theirs.
MADE_AGAIN = {"core.Rendition", "resources.CollectionArchive", "resources.PageExport"}
_BY_TRIGGERS = {"wagtailsearch.SQLiteFTSIndexEntry"}


def all_models() -> list:
    """Every model with a table of its own, by name."""
    models = (model for model in apps.get_models(include_auto_created=True))
    return sorted((model for model in models if not model._meta.proxy), key=label)


def label(model) -> str:
    return model._meta.label


def in_backup() -> list:
    return [model for model in all_models() if label(model) in DATA]


def to_empty() -> list:
    """What a restore empties first: all that this database has."""
    there = set(connection.introspection.table_names())
    return [
        model
        for model in all_models()
        if model._meta.db_table in there and label(model) not in _BY_TRIGGERS
    ]


def fields_of(model) -> list:
    """The columns of a model's own table; a page's are in two tables."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def file_fields(model) -> list:
    return [field for field in fields_of(model) if isinstance(field, models.FileField)]
