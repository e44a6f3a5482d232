# One image for web, worker, beat and setup. Build: docker compose build
FROM python:3.12-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srm
COPY Makefile package.json package-lock.json .npmrc ./
COPY requirements requirements
RUN make env-base
COPY static static
RUN make assets && rm -rf node_modules
COPY . .
RUN SRM_ENV=demo SRM_STATIC_ROOT=/srm/staticfiles .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.12-slim-bookworm
RUN useradd --system --user-group --no-create-home srm && install -d -o srm -g srm /var/lib/srm
COPY --from=build /srm /srm
WORKDIR /srm
ENV PATH=/srm/.venv/bin:$PATH PYTHONUNBUFFERED=1 SRM_HOME=/var/lib/srm SRM_STATIC_ROOT=/srm/staticfiles
USER srm
VOLUME /var/lib/srm
EXPOSE 8000
