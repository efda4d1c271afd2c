"""The search page."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.models import Site

from cms.core.limits.throttling import of_place, throttled
from cms.core.navigation import main_menu

from .results import SearchResults, clean_query

RESULTS_PER_PAGE = 10


@throttled(of_place("search"))
@require_safe
def search(request):
    """Pages and documents that hold the words of `?q=`; page by page with `?page=`."""
    query = clean_query(request.GET.get("q", ""))
    results = None
    if query:
        paginator = Paginator(SearchResults(query, request), RESULTS_PER_PAGE)
        results = paginator.get_page(request.GET.get("page"))
    site = Site.find_for_request(request)
    return render(
        request,
        "search/search.html",
        {
            "query": query,
            "results": results,
            "total": results.paginator.count if results else 0,
            "suggestions": [entry["page"] for entry in main_menu(site)][1:] if site else [],
        },
    )
