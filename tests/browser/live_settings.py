"""The live service's settings, with the collected static files in a folder of their own."""

from cms.settings.production import *  # noqa: F403
from cms.settings.production import env

STATIC_ROOT = env("STATIC_ROOT")
