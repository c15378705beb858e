#!/usr/bin/env bash
# Compares the code that the lab gives away with the golden vectors: tests/snippets/run.sh [pytorch]
# Without an argument JAX and Keras, in a virtual environment of their own; with one PyTorch, which is
# several gigabytes large on Linux, and its losses on two ranks.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
case ${1:-} in
"") frameworks=(jax keras) packages=(-r tests/snippets/requirements.txt) ;;
pytorch) frameworks=(pytorch) packages=(torch numpy) ;;
*)
    echo "usage: tests/snippets/run.sh [pytorch]" >&2
    exit 2
    ;;
esac
environment=$target/python-${frameworks[0]}
python=$environment/bin/python
if ! [ -x "$python" ] || ! "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$environment"
    python3 -m venv "$environment"
fi
"$python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"

cargo build --locked --quiet --bin ghm-lab
for framework in "${frameworks[@]}"; do
    folder=$target/snippets/$framework
    rm -rf "$folder"
    mkdir -p "$folder"
    for task in binary:ce,class-balanced,focal,ohem,ghm-c classes:ce,class-balanced,focal,ohem,ghm-c regression:l1,smooth-l1,asl1,ghm-r; do
        for loss in $(tr , ' ' <<<"${task#*:}"); do
            "$target/debug/ghm-lab" code --as "$framework" --task "${task%%:*}" --loss "$loss" >"$folder/$loss-${task%%:*}.py"
        done
    done
    "$python" tests/snippets/check.py "$framework" "$folder" tests/golden
done
if [ "${frameworks[0]}" = pytorch ]; then
    "$python" tests/snippets/ranks.py "$folder/ghm-c-binary.py"
fi
