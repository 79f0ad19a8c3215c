# shellcheck shell=bash
# What tests could leave behind on this machine, as text that can be compared; sourced by scripts/test.
# Only what a test of netlab can have made is looked at, so that a container somebody starts meanwhile is not blamed:
# processes of this run by NETLAB_TEST_RUN in their environment or by their program, all else by place.

# record_state FILE
record_state() {
    {
        # First, and with nothing else of this script running: its own programs carry the mark too.
        processes_of_this_run
        namespaces_of_this_session
        # The folders themselves may stay: iproute2 leaves /run/netns and its own mount as well.
        find /run/netns /run/netlab -mindepth 1 -printf 'file %p\n' 2>/dev/null || true
        awk '$5 ~ "^/run/netns/" || $5 ~ "netlab" { print "mount " $5 }' /proc/self/mountinfo
        ip -o link show | sed -E 's/^[0-9]+: ([^:@]+).*/link \1/'
        ip -4 -o address show | awk '{ print "address " $2 " " $4 }'
        ip -4 route show table all | sed 's/^/route /'
        ip -4 rule show | sed 's/^/rule /'
        nft list ruleset 2>/dev/null | sed -E 's/packets [0-9]+ bytes [0-9]+//; s/^/nftables /' || true
        sed 's|^|sysctl net.ipv4.ip_forward = |' /proc/sys/net/ipv4/ip_forward
    } >"$1.unsorted"
    sort "$1.unsorted" >"$1"
}

# wait_for_state BEFORE AFTER: records until both are equal. The kernel takes namespaces apart, and a daemon that was
# told to stop ends, a little after the call that asked for it; what is still there after five seconds was forgotten.
wait_for_state() {
    local attempt
    for attempt in {1..10}; do
        record_state "$2"
        if cmp -s "$1" "$2"; then return 0; fi
        if ((attempt < 10)); then sleep 0.5; fi
    done
    return 1
}

# Processes that carry this run's mark or run a program out of the build folder.
processes_of_this_run() {
    local directory program
    for directory in /proc/[0-9]*; do
        program=$(readlink "$directory/exe" 2>/dev/null) || continue
        # The same path may be another file in a mount namespace of somebody else.
        # shellcheck disable=SC2154 # scratch is set by find_scratch of scripts/lib.sh
        if [[ $program == "$scratch"/* && ($program == *' (deleted)' || $directory/exe -ef $program) ]] ||
            grep -qzx "NETLAB_TEST_RUN=$NETLAB_TEST_RUN" "$directory/environ" 2>/dev/null; then
            printf 'process %s %s\n' "${directory#/proc/}" "$program"
        fi
    done
}

# Network namespaces with a process in them, of this script's cgroup: what a pod's command with an environment of its
# own leaves. Containers of an engine stand in cgroups of their own.
namespaces_of_this_session() {
    local namespace pid
    while read -r namespace pid; do
        [[ -n $pid && -e /proc/$pid/cgroup && $(<"/proc/$pid/cgroup") == "$(</proc/self/cgroup)" ]] || continue
        printf 'namespace %s with process %s %s\n' "$namespace" "$pid" "$(readlink "/proc/$pid/exe" 2>/dev/null)"
    done < <(lsns --type net --noheadings --raw --output NS,PID 2>/dev/null)
}
