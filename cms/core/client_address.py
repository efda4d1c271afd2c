"""Where a request comes from, when there may be a proxy in front."""

from ipaddress import ip_address, ip_network

from django.conf import settings

CUSTOMER = 64  # bits of an IPv6 address that one customer of a provider shares


def client_address(environ) -> str:
    """The address of the client, as far as those tell us whom we trust.

    `environ` is that of WSGI: the `META` of a request.

    `TRUSTED_PROXIES` names the networks of our own proxies. Each adds the
    address that it was called from to the end of `X-Forwarded-For`, so the last
    one that is not ours is the client's; what stands before it anyone may have
    written.
    """
    address = environ.get("REMOTE_ADDR", "")
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while is_ours(address) and hops:
        hop = hops.pop().strip()
        if not _is_address(hop):
            break
        address = hop
    return address


def place(environ) -> str:
    """Where a request comes from, to count what comes from there.

    Who has one IPv6 address has millions, so there it is the network of a customer.

    >>> place({"REMOTE_ADDR": "2001:db8::7"})
    '2001:db8::/64'
    """
    address = client_address(environ)
    if not _is_address(address):
        return address
    found = ip_address(address)
    if found.version == 4:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found.packed, CUSTOMER), strict=False))


def is_ours(address: str) -> bool:
    """Whether it is one of our own proxies'."""
    return _is_address(address) and any(
        ip_address(address) in ip_network(network) for network in settings.TRUSTED_PROXIES
    )


def _is_address(text):
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
