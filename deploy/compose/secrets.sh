#!/bin/sh
# Makes .env and secrets/ with fresh keys, where they are missing; what is there is left as it is. Needs OpenSSL 1.1.1.
set -eu
cd "$(dirname "$0")"
umask 077

random() { openssl rand -hex 32; }

# The base64 line of a PEM file.
line() { sed -n 2p; }

# The value of a variable that has been written already.
value() { sed -n "s/^$1=//p" .env.new; }

public_key() { printf -- '-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n' "$1" | openssl pkey -pubout | line; }

sha256() { printf %s "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1; }

if [ ! -e .env ]; then
    : > .env.new
    while IFS= read -r row; do
        name=${row%%=*}
        case $row in
            *'=<random>') row="$name=$(random)" ;;
            *'=<ed25519>') row="$name=$(openssl genpkey -algorithm ed25519 | line)" ;;
            *'=<public key of '*) other=${row##* } && row="$name=$(public_key "$(value "${other%>}")")" ;;
            *'=<sha256 of '*) other=${row##* } && row="$name=$(sha256 "$(value "${other%>}")")" ;;
        esac
        printf '%s\n' "$row" >> .env.new
    done < .env.example
    mv .env.new .env
fi

mkdir -p secrets
for name in mongo_root mongo_keyfile grafana; do
    [ -e "secrets/$name" ] || random | tr -d '\n' > "secrets/$name"
done
# Grafana reads its password as its own user, not as root.
chmod 644 secrets/grafana
chmod 711 secrets

echo 'Ready: .env and secrets/. Look at VECHE_PUBLIC_URL in .env, then: docker compose up --detach'
