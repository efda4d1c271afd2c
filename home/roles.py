"""Who may do what: a group for each job, and the way a draft becomes public.

| group            | pages                              | images, documents | sign-ups |
|------------------|------------------------------------|-------------------|----------|
| Authors          | write drafts, change their own     | add               | –        |
| Editors          | change any, submit for approval    | add, change, delete | –      |
| Publishers       | publish, unpublish, move, schedule | add, change, delete | –      |
| Sign-up managers | –                                  | –                 | all      |

Administrators (superusers) may do everything. Webhooks and API tokens are theirs alone,
unless they give the permission to a group that they make.
"""

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

AUTHORS = "Authors"
EDITORS = "Editors"
PUBLISHERS = "Publishers"
SIGN_UP_MANAGERS = "Sign-up managers"
WORKFLOW = "Publishers"  # the button reads “Submit to Publishers”

_SIGN_IN = ["wagtailadmin.access_admin"]
_LIBRARY = [
    "core.add_image",
    "core.choose_image",
    "resources.add_document",
    "resources.choose_document",
]
_LIBRARY_EDITOR = [*_LIBRARY, "core.change_image", "resources.change_document"]

ROLES = {
    AUTHORS: {
        "site": _SIGN_IN,
        "pages": ["add_page"],
        "collections": _LIBRARY,
    },
    EDITORS: {
        "site": [
            *_SIGN_IN,
            "programme.add_partner",
            "programme.change_partner",
            "programme.view_partner",
        ],
        "pages": ["add_page", "change_page"],
        "collections": _LIBRARY_EDITOR,
    },
    PUBLISHERS: {
        "site": [
            *_SIGN_IN,
            "programme.add_partner",
            "programme.change_partner",
            "programme.delete_partner",
            "programme.view_partner",
            "core.add_alert",
            "core.change_alert",
            "core.delete_alert",
            "core.publish_alert",
            "core.view_alert",
            "core.change_sitesettings",
            "wagtailredirects.add_redirect",
            "wagtailredirects.change_redirect",
            "wagtailredirects.delete_redirect",
        ],
        "pages": [
            "add_page",
            "bulk_delete_page",
            "change_page",
            "lock_page",
            "publish_page",
            "unlock_page",
        ],
        "collections": _LIBRARY_EDITOR,
    },
    SIGN_UP_MANAGERS: {
        "site": [
            *_SIGN_IN,
            "programme.view_signup",
            "programme.change_signup",
            "programme.delete_signup",
            "programme.export_signup",
        ],
        "pages": [],
        "collections": [],
    },
}


def create_roles() -> None:
    """Make the groups and the workflow that are not there yet; leave the others as they are."""
    _remove_unused_wagtail_groups()
    missing = set(ROLES) - set(Group.objects.values_list("name", flat=True))
    if missing:
        permissions = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in Permission.objects.select_related("content_type")
        }
        for name in ROLES:
            if name in missing:
                _allow(Group.objects.create(name=name), ROLES[name], permissions)
    _create_workflow(Group.objects.get(name=PUBLISHERS))


def _allow(group, role, permissions):
    group.permissions.add(*(permissions[name] for name in role["site"]))
    root = Page.get_first_root_node()
    GroupPagePermission.objects.bulk_create(
        GroupPagePermission(group=group, page=root, permission=permissions[f"wagtailcore.{name}"])
        for name in role["pages"]
    )
    collection = Collection.get_first_root_node()
    GroupCollectionPermission.objects.bulk_create(
        GroupCollectionPermission(group=group, collection=collection, permission=permissions[name])
        for name in role["collections"]
    )


def _remove_unused_wagtail_groups():
    """Wagtail makes “Moderators” and “Editors”; ours replace them while nobody is in them."""
    if not Group.objects.filter(name=PUBLISHERS).exists():
        Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()


def _create_workflow(publishers):
    if Workflow.objects.filter(name=WORKFLOW).exists():
        return
    workflow = Workflow.objects.create(name=WORKFLOW)
    task = GroupApprovalTask.objects.create(name=WORKFLOW)
    task.groups.add(publishers)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    root = Page.get_first_root_node()
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    Workflow.objects.exclude(pk=workflow.pk).filter(workflow_pages=None).update(active=False)
