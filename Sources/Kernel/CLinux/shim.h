// Linux calls that the Glibc module hides because it is built without _GNU_SOURCE.
// Two reasons only for a thing to stand here: Glibc's module does not show it, or Swift cannot import it.
// _GNU_SOURCE itself is not defined: it changes types (fd_set, rusage) that the Glibc module has already defined.
#pragma once
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <netinet/udp.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

// Declared by <sched.h>, <sys/socket.h>, <unistd.h> and <fcntl.h> under _GNU_SOURCE only.
extern int setns(int fd, int nstype);
extern int unshare(int flags);
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int pipe_fds[2], int flags);
extern ssize_t splice(int in, loff_t *in_offset, int out, loff_t *out_offset, size_t length, unsigned int flags);
extern pid_t gettid(void);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#define NETLAB_SPLICE_F_MOVE 1
#define NETLAB_SPLICE_F_NONBLOCK 2
#define NETLAB_O_PATH 010000000
#define NETLAB_POLLRDHUP 0x2000

/* A new terminal's near end, or -1 with errno; the number of its far end below pts goes to *number. `multiplexer` is the
 * ptmx of the devpts that is meant. posix_openpt and its kin are hidden without _GNU_SOURCE. */
static inline int netlab_open_terminal(const char *multiplexer, unsigned int *number) {
    int unlocked = 0;
    int terminal = open(multiplexer, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) return -1;
    if (ioctl(terminal, TIOCSPTLCK, &unlocked) == 0 && ioctl(terminal, TIOCGPTN, number) == 0) return terminal;
    int code = errno;
    close(terminal);
    errno = code;
    return -1;
}

/* ioctl is variadic. */
static inline int netlab_set_window_size(int terminal, const struct winsize *size) {
    return ioctl(terminal, TIOCSWINSZ, size);
}

/* Makes it the controlling terminal of the calling process, which leads its session. */
static inline int netlab_take_terminal(int terminal) { return ioctl(terminal, TIOCSCTTY, 0); }

// fork(2) is marked unavailable in Swift. Only a single-threaded stage of a container process may call it.
static inline pid_t netlab_fork(void) { return fork(); }

// prctl(2) and syscall(2) are variadic, which Swift does not import.
static inline int netlab_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

static inline int netlab_prctl2(int option, unsigned long first, unsigned long second) {
    return prctl(option, first, second, 0, 0);
}

// The mount interface of Linux 5.2 and 5.12, openat2(2) of 5.6. C libraries before glibc 2.36 know none of it, and the
// headers of later ones collide with <linux/mount.h>: so numbers, which are the same on every architecture.
static inline int netlab_open_tree(const char *path) {
    return (int)syscall(428, AT_FDCWD, path, 1u | 02000000u);  // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
}
static inline int netlab_move_mount(int mount, const char *target) {
    return (int)syscall(429, mount, "", AT_FDCWD, target, 4u);  // MOVE_MOUNT_F_EMPTY_PATH
}
// Sets attributes of a mount and all below it: MOUNT_ATTR_*, `AT_RECURSIVE`.
static inline int netlab_mount_setattr(const char *path, unsigned long set) {
    unsigned long long attributes[4] = {set, 0, 0, 0};
    return (int)syscall(442, AT_FDCWD, path, 0x8000u, attributes, sizeof attributes);
}
#define NETLAB_MOUNT_ATTR_RDONLY 1
#define NETLAB_MOUNT_ATTR_NOSUID 2
#define NETLAB_MOUNT_ATTR_NODEV 4
// Opens a path that may not lead out of the directory, by `..`, by a symbolic link or by one of /proc's.
static inline int netlab_open_beneath(int directory, const char *path, int flags) {
    unsigned long long how[3] = {(unsigned)flags, 0, 0x08 | 0x02};  // RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
    return (int)syscall(437, directory, path, how, sizeof how);
}

// capset(2) of the calling thread: the same set permitted and effective, none inheritable.
static inline int netlab_capset(unsigned long long set) {
    unsigned int header[2] = {0x20080522u, 0};  // _LINUX_CAPABILITY_VERSION_3, this thread
    unsigned int data[6] = {(unsigned)set, (unsigned)set, 0, (unsigned)(set >> 32), (unsigned)(set >> 32), 0};
    return (int)syscall(SYS_capset, header, data);
}
// The raw calls: of this thread only, which is all of a process that has one.
static inline int netlab_setgroups(unsigned long count, const unsigned int *groups) {
    return (int)syscall(SYS_setgroups, count, groups);
}
static inline int netlab_setresgid(unsigned int group) { return (int)syscall(SYS_setresgid, group, group, group); }
static inline int netlab_setresuid(unsigned int user) { return (int)syscall(SYS_setresuid, user, user, user); }
// A session keyring of its own, empty: KEYCTL_JOIN_SESSION_KEYRING.
static inline long netlab_join_session_keyring(void) { return syscall(SYS_keyctl, 1, 0); }
// Who is at the other end of a local socket; 0xffffffff when the kernel does not say.
static inline unsigned int netlab_peer_user(int socket) {
    struct { int process; unsigned int user, group; } peer = {0, 0xffffffffu, 0};
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.user : 0xffffffffu;
}
// Closes this descriptor and all above it (Linux 5.9).
static inline int netlab_close_range(unsigned int first) { return (int)syscall(436, first, ~0u, 0u); }
// The same for the calling thread alone, which has a table of descriptors of its own from then on (CLOSE_RANGE_UNSHARE).
static inline int netlab_leave_descriptors(unsigned int first) { return (int)syscall(436, first, ~0u, 2u); }
