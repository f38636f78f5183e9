# One image for servers, workers, migrations and the simulators: what it is to do is its command.
#
#   docker build --tag kiosk .
#   docker run --env-file kiosk.env kiosk worker
#
# BASE is any Debian with Python 3.11 or newer and its venv module; without a registry `deploy/image --local` makes one.
ARG BASE=python:3.13-slim-trixie@sha256:bb2988715db2cf7ace7b53f38f3cffbef7c7046a656bee66245eb0ed386e2e81


FROM ${BASE} AS frontend
WORKDIR /build
# Packages before sources: a change of the page's code does not fetch them anew.
COPY requirements requirements
COPY scripts scripts
COPY pyproject.toml README.md ./
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN scripts/install packages
COPY frontend frontend
RUN scripts/install frontend


FROM ${BASE} AS packages
WORKDIR /kiosk
COPY requirements/runtime.txt requirements/
RUN python3 -m venv /venv && \
    /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements/runtime.txt
# Kiosk itself stays in /kiosk, beside its migrations and its page; installing it makes the `kiosk` command.
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY simulators simulators
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . && \
    /venv/bin/python -m compileall -q app simulators && \
    /venv/bin/pip uninstall --yes --quiet pip


FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kiosk && \
    install --directory --owner kiosk /kiosk /data
COPY --from=packages /venv /venv
COPY --from=packages /kiosk /kiosk
COPY migrations /kiosk/migrations
COPY demo /kiosk/demo
COPY --from=frontend /build/frontend/dist /kiosk/frontend/dist

# `make release` writes the version here and in pyproject.toml; a test holds the two together.
LABEL org.opencontainers.image.title="Kiosk" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"

# Nothing of it is writable for the one who runs it, but for /data, where SQLite may live, and /tmp.
WORKDIR /data
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8000
STOPSIGNAL SIGTERM

# For `kiosk serve`; compose.yaml asks the others in their own way.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["kiosk"]
CMD ["serve", "--bind", "0.0.0.0", "--port", "8000", "--workers", "2"]
