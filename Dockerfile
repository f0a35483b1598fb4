# mockserver in a container: the wheel is built and installed in one stage, and only its environment is kept.
# Plain Dockerfile, no BuildKit extensions: Docker, Podman and Buildah build it.
#
#   docker build -t mockserver .
#   docker run --rm -p 127.0.0.1:8080:8080 mockserver
#
# BASE_IMAGE: anything with Python 3.11 to 3.15 as `python`, with venv (a company's mirror, another release).
# Behind a package mirror: --build-arg PIP_INDEX_URL=…  --build-arg PIP_CERT=…
ARG BASE_IMAGE=python:3.12-slim

FROM ${BASE_IMAGE} AS build
ARG PIP_INDEX_URL
ARG PIP_CERT
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY constraints.txt ./
RUN python -m venv /build && /build/bin/pip install -q -c constraints.txt build hatchling
COPY pyproject.toml README.md LICENSE ./
COPY contracts contracts
COPY fixtures fixtures
COPY mockserver mockserver
# --no-isolation: with the pinned hatchling from above. The final environment gets no pip.
RUN /build/bin/python -m build -q --wheel --no-isolation --outdir /dist . \
 && python -m venv --without-pip /opt/mockserver \
 && /build/bin/pip --python /opt/mockserver/bin/python install -q -c constraints.txt "$(ls /dist/*.whl)[redis]" \
 && /opt/mockserver/bin/python -m compileall -q /opt/mockserver/lib

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="mockserver" \
      org.opencontainers.image.description="A sandbox of four real asynchronous job APIs" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/mockserver /opt/mockserver
# A number, so that an orchestrator can see that it is not root. The state's folder is the one place it may write to.
RUN mkdir /state && chown 10001:10001 /state
USER 10001:10001
WORKDIR /state
VOLUME /state
# TMPDIR: the key of the TLS port's certificate passes through a temporary file; here it stays in memory,
# and works when the root file system is read-only.
ENV PATH=/opt/mockserver/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/dev/shm \
    MOCKSERVER_HOST=0.0.0.0 \
    MOCKSERVER_PORT=8080 \
    MOCKSERVER_TLS_PORT=8443
EXPOSE 8080 8443
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=3 CMD ["python", "-m", "mockserver.cli.healthcheck"]
# Exec form: the server is process 1 and gets SIGTERM itself, finishes requests in flight and saves its state.
STOPSIGNAL SIGTERM
ENTRYPOINT ["mockserver"]
CMD ["serve"]
