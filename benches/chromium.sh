# To be sourced: where Chromium is, which the variable CHROMIUM can say.
browser() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; do
        type -P "$name" && return
    done
    return 1
}
