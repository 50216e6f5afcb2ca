#!/bin/bash
# The official image formats its storage without SCRAM users: format it here, once, with one user a service.
set -euo pipefail
config=/var/lib/throughline/kafka
users=()
while read -r user password; do
  users+=(--add-scram "SCRAM-SHA-512=[name=${user},password=${password}]")
done < "$config/users"
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id "$(cat "$config/cluster-id")" --config "$config/server.properties" "${users[@]}"
exec /opt/kafka/bin/kafka-server-start.sh "$config/server.properties"
