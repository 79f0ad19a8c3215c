# shellcheck shell=bash
# Which files scripts/lint checks and scripts/format repairs; sourced with the repository as the current folder.
# Golden files are left out: they hold what a program printed, white space included.

swift_files() { find Sources Tests Package.swift -type f -name '*.swift' | sort; }

shell_files() { find scripts .ci -type f ! -name '*.py' ! -path 'scripts/clients.d/*/*' | sort; }

python_files() { find scripts -type f -name '*.py' | sort; }

text_files() {
    local -a golden=(-name expected -o -name errors -o -name Goldens -o -name Fixtures -o -name '__Snapshots__')
    local -a places=(Sources Tests scripts docs .ci Package.swift README.md .swift-format .editorconfig)
    if [[ -d labs ]]; then places+=(labs); fi
    find "${places[@]}" -type d \( "${golden[@]}" \) -prune -o -type f \( -name '*.swift' -o -name '*.h' \
        -o -name '*.modulemap' -o -name '*.md' -o -name '*.yaml' -o -name '*.yml' -o -path 'scripts/*' \
        -o -path '.ci/*' -o -name '.swift-format' -o -name '.editorconfig' \) -print | sort
}
