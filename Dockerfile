# Two targets: `bot` (Python 3.11) and `nlu` (Rasa 3.6 on Python 3.10, with its model trained in the build). Both run as user
# 10001 and need no writable file system but /tmp (and /var/lib/askonce where the bot keeps its SQLite file).
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

FROM python:3.10-slim-bookworm AS nlu-packages
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements-rasa.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-rasa.lock
ENV PATH=/venv/bin:$PATH RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3
COPY dialogue/understanding/rasa_project ./
RUN rasa train nlu --config config.yml --nlu data --domain domain.yml --out models --fixed-model-name askonce

FROM python:3.10-slim-bookworm AS nlu
RUN useradd --system --uid 10001 --user-group --create-home askonce
COPY --from=nlu-packages /venv /venv
COPY --from=nlu-packages /app /app
# Rasa unpacks its model below /tmp.
ENV PATH=/venv/bin:$PATH RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 HOME=/tmp MPLCONFIGDIR=/tmp PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /app
EXPOSE 5005
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5005/status', timeout=4)"]
CMD ["rasa", "run", "--enable-api", "--interface", "0.0.0.0", "--port", "5005", "--model", "models/askonce.tar.gz", "--endpoints", "endpoints.yml", "--quiet"]
