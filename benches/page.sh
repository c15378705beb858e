#!/usr/bin/env bash
# How the page feels with software graphics, which has all work done by the CPU: times of frames while it trains,
# or memory and speed of a long race.
#
#     benches/page.sh [frames | soak [MINUTES]]
#
# Wants Node.js, Chromium and an otherwise idle machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-frames}
case "$what" in
frames | soak) ;;
*) echo "usage: benches/page.sh [frames | soak [MINUTES]]" >&2 && exit 2 ;;
esac
. benches/chromium.sh
if ! browser >/dev/null || ! type -P node >/dev/null; then
    echo "benches/page.sh: missing, by Debian's names: chromium or nodejs" >&2
    exit 1
fi
web/build.sh >&2
cargo build --release --locked --quiet --package ghm-lab-server
exec node benches/page.mjs "$(browser)" "${CARGO_TARGET_DIR:-target}/release/ghm-lab-server" web/dist "$what" "${2:-30}"
