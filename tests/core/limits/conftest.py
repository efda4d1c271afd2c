from tests.delivery.conftest import redis_url  # noqa: F401
