# docker build -t beholder .
# docker run --rm -p 127.0.0.1:8765:8765 -v beholder:/data -v ~/paintings:/pictures:ro beholder serve /pictures
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir --prefix=/install -c constraints.txt '.[heif]'

FROM python:3.11-slim
COPY --from=build /install /usr/local
RUN useradd --create-home --uid 1000 beholder && install --directory --owner=beholder --mode=0700 /data
USER beholder
# It listens on all addresses of the container. `-p` says who reaches it, and each browser types the access code once.
ENV BEHOLDER_HOME=/data BEHOLDER_HOST=0.0.0.0 BEHOLDER_PORT=8765 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=15m \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['BEHOLDER_PORT'], timeout=4)"]
ENTRYPOINT ["beholder"]
CMD ["serve"]
