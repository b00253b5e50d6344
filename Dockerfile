# The app as one container: its packages as uv.lock says, an account without rights, its data in /data.
#   docker build -t rlm-app .
#   docker run --init --read-only --tmpfs /tmp -p 127.0.0.1:8501:8501 -v rlm-app:/data rlm-app
# docs/deploy.md says what a server needs beside it, and what confines the code of models in here.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS packages
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates python3 python3-pip
RUN python3 -m pip install --quiet --no-cache-dir --break-system-packages uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-cache --compile-bytecode --python /usr/bin/python3

FROM ${BASE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates python3 tesseract-ocr fonts-liberation \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin rlm \
    && install -d -o rlm -g rlm -m 0700 /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY app.py pyproject.toml ./
COPY .streamlit .streamlit
COPY pages pages
COPY sample_docs sample_docs
COPY rlm_app rlm_app
RUN .venv/bin/python -m compileall -q rlm_app
USER 10001:10001
ENV HOME=/data RLM_APP_HOME=/data RLM_APP_MODE=shared RLM_APP_LOG=json PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD [".venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/ready', timeout=4)"]
ENTRYPOINT [".venv/bin/python", "-m", "rlm_app"]
CMD ["serve", "--address", "0.0.0.0", "--no-browser"]
