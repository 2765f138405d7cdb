/*
 * Makes one system call of a process go wrong, for tests of what a crash or a failing disk leaves behind: loaded before the
 * C library (LD_PRELOAD), so that Node and the database below it are reached alike.
 *
 *   FAULT_ROOT  folder whose files count
 *   FAULT_CALLS which calls are counted: "writes" (all that change a file or folder), "reads" (of files), or "opens" of any file
 *   FAULT_AT    the call that goes wrong, from 1; 0 for none
 *   FAULT_DO    "kill" before the call; "torn": half of a write, then killed; or the number of an error, "errno" once or "+errno"
 *               for that call and all after it
 *   FAULT_LOG   file that gets the number of calls when the process ends by itself
 *   FAULT_CLOCK "CALL SECONDS": how far the wall clock jumps at which reading of it
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum calls { NONE, WRITES, READS, OPENS };

static enum calls counted;
static char root[PATH_MAX];
static size_t root_length;
static long fault_at;
static int is_kill, is_torn, is_lasting, error_number;
static atomic_long calls;
static atomic_long clock_readings;
static long clock_at, clock_jump;

__attribute__((constructor)) static void begin(void) {
  const char *what = getenv("FAULT_CALLS"), *action = getenv("FAULT_DO"), *at = getenv("FAULT_AT");
  const char *clock = getenv("FAULT_CLOCK"), *folder = getenv("FAULT_ROOT");
  if (clock) sscanf(clock, "%ld %ld", &clock_at, &clock_jump);
  if (!what || !folder) return;
  snprintf(root, sizeof root, "%s", folder);
  root_length = strlen(root);
  fault_at = at ? atol(at) : 0;
  if (action && strcmp(action, "kill") == 0) is_kill = 1;
  else if (action && strcmp(action, "torn") == 0) is_torn = 1;
  else if (action) {
    is_lasting = action[0] == '+';
    error_number = atoi(action + is_lasting);
  }
  counted = strcmp(what, "writes") == 0 ? WRITES : strcmp(what, "reads") == 0 ? READS : OPENS;
}

__attribute__((destructor)) static void tell(void) {
  const char *log = getenv("FAULT_LOG");
  if (!log || counted == NONE) return;
  char line[64];
  int length = snprintf(line, sizeof line, "%ld\n", atomic_load(&calls));
  int file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0) return;
  syscall(SYS_write, file, line, (size_t)length);
  syscall(SYS_close, file);
}

static int path_counts(const char *path) {
  char full[PATH_MAX];
  if (!path) return 0;
  if (path[0] != '/') {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return 0;
    snprintf(full, sizeof full, "%.2000s/%.2000s", here, path);
    path = full;
  }
  return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int file_counts(int file) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  /* Pipes and the like have names that are no paths. */
  return path[0] == '/' && path_counts(path);
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

enum turn { GOES_ON, FAILS, TEARS };

/* Counts a call, and says what becomes of it. */
static enum turn turn_of(enum calls kind) {
  if (counted != kind) return GOES_ON;
  long now = atomic_fetch_add(&calls, 1) + 1;
  if (fault_at == 0 || now < fault_at || (now > fault_at && !is_lasting)) return GOES_ON;
  if (is_kill) die();
  if (is_torn) return TEARS;
  errno = error_number;
  return FAILS;
}

/* A call that has no half: torn means that it happened, and nothing after it. */
#define WHOLE(kind, matters, call)                      \
  do {                                                  \
    enum turn turn = (matters) ? turn_of(kind) : GOES_ON; \
    if (turn == FAILS) return -1;                       \
    if (turn == TEARS) {                                \
      call;                                             \
      die();                                            \
    }                                                   \
    return call;                                        \
  } while (0)

#define REAL(type, name, ...)        \
  static type (*real)(__VA_ARGS__); \
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

static int opens(const char *path, int flags) {
  int changes = (flags & (O_CREAT | O_TRUNC)) != 0;
  if (counted == OPENS) return 1;
  return counted == WRITES && changes && path_counts(path);
}

#define OPEN_BODY(name)                                                  \
  mode_t mode = 0;                                                       \
  if (flags & (O_CREAT | O_TMPFILE)) {                                   \
    va_list list;                                                        \
    va_start(list, flags);                                               \
    mode = va_arg(list, mode_t);                                         \
    va_end(list);                                                        \
  }                                                                      \
  REAL(int, name, const char *, int, ...);                               \
  WHOLE(counted, opens(path, flags), real(path, flags, mode))

