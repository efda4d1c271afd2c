"""What is noted when it happens, whichever way it came about."""

from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.models import (
    CollectionViewRestriction,
    GroupCollectionPermission,
    GroupPagePermission,
    GroupSitePermission,
    ModelLogEntry,
    PageLogEntry,
)

from . import audit, sessions, throttle

User = get_user_model()
#: Of an account: what it may do, and whose it is. That it changed is noted, not what it says.
WATCHED = {"email": "email address", "is_active": "active", "is_superuser": "administrator"}
_ADDED, _TAKEN = "added", "taken_away"
_HAPPENED = {"post_add": _ADDED, "post_remove": _TAKEN}

pre_save.connect(throttle.keep_no_more_than_is_counted, sender=AccessAttempt)


@receiver(user_logged_in)
def begin_a_session(request, user, **kwargs):
    sessions.begin(request)
    audit.note("signed_in", user, request=request, user=user, how=sessions.step_by(request))


@receiver(user_logged_out)
def end_a_session(request, user, **kwargs):
    if user:
        audit.note("signed_out", user, request=request, user=user)


@receiver(pre_save, sender=User)
def note_changes_of_an_account(instance, raw, update_fields, **kwargs):
    names = WATCHED.keys() & (WATCHED.keys() if update_fields is None else set(update_fields))
    if raw or instance.pk is None or not names:
        return
    before = User.objects.filter(pk=instance.pk).values(*names).first()
    changed = sorted(name for name in names if before and before[name] != getattr(instance, name))
    if changed:
        now = {WATCHED[name]: getattr(instance, name) for name in changed if name != "email"}
        audit.note("account_changed", instance, changed=[WATCHED[name] for name in changed], **now)


@receiver(post_save, sender=User)
@receiver(post_save, sender=Group)
def remember_that_it_is_loaded(instance, raw, **kwargs):
    """What `loaddata` reads is not done by anybody. Its relations follow, and don't say so."""
    instance.is_being_loaded = raw


@receiver(post_save, sender=User)
def note_a_new_account(instance, created, raw, **kwargs):
    if created and not raw:
        audit.note("account_made", instance, administrator=instance.is_superuser)


@receiver(m2m_changed, sender=User.groups.through)
def note_groups_of_an_account(instance, action, reverse, pk_set, **kwargs):
    _note_groups(instance, action, reverse, pk_set)


def _note_groups(instance, action, reverse, pk_set):
    if getattr(instance, "is_being_loaded", False):
        return
    if action == "pre_clear":
        happened = _TAKEN
        pk_set = set(
            (instance.user_set if reverse else instance.groups).values_list("pk", flat=True)
        )
    else:
        happened = _HAPPENED.get(action)
    if not happened or not pk_set:
        return
    if reverse:
        for user in User.objects.filter(pk__in=pk_set):
            audit.note("groups_changed", user, **{happened: [instance.name]})
    else:
        names = Group.objects.filter(pk__in=pk_set).values_list("name", flat=True)
        audit.note("groups_changed", instance, **{happened: sorted(names)})


@receiver(m2m_changed, sender=Group.permissions.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def note_permissions(instance, action, reverse, model, pk_set, **kwargs):
    happened = _HAPPENED.get(action)
    loaded = getattr(instance, "is_being_loaded", False)
    if happened and pk_set and not reverse and not loaded:
        found = model.objects.filter(pk__in=pk_set).select_related("content_type")
        names = sorted(f"{each.content_type.app_label}.{each.codename}" for each in found)
        audit.note("permissions_changed", instance, **{happened: names})


@receiver(post_save, sender=GroupPagePermission)
@receiver(post_save, sender=GroupCollectionPermission)
@receiver(post_save, sender=GroupSitePermission)
def note_permission_on_a_part(instance, raw, **kwargs):
    if not raw:
        _note_part(instance, _ADDED)


@receiver(post_delete, sender=GroupPagePermission)
@receiver(post_delete, sender=GroupCollectionPermission)
@receiver(post_delete, sender=GroupSitePermission)
def note_permission_taken_from_a_part(instance, **kwargs):
    _note_part(instance, _TAKEN)


def _note_part(instance, happened):
    part = next(name for name in ("page", "collection", "site") if hasattr(instance, f"{name}_id"))
    where = f"{part} {getattr(instance, f'{part}_id')}"
    audit.note(
        "permissions_changed",
        instance.group,
        **{happened: [instance.permission.codename]},
        on=where,
    )


@receiver(post_save, sender=CollectionViewRestriction)
def note_that_a_collection_is_private(instance, raw, **kwargs):
    """Wagtail notes it of pages alone."""
    if not raw:
        audit.note("privacy_changed", instance.collection, private_for=instance.restriction_type)


@receiver(post_delete, sender=CollectionViewRestriction)
def note_that_a_collection_is_public(instance, **kwargs):
    audit.note("privacy_changed", instance.collection, private_for="nobody")


@receiver(post_save, sender=ModelLogEntry)
@receiver(post_save, sender=PageLogEntry)
def write_the_line(instance, created, raw, **kwargs):
    if created and not raw and audit.is_audited(instance):
        audit.mirror(instance)
