#!/usr/bin/env bash
# Compares the code that the lab gives away with the golden vectors, and shows what it must hold where it is
# used (rules.py): tests/snippets/run.sh [pytorch|pytorch-scale|tensorflow]
# Without an argument JAX and Keras, in a virtual environment of their own, and JAX with 3 million logits of
# half precision; with "pytorch" PyTorch, which is several gigabytes large on Linux, Keras on it, and the losses
# of both on two ranks; with "pytorch-scale" all of its losses with 22 million logits (minutes, and 6 GB of
# memory); with "tensorflow" Keras on TensorFlow, and its losses on two replicas.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
case ${1:-} in
"") frameworks=(jax keras) packages=(-r tests/snippets/requirements.txt) ;;
pytorch) frameworks=(pytorch keras) packages=(torch numpy "$(grep keras tests/snippets/requirements.txt)") ;;
pytorch-scale) frameworks=(pytorch) packages=(torch numpy) ;;
tensorflow) frameworks=(keras) packages=(tensorflow-cpu "$(grep keras tests/snippets/requirements.txt)") ;;
*)
    echo "usage: tests/snippets/run.sh [pytorch|pytorch-scale|tensorflow]" >&2
    exit 2
    ;;
esac
environment=$target/python-${1:-jax}
environment=${environment%-scale}
python=$environment/bin/python
if ! [ -x "$python" ] || ! "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$environment"
    python3 -m venv "$environment"
fi
"$python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"

cargo build --locked --quiet --bin ghm-lab
rules=tests/snippets/rules.py
case ${1:-} in
pytorch) export KERAS_BACKEND=torch ;;
tensorflow) export KERAS_BACKEND=tensorflow ;;
esac
for framework in "${frameworks[@]}"; do
    folder=$target/snippets/$framework
    rm -rf "$folder"
    mkdir -p "$folder/effective"
    code=("$target/debug/ghm-lab" code --as "$framework")
    for task in binary:ce,class-balanced,focal,ohem,ghm-c classes:ce,class-balanced,focal,ohem,ghm-c regression:l1,smooth-l1,asl1,ghm-r; do
        for loss in $(tr , ' ' <<<"${task#*:}"); do
            "${code[@]}" --task "${task%%:*}" --loss "$loss" >"$folder/$loss-${task%%:*}.py"
        done
    done
    for task in binary classes; do
        "${code[@]}" --task "$task" --loss class-balanced --class-balance effective >"$folder/effective/class-balanced-$task.py"
    done
    if [ "${1:-}" = pytorch-scale ]; then
        "$python" "$rules" pytorch "$folder" 22000000
        continue
    fi
    # The gradients of Keras' code are compared on JAX.
    if [ "$framework" != keras ] || [ "${1:-}" = "" ]; then
        "$python" tests/snippets/check.py "$framework" "$folder" tests/golden
    fi
    "$python" "$rules" "$framework" "$folder"
done
case ${1:-} in
"") "$python" "$rules" jax "$target/snippets/jax" 3000000 float16 bfloat16 ;;
pytorch)
    for framework in "${frameworks[@]}"; do
        "$python" tests/snippets/ranks.py "$framework" "$target/snippets/$framework/ghm-c-binary.py"
    done
    ;;
tensorflow) "$python" tests/snippets/replicas.py "$folder" ;;
esac
