"""The product's own settings with probing pages and a probing job, and a pool that must be shared."""

from srm.settings import *  # noqa: F403
from srm.settings import DATABASES

ROOT_URLCONF = "tests.isolation.probe.urls"
SRM_PIPELINE = "tests.isolation.probe.pipeline.PIPELINE"
if "pool" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["pool"] |= {"max_size": 3, "timeout": 60}
