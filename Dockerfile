# syntax=docker/dockerfile:1
# The site as docs/operations.md installs it. Packages are fetched and checked in one stage;
# what runs has no compiler, no pip and no root.

FROM python:3.13-slim-bookworm AS made
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt .
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt \
    && .venv/bin/python -m pip uninstall --quiet --yes pip
COPY manage.py ./
COPY cms cms
COPY home home
COPY programme programme
COPY resources resources
COPY search search
COPY templates templates
COPY static static
RUN .venv/bin/python -m compileall -q cms home programme resources search
# Settings want a key, a host and an address. These are for this line alone, and are not kept.
RUN SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_hex(32))')" \
    ALLOWED_HOSTS=localhost WAGTAILADMIN_BASE_URL=https://localhost VAR_DIR=/app/var \
    DJANGO_SETTINGS_MODULE=cms.settings.production \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cms.settings.production \
    VAR_DIR=/var/lib/co-production STATIC_ROOT=/app/var/static
WORKDIR /app
COPY --from=made /app /app
# The one place that is written to: a volume, or a file system in memory.
RUN install -d -o 10001 -g 10001 -m 750 /var/lib/co-production
VOLUME /var/lib/co-production
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live/', timeout=2)"]
CMD ["python", "manage.py", "serve", "--alone", "--host=0.0.0.0", "--port=8000", "--workers=2"]
