#!/usr/bin/env bash
# Every reader of foreign input under libFuzzer and AddressSanitizer, one after the other:
#
#     tests/fuzz/run.sh [SECONDS for each, else 600] [READER...]
#
# Needs a C++ compiler; the toolchain is the lab's own. A run takes up what the runs before have found, which is
# in target/fuzz/. An input that upsets a reader ends its turn and lies in tests/fuzz/artifacts/READER/; once
# the reader is mended, it belongs to tests/fuzz/corpus/READER/, which `cargo test --test fuzz` reads at every
# run of the tests.
set -euo pipefail

readonly FUZZ=0.13.2
# Seconds of one input: 65,536 columns take 20 under the sanitizer, and 0.2 without.
readonly LONGEST=100

cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
seconds=${1:-600}
shift $(($# > 0))
readers=("$@")
[ $# -gt 0 ] || readers=(link scripting race experiment delimited json npy npz parquet arrow safetensors histogram)

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TERM_PROGRESS_WHEN=never
fuzz=$CARGO_TARGET_DIR/tools/bin/cargo-fuzz
if [ "$("$fuzz" --version 2>/dev/null)" != "cargo-fuzz $FUZZ" ]; then
    echo "Installing cargo-fuzz $FUZZ under $CARGO_TARGET_DIR/tools (a minute, once)."
    cargo install cargo-fuzz --version "$FUZZ" --locked --root "$CARGO_TARGET_DIR/tools" --force --quiet
fi
# Coverage and sanitizer are options that the compiler has not promised to keep.
export RUSTC_BOOTSTRAP=1
# Crates must not read otherwise than in the lab, and have the lab's versions.
options=(--fuzz-dir . --no-cfg-fuzzing --codegen-units 16)
[ Cargo.lock -nt "$root/Cargo.lock" ] || cp "$root/Cargo.lock" Cargo.lock

found=$CARGO_TARGET_DIR/fuzz
mkdir -p "$found"
"$fuzz" build "${options[@]}"

failed=0
table=$(printf '%-12s %12s %8s %8s %10s %8s' reader runs a-second inputs coverage crashes)
for reader in "${readers[@]}"; do
    mkdir -p "$found/$reader"
    log=$found/$reader.log
    status=0
    "$fuzz" run "${options[@]}" "$reader" "$found/$reader" "corpus/$reader" -- \
        -max_total_time="$seconds" -max_len=8192 -timeout="$LONGEST" -rss_limit_mb=2048 -print_final_stats=1 \
        >"$log" 2>&1 || status=$?
    number() { sed -n "s/^stat::$1: *//p" "$log"; }
    # The last line of progress: "#123 DONE cov: 45 ft: 67 corp: 8/9Kb".
    progress() { grep -oE "$1: [0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0; }
    crashes=0
    [ $status -eq 0 ] || { crashes=1 failed=1; grep -m 1 -A 2 -E 'panicked at|^==[0-9]+==ERROR' "$log" || tail -n 5 "$log"; }
    row=$(printf '%-12s %12s %8s %8s %10s %8s' "$reader" "$(number number_of_executed_units)" \
        "$(number average_exec_per_sec)" "$(progress corp)" "$(progress cov)" $crashes)
    table+=$'\n'$row
    echo "$row"
done
printf '\n%s\n' "$table"
exit $failed
