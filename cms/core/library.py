"""Which pictures and documents are public: those that something public shows.

A file is public when its collection is (`cms.core.visibility`), and something that readers
see points at it: a public page, or a thing that has no drafts, such as a partner. So it
becomes public with its page, and goes with it. Nothing of this is stored: Wagtail's index
of references says what points at what, and whoever records a publish brings it up to date.

The rule is one expression for the database, without anything read before, so that a
picture costs one query. A model that is shown in further ways, as a document is by its
collection, says so by a class method `is_shown(is_used)`.
"""

from collections.abc import Callable

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    ReferenceIndex,
)
from wagtail.permissions import policy_registry

from . import draft_files
from .kept import at_hand
from .visibility import (
    is_in_public_collection,
    is_public,
    is_public_collection,
    not_expired,
)

_EDITING = {"add", "change", "choose", "delete", "publish"}
MOST_KNOWN = 5000  # files, in each process
_without_drafts: list = []


def shows_files(model) -> None:
    """Have what things of `model` point at be public: readers see them from when they are saved."""
    _without_drafts.append(model)


def models_without_drafts() -> list:
    """Those that said so."""
    return list(_without_drafts)


def file_models() -> tuple:
    """The models of files that are public only where something shows them."""
    return get_image_model(), get_document_model()


# The rule ----------------------------------------------------------------------------


def public_files(queryset, *, to_search=False):
    """The images or documents of `queryset` that readers may see.

    `to_search`: the same by key, because a search backend can filter only by fields of its
    index. A database that need not give all of them takes longer for it.
    """
    model = queryset.model
    if to_search:
        return queryset.filter(pk__in=public_files(model._default_manager.all()).values("pk"))
    return queryset.filter(_is_public(model))


def with_publicity(queryset):
    """`queryset`, so that `is_public_file` asks nothing more of what is read."""
    rule = ExpressionWrapper(_is_public(queryset.model), output_field=BooleanField())
    return queryset.annotate(known_to_be_public=rule)


def is_public_file(item) -> bool:
    """The same rule for an image or a document that is in hand; one query at most."""
    known = getattr(item, "known_to_be_public", None)
    return _is_public_now(item) if known is None else bool(known)


def _is_public_now(item) -> bool:
    return public_files(type(item)._default_manager.filter(pk=item.pk)).exists()


def public_picture(path: str) -> int | None:
    """The key of the image of which the stored file at `path` is a size; None if it is not public.

    One query, or none while nothing has changed. Only what is public is remembered: the
    index of references may learn of more without an event.
    """
    known = at_hand("public pictures", dict)
    if path not in known:
        images = get_image_model()._default_manager
        sizes = images.filter(_is_public(images.model), renditions__file=path)
        key = sizes.values_list("pk", flat=True).first()
        if key is None or len(known) >= MOST_KNOWN:
            return key
        known[path] = key
    return known[path]


def readers_may_see(thing) -> bool:
    """The same for anything that editors change: a page, a file, a collection, a snippet."""
    if isinstance(thing, Page):
        return is_public(thing)
    if isinstance(thing, Collection):
        return is_public_collection(thing)
    if isinstance(thing, file_models()):
        return _is_public_now(thing)
    expires = getattr(thing, "expire_at", None)
    return getattr(thing, "live", True) and (expires is None or expires > timezone.now())


# Those who see more --------------------------------------------------------------------


def may_see(request, item) -> bool:
    """Whether this reader may see an image or a document, be it public or not."""
    return is_public_file(item) or is_let_in(request, item)


def is_let_in(request, item) -> bool:
    """Whether this reader may see an image or a document that is not public.

    Whoever reads a draft that shows it; editors; and those who may read the private page or
    collection that it is in. What is in a private collection is for its own readers, and
    for editors who may work with it.
    """
    if draft_files.opens(request):
        return True
    if is_in_public_collection(item):
        return _edits(request.user, type(item)) or _is_on_an_open_page(request, item)
    return all(
        restriction.accept_request(request)
        for restriction in item.collection.get_view_restrictions()
    ) or policy_registry.get_by_type(type(item)).user_has_any_permission_for_instance(
        request.user, {"change", "choose", "delete"}, item
    )


def _edits(user, model) -> bool:
    """Whether someone works with pages or with such files: not who answers sign-ups alone."""
    return user.has_perm("wagtailadmin.access_admin") and any(
        policy_registry.get_by_type(kind).user_has_any_permission(user, _EDITING)
        for kind in (model, Page)
    )


def _is_on_an_open_page(request, item) -> bool:
    """Whether a page shows it that is private, and that this reader has been let in to."""
    restrictions = list(PageViewRestriction.objects.select_related("page"))
    shut = [each.page.path for each in restrictions if not each.accept_request(request)]
    if len(shut) == len(restrictions):
        return False
    pages = Page.objects.live().filter(not_expired())
    for path in shut:
        pages = pages.exclude(path__startswith=path)
    model = type(item)
    return model._default_manager.filter(_is_shown(model, pages), pk=item.pk).exists()


# How it is asked -----------------------------------------------------------------------


def in_open_collection() -> Q:
    """For images and documents: neither their collection nor one above it is private."""
    return _unrestricted(CollectionViewRestriction, "collection__path")


def _is_public(model) -> Q:
    pages = Page.objects.live().filter(not_expired(), _unrestricted(PageViewRestriction, "path"))
    return in_open_collection() & _is_shown(model, pages)


def _unrestricted(restriction, place: str) -> Q:
    """Nothing at or above the tree path `place` has a restriction of this kind."""
    above = restriction.objects.annotate(
        asked=ExpressionWrapper(OuterRef(place), output_field=CharField())
    )
    owner = "page" if restriction is PageViewRestriction else "collection"
    return Q(~Exists(above.filter(asked__startswith=F(f"{owner}__path"))))


def _is_shown(model, pages) -> Q:
    """Whether one of `pages`, or a thing that has no drafts, shows a `model`."""

    def is_used(other) -> Q:
        return _is_used(other, pages)

    say: Callable | None = getattr(model, "is_shown", None)
    return say(is_used) if say else is_used(model)


def _is_used(model, pages) -> Q:
    to, page, *others = (_type(each).pk for each in (model, Page, *_without_drafts))
    uses = ReferenceIndex.objects.filter(
        to_content_type=to, to_object_id=Cast(OuterRef("pk"), CharField())
    ).annotate(
        # Keys of other models may be no numbers, and a database may look at them first.
        page_key=Case(When(base_content_type=page, then=Cast("object_id", BigIntegerField())))
    )
    shown = Exists(pages.filter(pk=OuterRef("page_key")))
    return Q(Exists(uses.filter(Q(base_content_type__in=others) | Q(shown))))


def _type(model) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=False)
