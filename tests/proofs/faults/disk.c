/* A disk that is slow or full, for one process: loaded before its C library (LD_PRELOAD), it holds up what makes writes durable and
 * refuses what makes files longer. The file named by ASKONCE_TEST_DISK says how the disk is: "well", "full", or "slow MICROSECONDS". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void mood(char *found, size_t room) {
    const char *path = getenv("ASKONCE_TEST_DISK");
    FILE *file = path ? fopen(path, "re") : NULL;
    found[0] = 0;
    if (!file) return;
    if (!fgets(found, (int)room, file)) found[0] = 0;
    fclose(file);
}

static void wait_as_told(void) {
    char found[64];
    mood(found, sizeof found);
    if (!strncmp(found, "slow ", 5)) usleep((useconds_t)atoi(found + 5));
}

int fsync(int fd) {
    wait_as_told();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    wait_as_told();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

/* A disk fills up in the midst of a write: half of it is taken, the rest is refused. */
static ssize_t full_or(const char *name, int fd, const void *bytes, size_t count, off64_t at) {
    static __thread int half;
    ssize_t (*real)(int, const void *, size_t, off64_t) = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, name);
    char found[64];
    mood(found, sizeof found);
    if (strncmp(found, "full", 4)) {
        half = 0;
        return real(fd, bytes, count, at);
    }
    if (!half && count > 1) {
        half = 1;
        return real(fd, bytes, count / 2, at);
    }
    half = 0;
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return full_or("pwrite", fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { return full_or("pwrite64", fd, bytes, count, at); }
