#!/bin/sh
# The broker of docker-compose.yml. `start` formats the disk once, with the account of the roles, and runs the broker;
# `health` asks the broker as a client does.
set -eu
folder=$(dirname "$0")
HIRELAY_KAFKA_PASSWORD=$(cat "${HIRELAY_KAFKA_PASSWORD_FILE:-/run/secrets/kafka_password}")
export HIRELAY_KAFKA_PASSWORD
tools=${HIRELAY_KAFKA_TOOLS:-/opt/kafka/bin}
case "$HIRELAY_KAFKA_PASSWORD" in
*[!A-Za-z0-9]* | "")
    echo "the secret kafka_password must be letters and digits, such as those of openssl rand -hex 24" >&2
    exit 1
    ;;
esac
case "${1:-start}" in
start)
    if [ ! -e "${HIRELAY_KAFKA_DATA:-/var/lib/kafka/data}/meta.properties" ]; then
        "$tools/kafka-storage.sh" format --cluster-id "$("$tools/kafka-storage.sh" random-uuid)" \
            --config "$folder/server.properties" --add-scram "SCRAM-SHA-512=[name=hirelay,password=$HIRELAY_KAFKA_PASSWORD]"
    fi
    exec "$tools/kafka-server-start.sh" "$folder/server.properties"
    ;;
health)
    exec "$tools/kafka-broker-api-versions.sh" --bootstrap-server localhost:9092 --command-config "$folder/client.properties"
    ;;
*)
    echo "usage: start.sh start|health" >&2
    exit 2
    ;;
esac
