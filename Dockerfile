# layers-contract, with what requirements/run.txt pins, for people and CI that have no Python.
#   docker build -t layers-contract . && docker run --rm -v "$PWD:/contract" layers-contract check …
FROM python:3.13.1-slim-bookworm AS build
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /opt/layers-contract && \
    /opt/layers-contract/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY openapi openapi
COPY overlays overlays
COPY src src
RUN /opt/layers-contract/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13.1-slim-bookworm
COPY --from=build /opt/layers-contract /opt/layers-contract
ENV PATH=/opt/layers-contract/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --create-home contract
USER 10001
WORKDIR /contract
ENTRYPOINT ["layers-contract"]
CMD ["--help"]
