# One image for every process of the product; docker-compose.yml says which one a container becomes.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=262144
WORKDIR /app

COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock

COPY . .
RUN python -m ops.messages \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tab \
    && install -d -o tab -g tab -m 0750 /data

ARG VERSION=0.1.0
LABEL org.opencontainers.image.version=$VERSION
ARG COMMIT=
ENV COMMIT=$COMMIT
LABEL org.opencontainers.image.revision=$COMMIT

USER tab
VOLUME /data
# Each service of docker-compose.yml names its process: prepare, manage, web, live, worker, worker-urgent, relay, beat.
ENTRYPOINT ["python", "-m", "ops", "run"]
CMD ["web"]
