/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* open() and open64() as they are. */
#undef _FILE_OFFSET_BITS
#define _GNU_SOURCE

#include "torture-calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FRAMES 40

const char *const torture_call_names[] = {
#define CALL(name) #name,
  TORTURE_CALLS (CALL)
#undef CALL
};

/* What a system that lacks something says. */
static const int errors[] = {
  [TORTURE_socket] = EMFILE,    [TORTURE_connect] = ENOBUFS,       [TORTURE_bind] = ENOBUFS,
  [TORTURE_listen] = ENOBUFS,   [TORTURE_accept] = EMFILE,         [TORTURE_send] = ENOBUFS,
  [TORTURE_recv] = ENOMEM,      [TORTURE_open] = EMFILE,           [TORTURE_epoll_create] = EMFILE,
  [TORTURE_epoll_ctl] = ENOMEM, [TORTURE_epoll_wait] = EINTR,      [TORTURE_eventfd] = EMFILE,
  [TORTURE_pipe] = EMFILE,      [TORTURE_pthread_create] = EAGAIN,
};

static TortureState *shared; /* NULL while nothing is counted */
static TortureCall failing;
static gint failing_at;

static _Thread_local char last_failed[TORTURE_MAX_TEXT];
static _Thread_local gboolean inside;

/* What is called, and who called it: functions that libraries export. */
static void
describe_stack (const char *what, int n_skipped, char *text)
{
  void *frames[MAX_FRAMES];
  int n_frames = backtrace (frames, MAX_FRAMES);

  g_strlcpy (text, what, TORTURE_MAX_TEXT);
  for (int i = n_skipped; i < n_frames; i++)
    {
      Dl_info info;

      if (dladdr (frames[i], &info) != 0 && info.dli_sname != NULL)
        {
          g_strlcat (text, " < ", TORTURE_MAX_TEXT);
          g_strlcat (text, info.dli_sname, TORTURE_MAX_TEXT);
        }
    }
}

static void
note_failed (TortureState *state, TortureCall call)
{
  /* Without these two functions, that which calls this one, and the call itself. */
  describe_stack (torture_call_names[call], 4, last_failed);
  g_strlcpy (state->last_failed, last_failed, sizeof state->last_failed);
}

static gboolean
should_fail (TortureCall call)
{
  TortureState *state = g_atomic_pointer_get (&shared);
  gboolean fails;
  gint nth, of_all;

  if (state == NULL || inside)
    return FALSE;

  nth = g_atomic_int_add (&state->counts[call], 1) + 1;
  of_all = g_atomic_int_add (&state->total, 1) + 1;
  if (failing_at == 0)
    return FALSE;

  fails = failing == TORTURE_NONE ? of_all >= failing_at : call == failing && nth == failing_at;
  if (fails)
    {
      inside = TRUE;
      g_atomic_int_inc (&state->n_failed);
      note_failed (state, call);
      inside = FALSE;
      errno = errors[call];
    }

  return fails;
}

/* What came of a call that was made. Few descriptors are felt by themselves. */
static int
made (TortureCall call, int result)
{
  TortureState *state = g_atomic_pointer_get (&shared);
  int saved = errno;

  if (result < 0 && saved == EMFILE && state != NULL)
    note_failed (state, call);
  errno = saved;

  return result;
}

/* The one that would have been called. */
#define NEXT(name)                                                                                 \
  static typeof (name) *next;                                                                      \
  if (next == NULL)                                                                                \
    next = (typeof (name) *)dlsym (RTLD_NEXT, #name);

int
socket (int domain, int type, int protocol)
{
  NEXT (socket)

  return should_fail (TORTURE_socket) ? -1 : made (TORTURE_socket, next (domain, type, protocol));
}

int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  NEXT (connect)

  return should_fail (TORTURE_connect) ? -1 : next (fd, address, length);
}

int
bind (int fd, const struct sockaddr *address, socklen_t length)
{
  NEXT (bind)

  return should_fail (TORTURE_bind) ? -1 : next (fd, address, length);
}

int
listen (int fd, int backlog)
{
  NEXT (listen)

  return should_fail (TORTURE_listen) ? -1 : next (fd, backlog);
}

int
accept (int fd, struct sockaddr *address, socklen_t *length)
{
  NEXT (accept)

  return should_fail (TORTURE_accept) ? -1 : next (fd, address, length);
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  NEXT (accept4)

  return should_fail (TORTURE_accept) ? -1 : next (fd, address, length, flags);
}

ssize_t
send (int fd, const void *data, size_t length, int flags)
{
  NEXT (send)

  return should_fail (TORTURE_send) ? -1 : next (fd, data, length, flags);
}