int open(const char *path, int flags, ...) { OPEN_BODY("open"); }
int open64(const char *path, int flags, ...) { OPEN_BODY("open64"); }

#define OPENAT_BODY(name)                                                \
  mode_t mode = 0;                                                       \
  if (flags & (O_CREAT | O_TMPFILE)) {                                   \
    va_list list;                                                        \
    va_start(list, flags);                                               \
    mode = va_arg(list, mode_t);                                         \
    va_end(list);                                                        \
  }                                                                      \
  REAL(int, name, int, const char *, int, ...);                          \
  WHOLE(counted, opens(path, flags), real(folder, path, flags, mode))

int openat(int folder, const char *path, int flags, ...) { OPENAT_BODY("openat"); }
int openat64(int folder, const char *path, int flags, ...) { OPENAT_BODY("openat64"); }

static int is_written(int file) { return counted == WRITES && file_counts(file); }
static int is_read(int file) { return counted == READS && file_counts(file); }

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  enum turn turn = is_written(file) ? turn_of(WRITES) : GOES_ON;
  if (turn == FAILS) return -1;
  if (turn == TEARS) {
    real(file, bytes, size / 2);
    die();
  }
  return real(file, bytes, size);
}

#define PWRITE_BODY(name)                                                \
  REAL(ssize_t, name, int, const void *, size_t, off_t);                 \
  enum turn turn = is_written(file) ? turn_of(WRITES) : GOES_ON;          \
  if (turn == FAILS) return -1;                                          \
  if (turn == TEARS) {                                                   \
    real(file, bytes, size / 2, at);                                     \
    die();                                                               \
  }                                                                      \
  return real(file, bytes, size, at)

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { PWRITE_BODY("pwrite"); }
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) { PWRITE_BODY("pwrite64"); }

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  WHOLE(WRITES, is_written(file), real(file, parts, count));
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  WHOLE(WRITES, is_written(file), real(file, parts, count, at));
}
int fsync(int file) {
  REAL(int, "fsync", int);
  WHOLE(WRITES, is_written(file), real(file));
}
int fdatasync(int file) {
  REAL(int, "fdatasync", int);
  WHOLE(WRITES, is_written(file), real(file));
}
int ftruncate(int file, off_t size) {
  REAL(int, "ftruncate", int, off_t);
  WHOLE(WRITES, is_written(file), real(file, size));
}
int ftruncate64(int file, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  WHOLE(WRITES, is_written(file), real(file, size));
}
int fchmod(int file, mode_t mode) {
  REAL(int, "fchmod", int, mode_t);
  WHOLE(WRITES, is_written(file), real(file, mode));
}

static int is_changed(const char *path) { return counted == WRITES && path_counts(path); }

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  WHOLE(WRITES, is_changed(to), real(from, to));
}
int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  WHOLE(WRITES, is_changed(to), real(from, to));
}
int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  WHOLE(WRITES, is_changed(path), real(path));
}
int rmdir(const char *path) {
  REAL(int, "rmdir", const char *);
  WHOLE(WRITES, is_changed(path), real(path));
}
int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  WHOLE(WRITES, is_changed(path), real(path, mode));
}
int chmod(const char *path, mode_t mode) {
  REAL(int, "chmod", const char *, mode_t);
  WHOLE(WRITES, is_changed(path), real(path, mode));
}

ssize_t read(int file, void *bytes, size_t size) {
  REAL(ssize_t, "read", int, void *, size_t);
  WHOLE(READS, is_read(file), real(file, bytes, size));
}
ssize_t pread(int file, void *bytes, size_t size, off_t at) {
  REAL(ssize_t, "pread", int, void *, size_t, off_t);
  WHOLE(READS, is_read(file), real(file, bytes, size, at));
}
ssize_t pread64(int file, void *bytes, size_t size, off64_t at) {
  REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
  WHOLE(READS, is_read(file), real(file, bytes, size, at));
}

static long jump(void) {
  if (clock_at == 0) return 0;
  return atomic_fetch_add(&clock_readings, 1) + 1 >= clock_at ? clock_jump : 0;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int result = real(clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec += jump();
  return result;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  REAL(int, "gettimeofday", struct timeval *restrict, void *restrict);
  int result = real(time, zone);
  time->tv_sec += jump();
  return result;
}
