#!/bin/sh
# Makes .env and secrets/ with fresh random keys, where they are missing; what is there is left as it is.
set -eu
cd "$(dirname "$0")"
umask 077

key() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -e .env ]; then
    while IFS= read -r line; do
        case $line in
            *=change-me) printf '%s=%s\n' "${line%%=*}" "$(key)" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done < .env.example > .env
fi

mkdir -p secrets
for name in mongo_root mongo_keyfile grafana; do
    [ -e "secrets/$name" ] || key > "secrets/$name"
done
# Grafana reads its password as its own user, not as root.
chmod 644 secrets/grafana
chmod 711 secrets

echo 'Ready: .env and secrets/. Look at VECHE_PUBLIC_URL in .env, then: docker compose up --detach'
