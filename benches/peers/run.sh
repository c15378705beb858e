#!/usr/bin/env bash
# Runs our peers and GHM Lab on this machine in turn and prints how many times faster the lab is:
# benches/peers/run.sh [--only pytorch|playground|convnet|page] [--json FILE]
# Wants an otherwise idle machine, about 6 GB of disk for PyTorch, and a checkout of TensorFlow
# Playground, which no registry has, in the variable PLAYGROUND.
set -euo pipefail

usage="usage: [PLAYGROUND=FOLDER] benches/peers/run.sh [--only pytorch|playground|convnet|page] [--json FILE]"
only='' json=''
while [ $# -gt 0 ]; do
    case "$1 ${2-}" in
    "--only pytorch" | "--only playground" | "--only convnet" | "--only page") only=$2 ;;
    "--json "?*) json=$(realpath -- "$2") ;;
    "-h "* | "--help "*) echo "$usage" && exit ;;
    *) echo "$usage" >&2 && exit 2 ;;
    esac
    shift 2
done
if [ -n "${PLAYGROUND:-}" ]; then
    PLAYGROUND=$(realpath -m -- "$PLAYGROUND")
    export PLAYGROUND
fi

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
here=benches/peers
work=$target/peers
results=$work/results
# A machine's other work comes and goes; the best of several rounds has least of it.
readonly ROUNDS=${ROUNDS:-3}

wants() { [ -z "$only" ] || [ "$only" = "$1" ]; }
wants_javascript() { [ "$only" != pytorch ]; }

. benches/chromium.sh

missing=()
# need PACKAGE COMMAND...: Debian's name of what the command tells is there.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
need "cargo (better from https://rustup.rs)" command -v cargo
need gcc command -v cc
need nodejs command -v node
if wants pytorch; then need python3-venv python3 -c 'import ensurepip, venv'; fi
if wants_javascript; then
    need npm command -v npm
    need chromium browser
fi
if [ ${#missing[@]} -gt 0 ]; then
    printf -v list '%s, ' "${missing[@]}"
    echo "benches/peers/run.sh: missing, by Debian's names: ${list%, }" >&2
    exit 1
fi

# attempt NAME COMMAND...: once one has failed, nothing more of that name is tried; the table says why.
attempt() {
    local name=$1
    shift
    if [ -e "$results/$name.failed" ]; then return; fi
    if ! "$@" 2>"$results/$name.log"; then
        mv "$results/$name.log" "$results/$name.failed"
        echo "benches/peers/run.sh: $name failed; all that it said is in $results/$name.failed" >&2
    fi
}

# The tests of the code for PyTorch have the same environment, and it is large.
python=$target/python-pytorch/bin/python
prepare_pytorch() {
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$target/python-pytorch"
        python3 -m venv "$target/python-pytorch" || return
    fi
    "$python" -m pip install --quiet --disable-pip-version-check torch numpy
}

# bundle PEER: with it, into one script that runs anywhere.
bundle() {
    if [ "$1" = playground ] && ! [ -f "${PLAYGROUND:-}/src/nn.ts" ]; then
        echo "error: set PLAYGROUND to a checkout of github.com/tensorflow/playground" >&2
        return 1
    fi
    cp $here/package.json $here/package-lock.json "$work" &&
        npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --loglevel error >&2 &&
        # Fields as TypeScript made them when the Playground was written; as definitions it is a third slower.
        NODE_PATH=$work/node_modules "$work/node_modules/.bin/esbuild" "$here/$1.mjs" --bundle --format=iife \
            --global-name=peer --alias:nn="${PLAYGROUND:-}/src/nn.ts" --log-level=warning --outfile="$work/$1.js" \
            --tsconfig-raw='{"compilerOptions": {"useDefineForClassFields": false}}'
}

prepare_page() {
    web/build.sh >&2 && cargo build --release --locked --quiet --package ghm-lab-server
}

in_node() {
    cat "$work/$1.js" - <<<'try { console.log(JSON.stringify(peer.measure())) }
        catch (error) { console.error("error: " + error.message); process.exitCode = 1 }' | node -
}

rm -rf "$results"
mkdir -p "$results"
peers=() bundles=()
echo "Preparing; a first time takes minutes." >&2
attempt native cargo build --release --locked --quiet --bin ghm-lab
if wants pytorch; then attempt pytorch prepare_pytorch; fi
if wants_javascript; then attempt chromium prepare_page; fi
for peer in playground convnet; do
    wants "$peer" || continue
    attempt "$peer" bundle "$peer"
    if ! [ -e "$results/$peer.failed" ]; then
        peers+=("$peer")
        bundles+=("$work/$peer.js")
    fi
done

for ((round = 1; round <= ROUNDS; round++)); do
    echo "Round $round of $ROUNDS" >&2
    for filter in ghm-c train; do
        attempt native "$target/release/ghm-lab" bench --json --backend cpu --filter $filter \
            >"$results/native.$filter.$round.json"
    done
    if wants pytorch; then attempt pytorch "$python" $here/pytorch.py >"$results/pytorch.$round.json"; fi
    for peer in "${peers[@]}"; do
        attempt "$peer" in_node "$peer" >"$results/$peer.$round.json"
    done
    if wants_javascript; then
        attempt chromium node $here/chromium.mjs "$(browser)" "$target/release/ghm-lab-server" web/dist \
            "${bundles[@]}" >"$results/chromium.$round.json"
    fi
done

node $here/table.mjs "$results" "$only" "$json"
