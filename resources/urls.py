from django.urls import path, re_path

from . import views

urlpatterns = [
    path(
        "documents/<int:document_id>/versions/<int:number>/",
        views.document_version,
        name="document_version",
    ),
    path(
        "documents/<int:document_id>/thumbnail/<slug:digest>.webp",
        views.thumbnail,
        name="document_thumbnail",
    ),
    # Before Wagtail's own, at the same address.
    re_path(r"^documents/(\d+)/(.*)$", views.document),
    path(
        "collections/<int:collection_id>/download/",
        views.collection_archive,
        name="collection_archive",
    ),
]
