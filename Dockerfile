# The target `bot`, which understands by itself (what Rasa trained lies in the tree). It runs as user 10001 and needs no
# writable file system but /tmp (and /var/lib/askonce where the bot keeps its SQLite file).
FROM python:3.11-slim-bookworm AS packages
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY dialogue dialogue
COPY kb_answers kb_answers
COPY ticket_bridge ticket_bridge
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /venv/bin/pip uninstall --yes --quiet setuptools pip \
    && find /venv -name tests -type d -prune -exec rm -rf {} +

FROM python:3.11-slim-bookworm AS bot
# pg_dump and pg_restore, for `askonce backup` and `askonce restore`.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --create-home askonce && install -d -o askonce -g askonce /var/lib/askonce
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ASKONCE_HOST=0.0.0.0 ASKONCE_PORT=8000 \
    ASKONCE_LOG_FORMAT=json ASKONCE_DATABASE_URL=sqlite:////var/lib/askonce/askonce.db
USER 10001
WORKDIR /var/lib/askonce
VOLUME /var/lib/askonce
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["askonce", "serve"]
