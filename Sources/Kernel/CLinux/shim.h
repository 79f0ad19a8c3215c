// Linux calls that the Glibc module hides because it is built without _GNU_SOURCE.
// Two reasons only for a thing to stand here: Glibc's module does not show it, or Swift cannot import it.
// _GNU_SOURCE itself is not defined: it changes types (fd_set, rusage) that the Glibc module has already defined.
#pragma once
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
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

// fork(2) is marked unavailable in Swift. Only a single-threaded stage of a container process may call it.
static inline pid_t netlab_fork(void) { return fork(); }

// prctl(2) and syscall(2) are variadic, which Swift does not import.
static inline int netlab_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

