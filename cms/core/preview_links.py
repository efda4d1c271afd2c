"""The screens on which editors share drafts with people who have no account."""

from datetime import timedelta
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.menus.pages import PageMenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.log_actions import log
from wagtail.models import Page

from .models import BasePage, PreviewLink, SiteSettings
from .models.preview import may_share

DAYS = {"1": "A day", "7": "A week", "30": "A month"}
MEDIA = forms.Media(css={"all": ["css/admin/preview_links.css"]})


class ShareButton(PageMenuItem):
    """Among the actions of a page, for those who may change it."""

    label = "Share a draft"
    icon_name = "link"
    url_name = "preview_links"

    def is_shown(self, user):
        return _is_shareable(self.page) and may_share(user, self.page)


class LinkForm(forms.ModelForm):
    days = forms.ChoiceField(
        label="It works for", choices=DAYS.items(), initial="7", widget=forms.RadioSelect
    )

    class Meta:
        model = PreviewLink
        fields = ["note", "days"]


class PageScreen(WagtailAdminTemplateMixin):
    """A screen about the links of one page, for those who may change the page."""

    header_icon = "link"

    def dispatch(self, request, *args, **kwargs):
        if not (_is_shareable(self.page) and may_share(request.user, self.page)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def page(self):
        return get_object_or_404(Page, pk=self.kwargs["page_id"]).specific

    @cached_property
    def list_url(self):
        return reverse("preview_links", args=[self.page.pk])

    def get_page_subtitle(self):
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self):
        edit = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        title = Truncator(self.page.get_admin_display_title()).chars(40)
        return [
            *self.breadcrumbs_items,
            {"url": edit, "label": title},
            {"url": self.list_url, "label": "Share a draft"},
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(page=self.page, media=MEDIA, **kwargs)


class PreviewLinksView(PageScreen, FormView):
    """The links of a page, and a form that makes another."""

    page_title = "Share a draft"
    template_name = "core/preview_links.html"
    form_class = LinkForm

    def form_valid(self, form):
        link = form.instance
        link.page = self.page.page_ptr
        link.created_by = self.request.user
        link.ends_at = timezone.now() + timedelta(days=int(form.cleaned_data["days"]))
        link.save()
        log(instance=self.page, action="core.preview_link.made")
        messages.success(self.request, "The link is made. Copy it, and send it to the person.")
        return redirect(self.list_url)

    def get_context_data(self, **kwargs):
        links = PreviewLink.objects.filter(page=self.page).select_related("created_by")
        address = SiteSettings.preview_address_at(self.page.get_url_parts()[0])
        return super().get_context_data(
            links=self._with_state(links),
            is_private=self.page.get_view_restrictions().exists(),
            front_end=urlsplit(address).netloc,
            **kwargs,
        )

    def _with_state(self, links) -> list:
        """The links, each with its `page` in hand and why it does not work, if it doesn't."""
        may = {}
        for link in links:
            link.page = self.page
            maker = link.created_by
            if maker.pk not in may:
                may[maker.pk] = may_share(maker, self.page)
            link.lost = not may[maker.pk]
        return list(links)


class WithdrawView(PageScreen, TemplateView):
    """Asks once more, then has a link work no longer."""

    page_title = "Withdraw a link"
    template_name = "core/withdraw_preview_link.html"

    @cached_property
    def link(self):
        return get_object_or_404(PreviewLink, pk=self.kwargs["link_id"], page=self.page)

    def get_context_data(self, **kwargs):
        return super().get_context_data(link=self.link, list_url=self.list_url, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": "Withdraw"}]

    def post(self, request, *args, **kwargs):
        self.link.delete()
        log(instance=self.page, action="core.preview_link.withdrawn")
        messages.success(request, "The link is withdrawn. Nobody can open it any more.")
        return redirect(self.list_url)


def _is_shareable(page) -> bool:
    return issubclass(page.specific_class, BasePage) and page.get_url_parts() is not None
