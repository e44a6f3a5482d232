"""The web server's way in: refuses to start unsafely. What it serves is in `urls.py`."""

import os

from django.core.wsgi import get_wsgi_application

from srm.startup import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")
os.environ.setdefault("SRM_PROCESS", "web")

application = get_wsgi_application()
refuse_unsafe_start()
