#!/usr/bin/env bash
# Builds the page and serves it to this machine: web/serve.sh [--open] [--port N]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
case " $* " in
*" -h "* | *" --help "*)
    echo "usage: web/serve.sh [--open] [--port N]"
    echo "Builds the page, then serves it on 127.0.0.1; --open opens a browser."
    exit
    ;;
esac
web/build.sh --quick
exec cargo run --locked --quiet --package ghm-lab-server -- web/dist "$@"
