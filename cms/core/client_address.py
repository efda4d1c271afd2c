"""Where a request comes from, when there may be a proxy in front."""

from ipaddress import ip_address, ip_network

from django.conf import settings


def client_address(request) -> str:
    """The address of the client, as far as those tell us whom we trust.

    `TRUSTED_PROXIES` names the networks of our own proxies. Each adds the
    address that it was called from to the end of `X-Forwarded-For`, so the last
    one that is not ours is the client's; what stands before it anyone may have
    written.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    while _is_ours(address) and hops:
        hop = hops.pop().strip()
        if not _is_address(hop):
            break
        address = hop
    return address


def _is_ours(address):
    return _is_address(address) and any(
        ip_address(address) in ip_network(network) for network in settings.TRUSTED_PROXIES
    )


def _is_address(text):
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
