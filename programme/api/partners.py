"""The partners, in the content API."""

from django.http import Http404
from ninja import Query, Router
from typing_extensions import TypedDict

from cms.api.content import cursors
from cms.api.content.api import content_api
from cms.api.content.frame import Answer, Id, Paging, reads
from cms.api.feed import kinds
from cms.core.references import load_references

from ..models import Partner
from ..shapes import Partner as PartnerShape

router = Router(tags=["Partners"])


class PartnerList(TypedDict):
    """A part of the list of partners."""

    items: list[PartnerShape]
    next_cursor: str | None


@reads(router, "", answers=PartnerList)
def list_partners(request, params: Query[Paging]):
    """The organisations that work together."""
    partners, next_cursor = cursors.part(request, Partner.objects.all(), params)
    load_references(partners)
    items = [partner.as_json(request) for partner in partners]
    return Answer({"items": items, "next_cursor": next_cursor}, ["partners"])


@reads(router, "{int:partner_id}/", answers=PartnerShape, may_be_missing=True)
def get_partner(request, partner_id: Id):
    """One partner."""
    partner = Partner.objects.filter(pk=partner_id).first()
    if partner is None:
        raise Http404
    load_references([partner])
    return Answer(partner.as_json(request), ["partners", f"partner-{partner.pk}"])


def _public(site):
    return Partner.objects.all()


def _to_keep(site, keys, request):
    partners = list(Partner.objects.filter(pk__in=keys))
    load_references(partners)
    return [partner.as_json(request) for partner in partners]


content_api.add_router("partners/", router)
kinds.add(kinds.Kind("partner", Partner, _public, PartnerShape, _to_keep))
