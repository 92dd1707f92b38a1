"""Runs a command and prints, as JSON, how long it took, how much memory it needed and how it ended.

The kernel counts the peak memory of a process and tells it to the parent that waits for it; Node has no such call.
"""

import json
import os
import sys
import time

output, *command = sys.argv[1:]
started = time.time()
clock = time.perf_counter()
pid = os.fork()
if pid == 0:
    log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execvp(command[0], command)
_, status, usage = os.wait4(pid, 0)
print(
    json.dumps(
        {
            "startedMs": started * 1000,
            "seconds": time.perf_counter() - clock,
            "cpuSeconds": usage.ru_utime + usage.ru_stime,
            "peakKilobytes": usage.ru_maxrss,
            "exitCode": os.waitstatus_to_exitcode(status),
        }
    )
)