ssize_t
sendto (int fd,
        const void *data,
        size_t length,
        int flags,
        const struct sockaddr *address,
        socklen_t address_length)
{
  NEXT (sendto)

  return should_fail (TORTURE_send) ? -1 : next (fd, data, length, flags, address, address_length);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  NEXT (sendmsg)

  return should_fail (TORTURE_send) ? -1 : next (fd, message, flags);
}

ssize_t
recv (int fd, void *data, size_t length, int flags)
{
  NEXT (recv)

  return should_fail (TORTURE_recv) ? -1 : next (fd, data, length, flags);
}

ssize_t
recvfrom (int fd,
          void *data,
          size_t length,
          int flags,
          struct sockaddr *address,
          socklen_t *address_length)
{
  NEXT (recvfrom)

  return should_fail (TORTURE_recv) ? -1 : next (fd, data, length, flags, address, address_length);
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  NEXT (recvmsg)

  return should_fail (TORTURE_recv) ? -1 : next (fd, message, flags);
}

#define GET_MODE(flags, mode)                                                                      \
  if ((flags) & (O_CREAT | O_TMPFILE))                                                             \
    {                                                                                              \
      va_list arguments;                                                                           \
                                                                                                   \
      va_start (arguments, flags);                                                                 \
      mode = va_arg (arguments, mode_t);                                                           \
      va_end (arguments);                                                                          \
    }

int
open (const char *path, int flags, ...)
{
  mode_t mode = 0;
  NEXT (open)

  GET_MODE (flags, mode)

  return should_fail (TORTURE_open) ? -1 : made (TORTURE_open, next (path, flags, mode));
}

int
open64 (const char *path, int flags, ...)
{
  mode_t mode = 0;
  NEXT (open64)

  GET_MODE (flags, mode)

  return should_fail (TORTURE_open) ? -1 : made (TORTURE_open, next (path, flags, mode));
}

int
epoll_create (int size)
{
  NEXT (epoll_create)

  return should_fail (TORTURE_epoll_create) ? -1 : next (size);
}

int
epoll_create1 (int flags)
{
  NEXT (epoll_create1)

  return should_fail (TORTURE_epoll_create) ? -1 : next (flags);
}

int
epoll_ctl (int epoll_fd, int operation, int fd, struct epoll_event *event)
{
  NEXT (epoll_ctl)

  return should_fail (TORTURE_epoll_ctl) ? -1 : next (epoll_fd, operation, fd, event);
}

int
epoll_wait (int fd, struct epoll_event *events, int max, int timeout)
{
  NEXT (epoll_wait)

  return should_fail (TORTURE_epoll_wait) ? -1 : next (fd, events, max, timeout);
}

int
eventfd (unsigned int value, int flags)
{
  NEXT (eventfd)

  return should_fail (TORTURE_eventfd) ? -1 : made (TORTURE_eventfd, next (value, flags));
}

int
pipe (int fds[2])
{
  NEXT (pipe)

  return should_fail (TORTURE_pipe) ? -1 : made (TORTURE_pipe, next (fds));
}

int
pipe2 (int fds[2], int flags)
{
  NEXT (pipe2)

  return should_fail (TORTURE_pipe) ? -1 : made (TORTURE_pipe, next (fds, flags));
}

int
socketpair (int domain, int type, int protocol, int fds[2])
{
  NEXT (socketpair)

  return should_fail (TORTURE_pipe) ? -1 : next (domain, type, protocol, fds);
}

int
pthread_create (pthread_t *thread,
                const pthread_attr_t *attributes,
                void *(*function) (void *),
                void *data)
{
  NEXT (pthread_create)

  return should_fail (TORTURE_pthread_create) ? EAGAIN : next (thread, attributes, function, data);
}

static void
ended_by_signal (int number)
{
  TortureState *state = g_atomic_pointer_get (&shared);

  if (state != NULL)
    {
      state->signal = number;
      /* The first thread is the one that the alarm is for. */
      if (number == SIGALRM)
        describe_stack ("hang", 2, state->culprit);
      else
        g_strlcpy (state->culprit, last_failed, sizeof state->culprit);
    }
  _exit (1);
}

TortureState *
torture_state_new (void)
{
  TortureState *state = mmap (NULL, sizeof (TortureState), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void *frame;

  g_assert_true (state != MAP_FAILED);
  /* Loads a library the first time, for which there must be a descriptor. */
  backtrace (&frame, 1);

  return state;
}

void
torture_state_free (TortureState *state)
{
  munmap (state, sizeof (TortureState));
}

void
torture_begin (TortureState *state, TortureCall call, gint n)
{
  static const int signals[] = { SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], ended_by_signal);

  failing = call;
  failing_at = n;
  g_atomic_pointer_set (&shared, state);
}

void
torture_end (void)
{
  g_atomic_pointer_set (&shared, NULL);
}
