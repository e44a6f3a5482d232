"""The queue's settings. The database, not the queue, knows what must be done."""

from django.conf import settings

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 0.5 if settings.PROCESS == "web" else 5,
    "socket_timeout": 0.5 if settings.PROCESS == "web" else 10,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "global_keyprefix": "srm:",
}
task_ignore_result = True
task_publish_retry = False
task_time_limit = 3000  # below the visibility time-out: a task is never handed out twice
task_soft_time_limit = 2940
task_default_queue = "srm"
worker_prefetch_multiplier = 1
# Celery closes the database connection around every task unless told otherwise; districts.pipeline.tasks
# does it as a request would, by age and health.
CELERY_DB_REUSE_MAX = 1_000_000
worker_max_tasks_per_child = 500
worker_hijack_root_logger = False
worker_enable_remote_control = True
timezone = "UTC"
beat_schedule = {
    "sweep": {"task": "sweep", "schedule": 5.0, "options": {"expires": 15}},
    "new_day": {"task": "new_day", "schedule": 900.0, "options": {"expires": 600}},
}
