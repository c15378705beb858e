#!/usr/bin/env bash
# Builds the page into web/dist: a static site for any host, under any path: web/build.sh [--quick]
# --quick builds sooner and leaves larger files, for this machine alone.
# Needs rustup and a C compiler; fetches what else is missing. Prints what it does.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly root=$PWD
readonly target=${CARGO_TARGET_DIR:-$root/target}
readonly dist=$root/web/dist
readonly triple=wasm32-unknown-unknown

say() { printf '%s\n' "web/build.sh: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

require_target() {
    if [ -d "$(rustc --print sysroot)/lib/rustlib/$triple/lib" ]; then
        return
    fi
    command -v rustup >/dev/null ||
        fail "this Rust cannot build for $triple; install Rust with rustup (https://rustup.rs), or your system's package with the standard library of $triple"
    say "adding the Rust target $triple"
    rustup target add "$triple" ||
        fail "rustup could not fetch the target $triple; check the network, then run: rustup target add $triple"
}

# build_bundle NAME
build_bundle() {
    local name=$1
    say "building the $name bundle"
    # The paths of this machine do not belong into panic messages on the web.
    # Every browser with WebAssembly's vector instructions, all since 2023, can run this.
    RUSTFLAGS="-C target-feature=+simd128 --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates --remap-path-prefix=$root=." \
        cargo build --config profile.quick.package.ghm-lab.opt-level=2 --locked --profile "$profile" --package "ghm-lab-$name" --target "$triple" --quiet ||
        fail "the $name bundle did not build"
    "$target/debug/ghm-lab-bindgen" "$target/$triple/$profile/ghm_lab_$name.wasm" "$stage/$name"
}

case $* in
"") profile=web ;;
--quick) profile=quick ;;
*) fail "$*: only --quick is known" ;;
esac
readonly profile

command -v cargo >/dev/null || fail "cargo is missing; install Rust with rustup (https://rustup.rs)"
command -v cc >/dev/null || fail "a C compiler (cc) is missing; on Debian: apt-get install gcc libc6-dev"
require_target
say "building wasm-bindgen"
cargo build --locked --package ghm-lab-bindgen --quiet || fail "wasm-bindgen did not build"

# The site is put together aside, so that a failed build leaves the last good one.
mkdir -p "$target"
stage=$(mktemp -d "$target/web-stage.XXXXXX")
trap 'rm -rf "$stage"' EXIT
:
build_bundle webgl; mkdir -p "$stage"; cp -r "$stage/webgl" "$stage/webgpu"

cp web/embed.js web/icon.svg web/manifest.webmanifest web/mirror.js web/style.css "$stage"
mkdir "$stage/samples"
cp samples/*.csv "$stage/samples"
mkdir "$stage/words"
cp src/words/zh-CN.json src/words/NotoSansSC-{Regular,Bold}.otf "$stage/words"
bytes() { wc -c <"$1" | tr -d ' '; }
# Addresses carry a stamp of the contents: a host's cache never pairs an old file with a new one.
readonly stamped=(api.js boot.js export.js sw.js words.js)
stamp=$(cat web/index.html "${stamped[@]/#/web/}" "$stage"/*.* "$stage"/{samples,words,webgpu,webgl}/* | cksum | cut -d' ' -f1)
sed -e "s/{{stamp}}/$stamp/g" \
    -e "s/{{webgpu-bytes}}/$(bytes "$stage/webgpu/app_bg.wasm")/" \
    -e "s/{{webgl-bytes}}/$(bytes "$stage/webgl/app_bg.wasm")/" \
    web/index.html >"$stage/index.html"
for script in "${stamped[@]}"; do
    sed "s/{{stamp}}/$stamp/g" "web/$script" >"$stage/$script"
done
# The service worker keeps for offline use only what is of this build, byte for byte.
sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
digests=$(cd "$stage" && sha256 -- [!s]*.* style.css {samples,words,webgpu,webgl}/*)
DIGESTS=$digests awk '{ gsub(/[{][{]digests[}][}]/, ENVIRON["DIGESTS"]); print }' "$stage/sw.js" >"$stage/sw.js.whole"
mv "$stage/sw.js.whole" "$stage/sw.js"

# The folder stays the same one: a running server keeps serving it.
mkdir -p "$dist"
find "$dist" -mindepth 1 -delete
cp -R "$stage"/. "$dist"
for name in webgpu webgl; do
    say "$name: $(($(bytes "$dist/$name/app_bg.wasm") / 1024)) KiB of wasm, $(($(bytes "$dist/$name/app.js") / 1024)) KiB of JavaScript"
done
say "the site is in web/dist"
