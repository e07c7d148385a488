"""Pages and API."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config import start  # noqa: E402 - its imports need Django set up
from config.warm import load_pages  # noqa: E402

start.look()
load_pages()
gc.collect()
gc.freeze()  # what the server loads before it forks stays shared: the collector would write to each object's header
