#!/usr/bin/env bash
# Takes the libraries of the interactive page from npm again: the browser builds of their authors,
# each with its licence before it. `pinned` says which; README.md beside this says what for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
pinned_layout="@dagrejs/dagre@3.1.3"
pinned_zoom="d3-dispatch@3.0.2 d3-timer@3.0.2 d3-color@3.1.1 d3-ease@3.0.2 d3-interpolate@3.0.2
    d3-selection@3.0.1 d3-drag@3.0.1 d3-transition@3.0.2 d3-zoom@3.0.1"

bundle() { # FILE PACKAGE...: the builds one after the other, each under its name and licence
    local file=$1 package folder
    shift
    : > "$here/$file"
    for package in "$@"; do
        folder=$(mktemp -d)
        (cd "$folder" && npm pack --silent "$package" > /dev/null && tar xzf ./*.tgz)
        {
            printf '/*! %s\n\n' "$package"
            cat "$folder/package/LICENSE"
            printf '*/\n'
            # A map of sources would be looked for beside the page.
            grep -v -e '^//# sourceMappingURL=' -e 'see .*LEGAL.txt' \
                "$folder"/package/dist/*.min.js | sed '/^[[:space:]]*$/d'
        } >> "$here/$file"
        rm -r "$folder"
    done
}

# shellcheck disable=SC2086
bundle layout.min.js $pinned_layout
# shellcheck disable=SC2086
bundle zoom.min.js $pinned_zoom
