// SPDX-License-Identifier: Apache-2.0
// Runs a command on one core, or on all, and reports what it used.
//
//   launch FD CORE|all COMMAND...
//
// The report goes to file descriptor FD: status, user and system time and wall time in
// microseconds, and peak memory in KiB. A program of its own, because a child starts with the peak
// memory of the process that forked it: Python's would hide that of a small contestant.
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

long long microseconds(const timeval &time) { return time.tv_sec * 1'000'000LL + time.tv_usec; }

void pin(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<size_t>(core), &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) std::perror("launch: cannot pin");
}

}  // namespace

int main(int count, char **words) {
  if (count < 4) return 2;
  auto start = std::chrono::steady_clock::now();
  pid_t child = fork();
  if (child < 0) return 3;
  if (child == 0) {
    close(std::atoi(words[1]));
    if (std::strcmp(words[2], "all") != 0) pin(std::atoi(words[2]));
    execvp(words[3], words + 3);
    _exit(127);
  }
  int status = 0;
  rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) return 3;
  auto wall = std::chrono::steady_clock::now() - start;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  dprintf(std::atoi(words[1]), "%d %lld %lld %lld %ld\n", code, microseconds(usage.ru_utime),
          microseconds(usage.ru_stime),
          static_cast<long long>(
              std::chrono::duration_cast<std::chrono::microseconds>(wall).count()),
          usage.ru_maxrss);
  return 0;
}
