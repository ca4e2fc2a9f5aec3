# Stage one holds the installer's leavings, stage two what runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/onsite
COPY requirements.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/onsite
COPY .ci/packages .ci/packages
RUN .ci/packages run && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/onsite --shell /usr/sbin/nologin onsite
COPY --from=build /opt/venv /opt/venv
COPY . .
# Compressed once here, not at every start. Only `var` may be written to at run time.
RUN mkdir -p var/media \
    && set -a && . ./.ci/production.env && set +a \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R onsite:onsite var
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-m", "onsite.core.probe"]
CMD ["gunicorn", "onsite.wsgi:application", "--bind=0.0.0.0:8000", "--workers=2", "--threads=8", "--no-control-socket"]
