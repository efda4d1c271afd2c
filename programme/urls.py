from django.urls import path

from .views import form, yours

urlpatterns = [
    path("sign-up/<int:page_id>/", form.sign_up, name="sign_up"),
    path("sign-up/<int:page_id>/goodbye/", yours.goodbye, name="sign_up_goodbye"),
    path("sign-up/sent/<str:token>/", form.sent, name="sign_up_sent"),
    path("sign-up/confirm/<str:token>/", yours.confirm, name="sign_up_confirm"),
    path("sign-up/new-address/<str:token>/", yours.new_address, name="sign_up_new_address"),
    path("sign-up/yours/<str:token>/", yours.yours, name="sign_up_yours"),
    path("sign-up/yours/<str:token>/thank-you/", yours.thanks, name="sign_up_thanks"),
    path("sign-up/yours/<str:token>/change/", yours.change, name="sign_up_change"),
    path("sign-up/yours/<str:token>/download/", yours.download, name="sign_up_download"),
    path("sign-up/yours/<str:token>/withdraw/", yours.withdraw, name="sign_up_withdraw"),
]
