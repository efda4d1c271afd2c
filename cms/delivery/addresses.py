"""Which addresses the server may call on behalf of whoever manages webhooks.

Without this, a webhook could reach what only this machine can: its own services,
its neighbours, and the store of keys that cloud hosts keep at 169.254.169.254.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The address may not be called, or can't be found; its text is a sentence for staff."""


def split(url: str) -> SplitResult:
    """The parts of an address whose form is right; raises `Refused`."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        parts = port = None
    if not (port and parts.hostname and url.isascii()):
        raise Refused("This is not an address that can be called.")
    if "@" in parts.netloc:
        raise Refused("The address must not hold a name or a password.")
    if parts.scheme != "https" and not settings.WEBHOOK_ALLOW_PRIVATE_NETWORKS:
        raise Refused("The address must begin with https://.")
    return parts


def resolve(parts: SplitResult) -> list[tuple]:
    """Where to connect to: rows of `socket.getaddrinfo`; raises `Refused`.

    Whoever asked must connect to one of these and not ask for the name again: it
    may mean another address by then.
    """
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"The name {parts.hostname} could not be found.") from error
    if not settings.WEBHOOK_ALLOW_PRIVATE_NETWORKS:
        for *_, address in found:
            if not is_public(address[0]):
                raise Refused(f"{parts.hostname} is inside a private network.")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one of the whole internet's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        # An IPv4 address in the clothes of IPv6.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        if inner and not inner.is_global:
            return False
        if ip.ipv4_mapped:
            ip = inner
    return ip.is_global and not ip.is_multicast
