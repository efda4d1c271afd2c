"""Wagtail's API v2: what is public, whole, in constant numbers of queries.

It is Wagtail's own but for three things. Nothing restricted, drafted or expired
is in it, whoever asks. What blocks and pages point at is read together. And a
listing of several types with `fields=*` gives every field of each page's own
type, where Wagtail gives those that all types share.
"""

from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import Count, Min, Q
from django.utils import timezone
from wagtail.api import APIField
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.utils import BadRequestError, parse_fields_parameter
from wagtail.api.v2.views import PagesAPIViewSet as WagtailPagesAPIViewSet
from wagtail.api.validators import SiteFilterValidator
from wagtail.contrib.redirects.api.v2 import RedirectsAPIViewSet as WagtailRedirectsAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet as WagtailDocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet as WagtailImagesAPIViewSet
from wagtail.models import Page

from cms.core.api_fields import TagNamesField
from cms.core.kept import kept
from cms.core.library import public_files
from cms.core.limits.throttling import throttled
from cms.core.references import load_references
from cms.core.visibility import public_pages
from cms.delivery.keeping import same_for_all

from .reading import pages_with_keys, read_together
from .tokens import rate_of

_SHOWN = {"limit", "offset", "order", "fields"}  # parameters that change no number


class _Ours:
    """What all lists here have in common, unlike Wagtail's."""

    def get_renderer_context(self):
        """Wagtail's without its indents: to write them takes longer than to make the answer."""
        context = super().get_renderer_context()
        context.pop("indent", None)  # who reads it asks for `application/json; indent=4`
        return context

    def filter_queryset(self, queryset):
        """A filter's value that is none for its field is the client's mistake, and is said so."""
        try:
            return super().filter_queryset(queryset)
        except (ValidationError, ValueError) as error:
            messages = getattr(error, "messages", [str(error)])
            raise BadRequestError(" ".join(messages)) from error


class PagesAPIViewSet(_Ours, WagtailPagesAPIViewSet):
    def get_base_queryset(self):
        return self._public(Page)

    def get_queryset(self):
        queryset = super().get_queryset()
        # Wagtail asks for pages of one type by the keys of all; this asks for them alone.
        return queryset if queryset.model is Page else self._public(queryset.model)

    def _public(self, model):
        request = self.request
        try:
            site = SiteFilterValidator(site=request.GET.get("site"), request=request).site_obj
        except ValueError as error:
            raise BadRequestError(str(error)) from error
        if site is None:
            return model.objects.none()
        public = public_pages(model.objects.descendant_of(site.root_page, inclusive=True))
        if "search" not in request.GET:
            return public
        # By key, because a search backend can filter only by fields of its index.
        return model.objects.filter(pk__in=public.values("pk"))

    def get_object(self):
        page = super().get_object()
        load_references([page])
        return page

    def paginate_queryset(self, queryset):
        if "search" not in self.request.GET:
            queryset.count = partial(self._count, queryset)
        pages = list(super().paginate_queryset(queryset))
        if self._asks_for_everything() and queryset.model is Page:
            pages = pages_with_keys(page.pk for page in pages)
        if "fields" in self.request.GET:
            read_together(pages, self.get_available_fields)
        return pages

    def _count(self, queryset) -> int:
        """The number of pages, which takes going through them all: once until one changes."""
        asked = sorted(item for item in self.request.GET.lists() if item[0] not in _SHOWN)
        known = kept(("API v2 count", self.request.get_host(), str(asked)), dict)
        number, until = known.get("now", (None, None))
        if number is None or (until and until <= timezone.now()):
            found = queryset.order_by().aggregate(number=Count("pk"), until=Min("expire_at"))
            number = found["number"]
            known["now"] = number, found["until"]
        return number

    def get_serializer(self, *args, many=False, **kwargs):
        if many and self._asks_for_everything():
            return _EachByItsType(self, *args)
        return super().get_serializer(*args, many=many, **kwargs)

    def _asks_for_everything(self):
        return self.request.GET.get("fields", "").split(",")[0] == "*"

    def serializer_for(self, model):
        """The serializer of a listing's row, for one page type.

        Wagtail has no public way to ask for another type than the queryset's.
        """
        fields = parse_fields_parameter(self.request.GET["fields"])
        serializer = self._get_serializer_class(self.request.wagtailapi_router, model, fields)
        return serializer(context=self.get_serializer_context())


class _EachByItsType:
    """Serializes pages of several types, each with its own fields."""

    def __init__(self, view, pages):
        serializers = {}
        for page in pages:
            if type(page) not in serializers:
                serializers[type(page)] = view.serializer_for(type(page))
        self.data = [serializers[type(page)].to_representation(page) for page in pages]


class ImagesAPIViewSet(_Ours, WagtailImagesAPIViewSet):
    # Originals are not public: they may say where they were taken. Renditions are.
    meta_fields = ["type", "detail_url", APIField("tags", serializer=TagNamesField())]
    listing_default_fields = ["id", "type", "detail_url", "title", "tags"]
    nested_default_fields = ["id", "type", "detail_url", "title"]

    def get_queryset(self):
        images = self.model.for_display().prefetch_related("tags").order_by("id")
        return public_files(images, to_search="search" in self.request.GET)


class DocumentsAPIViewSet(_Ours, WagtailDocumentsAPIViewSet):
    meta_fields = [
        "type",
        "detail_url",
        APIField("tags", serializer=TagNamesField()),
        "download_url",
    ]

    def get_queryset(self):
        documents = self.model.for_display().prefetch_related("tags").order_by("id")
        return public_files(documents, to_search="search" in self.request.GET)

    def get_object(self):
        document = super().get_object()
        load_references([document])
        return document

    def paginate_queryset(self, queryset):
        documents = list(super().paginate_queryset(queryset))
        load_references(documents)
        return documents


class RedirectsAPIViewSet(_Ours, WagtailRedirectsAPIViewSet):
    def get_queryset(self):
        public = public_pages().values("pk")
        return (
            super()
            .get_queryset()
            .filter(Q(redirect_page=None) | Q(redirect_page__in=public))
            .select_related("redirect_page", "site")
        )


class Router(WagtailAPIRouter):
    def wrap_view(self, func):
        view = same_for_all(super().wrap_view(func), may=_depends_on_events_alone)
        return throttled(rate_of)(view)


def _depends_on_events_alone(request):
    """The search index follows some time after an event, and chance follows nothing."""
    return "search" not in request.GET and "random" not in request.GET.get("order", "")


api_router = Router("wagtailapi")
api_router.register_endpoint("pages", PagesAPIViewSet)
api_router.register_endpoint("images", ImagesAPIViewSet)
api_router.register_endpoint("documents", DocumentsAPIViewSet)
api_router.register_endpoint("redirects", RedirectsAPIViewSet)
