# `homeroom serve` for production: all stores are configured, nothing is embedded, no GraphiQL. See docs/operations.md.
# Python 3.13 is the newest that every package of the lock has wheels for, on x86_64 and aarch64; nothing is compiled.
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# The packages first: they change less often than Homeroom. Every file has to have the hash of the lock.
COPY requirements-production.lock requirements.lock ./
RUN python -m venv --without-pip /opt/homeroom \
    && python -m pip --python /opt/homeroom/bin/python install --no-compile --no-deps --only-binary=:all: \
        --require-hashes -r requirements-production.lock \
    && sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock > build.lock \
    && python -m pip install --no-deps --only-binary=:all: --require-hashes -r build.lock

COPY pyproject.toml README.md ./
COPY datasources datasources
COPY resolvers resolvers
COPY graph graph
# Bytecode is made here, once: a container starts sooner, and needs not write to its own file system. It is not
# checked against the sources' times, since both are in one layer that nobody changes.
RUN python -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheels . \
    && python -m pip --python /opt/homeroom/bin/python install --no-compile --no-deps --no-index wheels/*.whl \
    && /opt/homeroom/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/homeroom/lib


FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Homeroom" \
      org.opencontainers.image.description="The GraphQL backend for learning communities"

# No installer in a running container. The data directory holds the leased worker id: keep it over restarts.
RUN python -m pip uninstall --yes --root-user-action ignore pip \
    && groupadd --gid 10001 homeroom \
    && useradd --uid 10001 --gid homeroom --no-create-home --home-dir /var/lib/homeroom --shell /usr/sbin/nologin homeroom \
    && install --directory --owner homeroom --group homeroom --mode 0750 /var/lib/homeroom
COPY --from=build /opt/homeroom /opt/homeroom

ENV PATH=/opt/homeroom/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOMEROOM_ENV=production \
    HOMEROOM_DATA_DIR=/var/lib/homeroom \
    HOST=0.0.0.0 \
    PORT=5001
WORKDIR /var/lib/homeroom
VOLUME /var/lib/homeroom
USER 10001:10001
EXPOSE 5001
STOPSIGNAL SIGTERM

# Whether the process serves, not whether the stores do: starting it again would mend no store, and would cut off
# everybody who listens. Balancers ask /readyz.
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/livez', timeout=3)"]

ENTRYPOINT ["homeroom"]
CMD ["serve"]
