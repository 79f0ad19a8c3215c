# shellcheck shell=bash
# What the scripts share: where the repository and its build products are, which Swift builds it, and the packages it
# needs. Sourced, never run. Nothing here runs a program when it is sourced, so that a warm scripts/netlab stays quick.

# The repository, also when a script was called through a symbolic link.
find_root() {
    local script=${BASH_SOURCE[1]}
    [[ -L $script ]] && script=$(readlink -f -- "$script")
    root=$(cd "${script%/*}/.." && printf '%s' "$PWD")
}

say() { printf '%s\n' "$*" >&2; }
die() {
    local status=$1
    shift
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit "$status"
}

# The comment at the head of a script is its help.
usage() { awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"; }

# Build products lie in .build; in .build-root when root builds a tree that belongs to somebody else (sudo), so that no
# file of root's gets in the way of their next `swift build`. NETLAB_SCRATCH puts them elsewhere.
find_scratch() {
    scratch=${NETLAB_SCRATCH:-$root/.build}
    if [[ -z ${NETLAB_SCRATCH:-} && $EUID -eq 0 && ! -O $root/Package.swift ]]; then scratch=$root/.build-root; fi
    binary=$scratch/release/netlab
    # Touched when a build starts, and kept only if it ends well: the linker leaves an unchanged binary's date alone.
    stamp=$scratch/netlab-release.stamp
}

# True when the release binary is absent or any source is newer. Folders count, so a deleted file is noticed.
is_stale() {
    [[ -x $binary && -e $stamp ]] || return 0
    local -a inputs=("$root/Sources" "$root/Package.swift")
    if [[ -e $root/Package.resolved ]]; then inputs+=("$root/Package.resolved"); fi
    [[ -n $(find "${inputs[@]}" -newer "$stamp" -print -quit) ]]
}

# Swift 6.2 or later. sudo replaces PATH, so the usual places are searched as well, those of the user behind sudo
# included. A toolchain's own folder comes before swiftly's proxies, which want that user's environment.
find_swift() {
    local candidate version home
    local -a candidates=() homes=("${HOME:-/root}")
    if [[ -n ${SUDO_USER:-} ]]; then
        home=$(getent passwd "$SUDO_USER" | cut -d: -f6) || home=
        if [[ -n $home ]]; then homes+=("$home"); fi
    fi
    if [[ -n ${SWIFT_HOME:-} ]]; then candidates+=("$SWIFT_HOME/usr/bin/swift" "$SWIFT_HOME/bin/swift"); fi
    if candidate=$(command -v swift); then candidates+=("$candidate"); fi
    shopt -s nullglob
    for home in "${homes[@]}"; do
        candidates+=("$home"/.local/share/swiftly/toolchains/*/usr/bin/swift "$home"/.local/share/swiftly/bin/swift)
        candidates+=("$home"/.swiftly/bin/swift "$home"/swift*/usr/bin/swift)
    done
    candidates+=(/opt/swift/usr/bin/swift /opt/swift*/usr/bin/swift /usr/local/swift*/usr/bin/swift)
    candidates+=(/usr/share/swift/usr/bin/swift /usr/libexec/swift/*/bin/swift /usr/libexec/swift/bin/swift)
    candidates+=(/usr/lib/swift*/bin/swift /usr/local/bin/swift /usr/bin/swift)
    shopt -u nullglob
    local -a old=()
    for candidate in "${candidates[@]}"; do
        [[ -x $candidate ]] || continue
        # Another program is called swift too (OpenStack's): what does not answer with a version is not ours.
        version=$("$candidate" --version 2>/dev/null </dev/null) || continue
        [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || continue
        if ((BASH_REMATCH[1] > 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 2))); then
            swift=$candidate
            return
        fi
        old+=("$candidate is ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}")
    done
    say "${0##*/}: Swift 6.2 or later is needed and was not found${old:+ (${old[*]})}."
    say "  Install it from https://www.swift.org/install/linux/, for example with swiftly, or unpack a toolchain under"
    say "  /opt/swift. If it is somewhere else already, name its folder: SWIFT_HOME=/path/to/toolchain ${0##*/} ..."
    exit 4
}

# need WHAT PACKAGE CHECK...: notes PACKAGE as missing when the check fails. WHAT is for those without apt-get.
need() {
    local what=$1 package=$2
    shift 2
    "$@" >/dev/null 2>&1 || { missing+=("$package") && missing_names+=("$what"); }
}

# Installs what building and running need, with `tests` also what the tests need, with `bench` what netlab is measured
# against, if anything is missing at all.
# Only root with apt-get installs; anybody else is told what to install.
ensure_packages() {
    local -a missing=() missing_names=()
    need git git command -v git
    need "a C++ compiler" g++ command -v g++
    need pkg-config pkg-config command -v pkg-config
    need libnl libnl-3-dev pkg-config --exists libnl-3.0
    need libnl-route libnl-route-3-dev pkg-config --exists libnl-route-3.0
    need libnftables libnftables-dev pkg-config --exists libnftables
    need zlib zlib1g-dev pkg-config --exists zlib
    # Under an ordinary user's PATH nft stands in a folder that is not searched.
    need nft nftables has_program nft
    need ip iproute2 has_program ip
    if [[ ${1:-} == tests ]]; then
        need curl curl has_program curl
        need python3 python3 has_program python3
        # scripts/test-clients fetches clients from PyPI.
        need pip python3-pip python3 -m pip --version
        need "Python's venv" python3-venv python3 -c 'import venv, ensurepip'
        need openssl openssl has_program openssl
        need socat socat has_program socat
        need ping iputils-ping has_program ping
        need tcpdump tcpdump has_program tcpdump
        need lsns util-linux has_program lsns
    elif [[ ${1:-} == bench ]]; then
        need python3 python3 has_program python3
        need unshare util-linux has_program unshare
        need sysctl procps has_program sysctl
        need haproxy haproxy has_program haproxy
        need nginx nginx has_program nginx
        need "nginx's stream module" libnginx-mod-stream has_nginx_stream
        need wrk wrk has_program wrk
        need iperf3 iperf3 has_program iperf3
        need Mininet mininet has_program mn
        need brctl bridge-utils has_program brctl
    fi
    ((${#missing[@]})) || return 0
    if ! command -v apt-get >/dev/null; then
        die 4 "missing: ${missing_names[*]}. Debian calls the packages ${missing[*]}; install your system's equivalents"
    elif ((EUID != 0)); then
        die 4 "missing: ${missing_names[*]}. Run as root, or first: sudo apt-get install ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    # A failed update is not the end: the lists already here may do.
    DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2 </dev/null || say "apt-get update failed, going on"
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2 </dev/null ||
        die 4 "apt-get could not install ${missing[*]}"
}

# A module of its own with Debian, compiled in elsewhere.
has_nginx_stream() {
    [[ -e /usr/lib/nginx/modules/ngx_stream_module.so ]] || nginx -V 2>&1 | grep -q -- '--with-stream\( \|$\)'
}

has_program() { command -v "$1" || [[ -x /usr/sbin/$1 || -x /sbin/$1 ]]; }

# Git refuses a repository of another user, which any clone is to root. SwiftPM calls git on this one and on the
# checkouts under the scratch folder, so all are declared safe, for the processes started from here only.
trust_git() {
    local n=${GIT_CONFIG_COUNT:-0}
    export "GIT_CONFIG_KEY_$n=safe.directory" "GIT_CONFIG_VALUE_$n=*" GIT_CONFIG_COUNT=$((n + 1))
}

# prepare [tests]: everything a build needs.
prepare() {
    ensure_packages "$@"
    find_swift
    trust_git
}

# swiftpm VERB ARGS...: SwiftPM on this package, with nothing to read from standard input.
swiftpm() {
    local verb=$1
    shift
    "$swift" "$verb" --package-path "$root" --scratch-path "$scratch" "$@" </dev/null
}

# The one static-stdlib release binary; all output goes to standard error.
#
# Types whose parameters are known are made from what the compiler knows, not from their mangled names: from a name, the
# runtime looks up at the first use of each that the parameters conform, among the program's 12,000 conformances one
# after the other, which was half of the instructions of `netlab create` (docs/decisions/0032).
build_release() {
    local started
    local -a flags=(-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors)
    mkdir -p "$scratch"
    rm -f "$stamp"
    started=$(mktemp "$scratch/.stamp.XXXXXX")
    say "building netlab (release) in $scratch"
    if ! swiftpm build -c release --static-swift-stdlib --product netlab "${flags[@]}" >&2; then
        rm -f "$started"
        die 1 "the release build failed"
    fi
    mv "$started" "$stamp"
}
