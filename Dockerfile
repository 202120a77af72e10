# The headless product as a container. docs/operations.md says how to run and to reach it.
ARG NODE=node:24.21.0-bookworm-slim
ARG BASE=debian:12.12-slim

FROM ${NODE} AS build
WORKDIR /src
# The packages first: they change less often than the sources, and this step is then taken from the cache.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# Packs, unpacks elsewhere, starts and stops it: an image of a product that does not start is not made.
RUN npm run dist && mv release/clawdbot-*/ /opt/clawdbot

FROM ${BASE}
COPY --from=build /opt/clawdbot /opt/clawdbot
# A user without a name or a shell, and the one folder it may write to.
RUN ["install", "--directory", "--owner=10001", "--group=10001", "--mode=0700", "/data"]
USER 10001:10001
VOLUME /data
# Node asks for a home before it looks at --data, and a user without a name has none.
ENV HOME=/data
# With TLS, say so here: https://localhost:8000/api/v1/health, and NODE_EXTRA_CA_CERTS for a certificate of your own.
ENV CLAWDBOT_HEALTH_URL=http://127.0.0.1:8000/api/v1/health
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["/opt/clawdbot/bin/node", "-e", "fetch(process.env.CLAWDBOT_HEALTH_URL,{signal:AbortSignal.timeout(4000)}).then((answer)=>process.exit(answer.ok?0:1),()=>process.exit(1))"]
STOPSIGNAL SIGTERM
# It listens on 127.0.0.1 inside the container, which nobody outside reaches; nothing is published by itself.
ENTRYPOINT ["/opt/clawdbot/bin/node", "/opt/clawdbot/bin/clawdbot.mjs"]
CMD ["serve", "--data", "/data"]
