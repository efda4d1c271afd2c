"""What the doctor says of sign-in."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.checks import Error
from django.core.checks import Warning as Advice

from cms.core.watching import examinations

from . import provider, second_factor


@examinations.examine("The second factor")
def _second_factor():
    if settings.SECOND_FACTOR != second_factor.REQUIRED and not examinations.is_ones_own_machine():
        yield Advice(
            "Whoever guesses or steals a publisher's password can change the site.",
            hint="Set SECOND_FACTOR=required: administrators and publishers then need a code "
            "from their phone too.",
        )


@examinations.examine("Where those who sign in come from")
def _proxies():
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        yield Advice(
            "Everyone seems to come from the proxy, so whoever types wrong passwords there "
            "makes everyone wait.",
            hint="Set TRUSTED_PROXIES to the network of your proxy, such as 10.0.0.0/8.",
        )


@examinations.examine("Sign-in by OpenID Connect", needs_database=True)
def _provider():
    if not provider.is_used():
        return
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_GROUPS"):
        if not getattr(settings, name):
            yield Error(
                f"{name} is not set, so nobody can sign in with {provider.name()}.",
                hint=f"Set {name}: see “Single sign-on” in docs/operations.md.",
            )
    named = set(settings.OIDC_GROUPS.values()) - {provider.ADMINISTRATORS}
    missing = named - set(Group.objects.filter(name__in=named).values_list("name", flat=True))
    if missing:
        yield Error(
            f"OIDC_GROUPS names groups that there are not: {', '.join(sorted(missing))}.",
            hint="Write their names as they stand under Settings, Groups.",
        )
    from . import oidc  # with a library that takes a while to import

    try:
        oidc.look()
    except provider.RefusedError as refused:
        yield Error(
            f"The provider can't be used. {refused}",
            hint="See that this machine reaches OIDC_ISSUER, and that it is written as the "
            "provider writes it.",
        )
