# The app for a host without a GPU: everything by version and hash, PyTorch's CPU builds, not root, nothing written
# but in /tmp. Sets, runs and caches are kept when ATTENTION_HOME is a volume (README.md, "Hosting").
#
#   docker build -t attention-transfer .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -p 7860:7860 attention-transfer
#
# For strangers add -e ATTENTION_HOSTED=1 -e ATTENTION_HOSTS=its.name (README.md, "Hosting").
FROM python:3.12-slim

COPY packages.txt /tmp/
# hadolint ignore=DL3008 -- Debian keeps one version of each package, and drops it when a mended one comes
RUN apt-get update \
    && xargs -a /tmp/packages.txt apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt

# PyTorch has an index of its own, whose hashes the lock does not hold; all it needs is there by then
WORKDIR /install
COPY requirements.txt requirements-cpu.txt requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
    && pip install --no-cache-dir -r requirements-cpu.txt

WORKDIR /app
COPY app.py LICENSE RESULTS.md RESULTS.csv ./
COPY assets assets
COPY attention attention
COPY training training
RUN python -m compileall -q attention training && useradd --uid 1000 --no-create-home visitor

USER 1000
ENV PYTHONUNBUFFERED=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    ATTENTION_HOME=/tmp/attention \
    HOME=/tmp
EXPOSE 7860
HEALTHCHECK --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 7860)}/health\", timeout=9)"]
CMD ["python", "app.py"]
