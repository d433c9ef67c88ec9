/* Copyright: (c) 2026, the failover.vrrp contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * User Mode Linux saves the extended registers of its processes by ptrace, in 832 bytes. A new
 * processor has more of them, and the kernel below takes all or none. Loaded before it, this reads
 * and writes all, hands over the beginning, and keeps the rest for each place they are saved in.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NT_X86_XSTATE 0x202
#define ALL_MAX 16384
#define SAVED_MAX 4096

static struct saved {
    void *place;
    size_t length;
    char *all;
} table[SAVED_MAX];

static struct saved *saved_at(void *place, int add)
{
    unsigned long hash = ((unsigned long)place >> 4) * 2654435761UL;

    for (int i = 0; i < SAVED_MAX; i++) {
        struct saved *one = &table[(hash + i) % SAVED_MAX];

        if (one->place == place)
            return one;
        if (!one->place) {
            if (!add)
                return NULL;
            one->place = place;
            return one;
        }
    }
    return NULL;
}

static long read_registers(pid_t process, struct iovec *wanted, char *all)
{
    struct iovec everything = {all, ALL_MAX};
    long result = syscall(SYS_ptrace, PTRACE_GETREGSET, process, NT_X86_XSTATE, &everything);

    if (result < 0)
        return result;
    struct saved *one = saved_at(wanted->iov_base, 1);
    if (one && (one->all || (one->all = malloc(ALL_MAX)))) {
        memcpy(one->all, all, everything.iov_len);
        one->length = everything.iov_len;
    }
    if (everything.iov_len < wanted->iov_len)
        wanted->iov_len = everything.iov_len;
    memcpy(wanted->iov_base, all, wanted->iov_len);
    return 0;
}

static long write_registers(pid_t process, struct iovec *given, char *all)
{
    struct iovec everything = {all, ALL_MAX};
    long result = syscall(SYS_ptrace, PTRACE_GETREGSET, process, NT_X86_XSTATE, &everything);

    if (result < 0)
        return result;
    struct saved *one = saved_at(given->iov_base, 0);
    if (one && one->all && one->length == everything.iov_len)
        memcpy(all, one->all, one->length);
    size_t length = given->iov_len < everything.iov_len ? given->iov_len : everything.iov_len;
    memcpy(all, given->iov_base, length);
    return syscall(SYS_ptrace, PTRACE_SETREGSET, process, NT_X86_XSTATE, &everything);
}

long ptrace(enum __ptrace_request request, ...)
{
    static char all[ALL_MAX] __attribute__((aligned(64)));
    va_list arguments;

    va_start(arguments, request);
    long process = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);
    if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
        long word;
        long result = syscall(SYS_ptrace, request, process, address, &word);

        if (result != 0)
            return result;
        errno = 0;
        return word;
    }
    if ((long)address == NT_X86_XSTATE && request == PTRACE_GETREGSET)
        return read_registers(process, data, all);
    if ((long)address == NT_X86_XSTATE && request == PTRACE_SETREGSET)
        return write_registers(process, data, all);
    return syscall(SYS_ptrace, request, process, address, data);
}
