#!/bin/sh
# Passwords are made by the setup container and live in its volume, not in docker-compose.yml.
set -eu
set -a
. "/var/lib/throughline/env/${SERVICE_NAME}.env"
set +a
exec node --max-old-space-size=384 --max-semi-space-size=32 --enable-source-maps --disable-warning=TimeoutNegativeWarning dist/main.js
