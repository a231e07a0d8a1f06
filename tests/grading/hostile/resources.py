"""Items 16 to 22 and 25: ends, hangs, multiplies, fills memory and disks, stays behind."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

_DEAF = """
        import os, signal, time
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
"""

FAMILY = (
    Entry("os-exit", (16,), "ends its process", code="import os; os._exit(0)",
          score=3.0, stopped="died", stock_safe=True),
    Entry("os-exit-in-answer", (16,), "ends its process when the judge asks",
          answer="def adjacency(edge_index, num_nodes):\n    import os\n    os._exit(0)",
          score=3.0, stopped="died", stock_safe=True),
    Entry("segfault", (16,), "reads where there is no memory", code="import ctypes; ctypes.string_at(0)",
          score=3.0, stopped="SIGSEGV", stock_safe=True),
    Entry("abort", (16,), "aborts, which would write an image of its memory", code="""
        import resource, os
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
        except (ValueError, OSError) as error:
            pass
        os.abort()
        """, score=3.0, stopped="SIGABRT"),
    Entry("kill-everybody", (16,), "kills every process that it may", code="""
        import os, signal
        for pid in (1, os.getppid(), 0 - os.getpgrp(), -1):
            for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
        """, score=3.0, stopped="died|could not be interrupted", seconds=30),
    Entry("sys-exit", (17,), "exits in a cell and in its answer", code="import sys; sys.exit(0)",
          answer="def adjacency(edge_index, num_nodes):\n    raise SystemExit(0)", stock_safe=True),
    Entry("keyboard-interrupt", (17,), "interrupts itself",
          code="raise KeyboardInterrupt",
          answer="def adjacency(edge_index, num_nodes):\n    raise KeyboardInterrupt", stock_safe=True),
    Entry("generator-exit", (17,), "raises what is no Exception, and what says nothing of itself", answer="""
        class Mute(BaseException):
            def __str__(self):
                raise self
            __repr__ = __str__
        def adjacency(edge_index, num_nodes):
            raise Mute
        """, score=3.0, stopped="died", stock_safe=True),
    Entry("quit-magic", (17,), "quits as one quits IPython", code="quit()\nimport time\ntime.sleep(1)", score=3.0,
          stopped="died", stock_safe=True),
    Entry("endless", (18,), "never ends", code="while True: pass", seconds=30, stock_safe=True),
    Entry("endless-answer", (18,), "never ends when the judge asks, and catches what should end it", answer="""
        def adjacency(edge_index, num_nodes):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        """, score=3.0, stopped="could not be interrupted|used up", seconds=60),
    Entry("deaf", (18,), "never ends, with every signal masked", code=_DEAF + """
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
        """, score=3.0, stopped="could not be interrupted", seconds=30),
    Entry("asleep-in-c", (18,), "never comes back from C", code=_DEAF + """
        import ctypes
        ctypes.CDLL(None).pause()
        """, score=3.0, stopped="could not be interrupted", seconds=30),
    Entry("deadlock", (18,), "waits for a lock that it holds, in the thread that takes messages", code="""
        import threading
        lock = threading.Lock()
        lock.acquire()
        kernel = get_ipython().kernel
        kernel.io_loop.add_callback(lock.acquire)
        """, score=3.0, stopped="could not be interrupted", seconds=60),
    Entry("just-under", (19,), "sleeps in each cell just under its limit", code="import time; time.sleep(4.5)",
          edit=lambda notebook: _again(notebook, 6), score=3.0, stopped="used up its 20 seconds", seconds=40),
    Entry("threads-work", (19,), "computes in threads while its cells are over", code="""
        import threading
        def burn():
            while True:
                sum(range(1000))
        for _ in range(4):
            threading.Thread(target=burn, daemon=True).start()
        """, least=3.0, seconds=60),
    Entry("fork-bomb", (20,), "forks without end", code="""
        import os
        try:
            while True:
                os.fork()
        except OSError as error:
            import time
            time.sleep(60)
        """, least=3.0, seconds=60),  # the limit on its processes may hold, and the interrupt end it
    Entry("shell-fork-bomb", (20,), "does so in a shell", code="""
        import subprocess
        subprocess.run(["bash", "-c", ":(){ :|:& };:"])
        print("bombed")
        """, least=3.0, seconds=60),
    Entry("thread-bomb", (20,), "starts threads without end", code="""
        import threading, time
        started = 0
        try:
            while started < 5000:
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
                started += 1
        except RuntimeError as error:
            print("threads:", started < 500)
        """, shows="threads: True", seconds=40),
    Entry("memory-bomb", (21,), "takes all memory, slowly enough to be seen", code="""
        hold = []
        while True:
            hold.append(bytearray(b"x") * 64_000_000)
        """, least=3.0, seconds=40),
    Entry("memory-torch", (21,), "asks torch for all memory at once", code="""
        import torch
        hold = [torch.ones(2**26) for _ in range(160)]
        """, least=3.0, seconds=40),
    Entry("memory-many", (21,), "takes it in many processes", code="""
        import os, time
        for _ in range(20):
            if os.fork() == 0:
                hold = bytearray(b"x") * 300_000_000
                time.sleep(30)
                os._exit(0)
        time.sleep(3)
        """, least=3.0, seconds=40),
    Entry("disk-tmp", (22,), "fills /tmp", code="""
        written = 0
        try:
            for number in range(100):
                with open(f"/tmp/big{number}", "wb") as file:
                    written += file.write(b"x" * 50_000_000)
        except OSError as error:
            print("disk:", error.strerror, written < 200_000_000)
        """, shows="disk: No space left on device True"),
    Entry("disk-shm", (22,), "fills /dev/shm", code="""
        written = 0
        try:
            for number in range(100):
                with open(f"/dev/shm/hostile{number}", "wb") as file:
                    written += file.write(b"x" * 50_000_000)
        except OSError as error:
            print("disk:", error.strerror, written < 200_000_000)
        """, shows="disk: No space left on device True"),
    Entry("disk-inodes", (22,), "makes files without end", code="""
        made = 0
        try:
            while made < 200_000:
                open(f"/tmp/f{made}", "w").close()
                made += 1
        except OSError as error:
            print("inodes:", made < 50_000)
        """, shows="inodes: True", seconds=30),
    Entry("disk-one-file", (22,), "writes one large file, and a sparse one", code="""
        try:
            with open("/tmp/large", "wb") as file:
                file.seek(10**12)
                file.write(b"x")
        except OSError as error:
            print("file:", error.strerror)
        """, shows="file:"),
    Entry("daemon", (25,), "leaves a daemon behind that lost its parent and its session", code="""
        import os, subprocess, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv("/bin/sh", ["hostile-was-here", "-c", "trap '' HUP TERM INT; sleep 300; sleep 300"])
            os._exit(0)
        subprocess.Popen(["nohup", "sleep", "301"], start_new_session=True)
        print("left behind")
        """, shows="left behind"),
    Entry("daemon-at-exit", (25,), "starts one when it is ended", code="""
        import atexit, os, signal, subprocess
        start = lambda *a: subprocess.Popen(["sleep", "302"], start_new_session=True)
        atexit.register(start)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, start)
        """),
    Entry("crontab", (25,), "asks the machine to run something later", code="""
        import subprocess
        for line in ("echo '* * * * * touch @WORLD@/hostile-was-here' | crontab -",
                     "echo 'touch @WORLD@/hostile-was-here' | at now", "systemd-run touch @WORLD@/hostile-was-here",
                     "echo touch @WORLD@/hostile-was-here >> ~/.bashrc"):
            subprocess.run(["bash", "-c", line], capture_output=True)
        print("asked for later")
        """, shows="asked for later"),
    Entry("limits-raised", (18, 20, 21), "raises its own limits", code="""
        import os, resource
        for name in dir(resource):
            if name.startswith("RLIMIT_"):
                kind = getattr(resource, name)
                hard = resource.getrlimit(kind)[1]
                if hard not in (-1, 0):
                    try:
                        resource.setrlimit(kind, (hard * 2, hard * 2))
                        print("RAISED", name)
                    except (ValueError, OSError):
                        pass
        for path in ("/sys/fs/cgroup/memory/cgroup.procs", "/sys/fs/cgroup/cgroup.procs", "/proc/self/oom_score_adj"):
            try:
                with open(path, "w") as file:
                    file.write("-1000" if "oom" in path else str(os.getpid()))
                print("WROTE", path)
            except OSError:
                pass
        print("limits stay")
        """, shows="limits stay"),
    Entry("print-gigabyte", (23,), "prints one line of a gigabyte", code="""
        print("x" * 1_000_000_000)
        """, least=3.0, seconds=40),
    Entry("print-long-lines", (23,), "prints lines of a million letters, as honest people do by mistake", code="""
        for _ in range(3):
            print("x" * 1_000_000, flush=True)
        """, shows="letters left out"),
    Entry("print-backspaces", (23,), "prints as many backspaces as letters", code="""
        print("x" * 1_000_000 + "\\b" * 1_000_000)
        """),
    Entry("print-many", (23,), "shows a million things", code="""
        from IPython.display import display
        for number in range(1_000_000):
            display(number)
        """, least=3.0, seconds=40),
    Entry("print-binary", (23,), "prints every character that there is, and steers the terminal", code="""
        print("".join(map(chr, range(0x300))), "\\x1b]0;owned\\x07\\x1b[2J")
        import sys
        sys.stdout.buffer.write(bytes(range(256))) if hasattr(sys.stdout, "buffer") else None
        """, score=4.0),
    Entry("recursion", (16,), "recurses without end, with the limit taken away", code="""
        import sys, threading
        sys.setrecursionlimit(10**9)
        def deeper(n):
            return deeper(n + 1) + 1
        deeper(0)
        """, score=3.0, stopped="memory|could not be interrupted|died", seconds=40),
)  # fmt: skip


def _again(notebook: object, times: int) -> None:
    from nbformat.v4 import new_code_cell

    for number in range(times):
        notebook.cells.insert(3, new_code_cell("import time; time.sleep(4.5)", id=f"sleep-{number}"))  # type: ignore[attr-defined]
