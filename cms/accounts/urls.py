"""The steps of signing in. They stand before Wagtail's addresses of the editor."""

from django.urls import path

from . import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="wagtailadmin_login"),
    path("login/code/", views.CodeView.as_view(), name="sign_in_code"),
    path("login/set-up/", views.SetUpView.as_view(), name="sign_in_set_up"),
    path("login/provider/", views.ProviderView.as_view(), name="sign_in_provider"),
    path("login/provider/back/", views.ProviderBackView.as_view(), name="sign_in_provider_back"),
]
