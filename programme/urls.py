from django.urls import path

from . import views

urlpatterns = [
    path("sign-up/<int:page_id>/", views.sign_up, name="sign_up"),
    path("sign-up/<int:page_id>/thank-you/", views.sign_up_thanks, name="sign_up_thanks"),
]
