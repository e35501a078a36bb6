#!/bin/sh
# Makes .env and secrets/ with fresh keys. What is there is left as it is, and the keys that it lacks are added: so an
# .env of a former release goes on. Needs OpenSSL 1.1.1.
set -eu
cd "$(dirname "$0")"
umask 077

fail() {
    printf 'secrets.sh: %s\n' "$1" >&2
    exit 1
}

random() { openssl rand -hex 32; }

# The base64 line of a PEM file.
line() { sed -n 2p; }

# The value of a variable that is in .env already, without the quotes around it.
value() { sed -n "s/^$1=//p" .env.new | tail -n 1 | sed -e "s/^'\(.*\)'\$/\1/" -e 's/^"\(.*\)"$/\1/'; }

private_key() { openssl genpkey -algorithm ed25519 | line; }

public_key() { printf -- '-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n' "$1" | openssl pkey -pubout | line; }

sha256() { printf %s "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1; }

# The value that .env.example describes by <…>.
made() {
    case $1 in
        '<random>') random ;;
        '<ed25519>') private_key ;;
        *) source=${1##* } && source=${source%>}
           given=$(value "$source")
           [ -n "$given" ] || fail "$source in .env is empty: give it a value, or remove its line"
           case $1 in
               '<public key of '*) public_key "$given" ;;
               '<sha256 of '*) sha256 "$given" ;;
           esac ;;
    esac
}

command -v openssl > /dev/null || fail 'there is no openssl: install it'
if [ -e .env ]; then
    awk 1 .env > .env.new # ends the last line, whoever wrote it
    begun=yes
else
    : > .env.new
    begun=
fi
while IFS= read -r row; do
    name=${row%%=*}
    case $row in
        '#'* | '') [ -n "$begun" ] || printf '%s\n' "$row" >> .env.new ;;
        *'=<'*'>')
            if ! grep -q "^$name=" .env.new; then
                new=$(made "${row#*=}")
                [ -n "$new" ] || fail "openssl made no $name: it must know Ed25519 (OpenSSL 1.1.1 or later)"
                printf '%s=%s\n' "$name" "$new" >> .env.new
                [ -z "$begun" ] || echo "Added to .env: $name"
            fi
            case $row in
                *'=<sha256 of '*)
                    source=${row##* } && source=${source%>}
                    [ "$(value "$name")" = "$(sha256 "$(value "$source")")" ] ||
                        fail "$name in .env is not the SHA-256 of $source: remove its line, and it is made anew" ;;
            esac ;;
        *) [ -n "$begun" ] || printf '%s\n' "$row" >> .env.new ;;
    esac
done < .env.example
if [ -n "$begun" ] && cmp -s .env .env.new; then rm .env.new; else mv .env.new .env; fi

mkdir -p secrets
for name in mongo_root mongo_keyfile grafana; do
    [ -e "secrets/$name" ] || random | tr -d '\n' > "secrets/$name"
done
# Grafana reads its password as its own user, not as root.
chmod 644 secrets/grafana
chmod 711 secrets

echo 'Ready: .env and secrets/. Look at VECHE_PUBLIC_URL in .env, then: docker compose up --detach'
