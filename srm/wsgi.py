"""The web server's way in. Composes nothing: that is `urls.py`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")

application = get_wsgi_application()
