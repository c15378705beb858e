#!/usr/bin/env bash
# Everything that must hold, in the order in which it fails fastest. On Debian, as root or with sudo,
# it installs what is missing; elsewhere it says what that is. Ends at the first stage that fails.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TERM_PROGRESS_WHEN=never
# Where there is none, software Vulkan complains at every start.
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}

# Most bytes of a bundle's wasm and JavaScript together, after brotli -q 11.
readonly WEBGPU_LIMIT=1485000
readonly WEBGL_LIMIT=1428000

# What checks licences, sources and advisories.
readonly DENY=0.20.2

# "package:how to tell that it is there", the latter a command or an absolute path.
readonly NEEDS=(
    "gcc:cc"
    "chromium:chromium"
    "brotli:brotli"
    "python3:python3"
    "python3-venv:/usr/lib/python3*/venv/__init__.py"
    "xvfb:Xvfb"
    "mesa-vulkan-drivers:/usr/share/vulkan/icd.d/lvp_icd*.json"
    "libxkbcommon-x11-0:/usr/lib/*/libxkbcommon-x11.so.0"
)

stage=start
trap end EXIT

# run NAME COMMAND...: one stage, timed.
run() {
    stage=$1
    shift
    printf '\n== %s\n' "$stage"
    local start=$SECONDS
    "$@"
    printf -- '-- %s: %d s\n' "$stage" $((SECONDS - start))
}

# The stage that runs beside others: its name, its process and what it prints.
beside= beside_process= beside_log=

# begin NAME COMMAND...: a stage beside the next ones, until `finish`.
begin() {
    beside=$1
    shift
    beside_log=$(mktemp "$target/beside.XXXXXX")
    printf '\n== %s, beside what follows\n' "$beside"
    # A group of its own ends as a whole.
    set -m
    {
        local start=$SECONDS
        "$@"
        printf -- '-- %s: %d s\n' "$beside" $((SECONDS - start))
    } >"$beside_log" 2>&1 &
    beside_process=$!
    set +m
}

finish() {
    local status=0
    stage=$beside
    wait "$beside_process" || status=$?
    beside_process=
    printf '\n== %s\n' "$beside"
    cat "$beside_log"
    rm "$beside_log"
    return "$status"
}

end() {
    local status=$?
    if [ -n "$beside_process" ]; then
        kill -- "-$beside_process" 2>/dev/null || true
        rm -f "$beside_log"
    fi
    [ "$status" -eq 0 ] || printf '\ntests/run.sh: FAILED in the stage "%s"\n' "$stage" >&2
}

# The glob of a path must stay unquoted; none of the paths holds a space.
# shellcheck disable=SC2086
present() {
    case $1 in
    /*) ls $1 >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

missing_packages() {
    local need
    for need in "${NEEDS[@]}"; do
        present "${need#*:}" || printf '%s ' "${need%%:*}"
    done
}

install_needs() {
    local missing as_root=()
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
        if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
            echo "Missing: $missing(Debian's names). Install them with your system's package manager and run this again."
            return 1
        fi
        echo "Installing: $missing"
        "${as_root[@]}" apt-get update -qq
        # shellcheck disable=SC2086 # a list of names
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq -y --no-install-recommends $missing >/dev/null
    fi
    local component
    for component in fmt:rustfmt clippy:clippy; do
        cargo "${component%%:*}" --version >/dev/null 2>&1 || rustup component add "${component##*:}"
    done
    [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ] || rustup target add wasm32-unknown-unknown
    echo "Everything needed is here."
}

clippy_wasm() {
    cargo clippy --locked --quiet --lib --target wasm32-unknown-unknown --no-default-features --features "$1" -- -D warnings
}

# Every test but those in the browser, whose bundles are not built yet.
rust_tests() {
    local names=() file
    for file in tests/*.rs tests/*/main.rs; do
        [ -e "$file" ] || continue
        file=${file%/main.rs}
        file=$(basename "$file" .rs)
        [ "$file" = browser ] || names+=(--test "$file")
    done
    cargo test --locked --quiet --package ghm-lab --lib --bins "${names[@]}"
    cargo test --locked --quiet --package ghm-lab-server
}

# Licences and sources of all dependencies, and what is known against them.
dependencies() {
    local deny=$target/tools/bin/cargo-deny
    if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $DENY" ]; then
        echo "Installing cargo-deny $DENY under $target/tools (a few minutes, once)."
        # Unoptimised: it is built for longer than it runs.
        cargo install cargo-deny --version "$DENY" --locked --debug --root "$target/tools" --force --quiet
    fi
    # It looks at the crates of all platforms; a build fetches those of its own.
    cargo fetch --locked --quiet
    "$deny" --offline --locked check bans licenses sources
    # The list of advisories lies in a Git repository that not every network reaches.
    if "$deny" fetch db >"$target/deny.log" 2>&1; then
        "$deny" --locked check advisories
    else
        printf 'NOT CHECKED: advisories, since their list could not be fetched: %s\n' "$(tail -n 1 "$target/deny.log")"
    fi
}

# check_size BUNDLE LIMIT
check_size() {
    local size=0 file
    for file in app_bg.wasm app.js; do
        size=$((size + $(brotli -q 11 -c "web/dist/$1/$file" | wc -c)))
    done
    printf '%s: %d bytes with Brotli, at most %d\n' "$1" "$size" "$2"
    [ "$size" -le "$2" ] || {
        echo "The $1 bundle is too large: find out what grew before raising the limit." >&2
        return 1
    }
}

sizes() {
    check_size webgpu "$WEBGPU_LIMIT"
    check_size webgl "$WEBGL_LIMIT"
}

# Two browsers at a time: each waits for much that needs no core.
browser_tests() {
    cargo build --locked --quiet --package ghm-lab-server
    cargo test --locked --quiet --package ghm-lab --test browser -- --test-threads=2
    echo "Pictures are in $target/screenshots."
}

run "what the tests need" install_needs
run "format" cargo fmt --all --check
run "lints, native" cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
run "lints, WebGPU bundle" clippy_wasm gpu
run "lints, WebGL 2 bundle" clippy_wasm webgl
run "dependencies" dependencies
# Half of it is one thread that optimises a bundle as a whole.
begin "web build" web/build.sh
run "Rust tests" rust_tests
run "code for other frameworks" tests/snippets/run.sh
finish
run "bundle sizes" sizes
run "browser tests" browser_tests
printf '\ntests/run.sh: all passed in %d s\n' "$SECONDS"
