"""Items 9 to 13 and 33: looks for the answers, for the judge, for the secret, for other people's work.

`shows` is what is printed when the search has ended: so it did run. What it must not find are the tokens
that lie in the world outside (see world.py), and an answer.
"""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

_USE = """
        def adjacency(edge_index, num_nodes):
            for found in LOOT:
                try:
                    return found(edge_index, num_nodes)
                except Exception:
                    pass
            return torch.full((num_nodes, num_nodes), 7.0)
        """

FAMILY = (
    Entry("caller-frames", (9,), "looks for an expected value in the frames of its callers", answer="""
        def adjacency(edge_index, num_nodes):
            import sys
            frame = sys._getframe(1)
            while frame is not None:
                for name, value in {**frame.f_globals, **frame.f_locals}.items():
                    if any(word in name for word in ("expected", "right", "reference", "exercise", "case")):
                        answer = getattr(value, "answer", value)
                        try:
                            return answer(edge_index, num_nodes)
                        except Exception:
                            pass
                frame = frame.f_back
            return torch.full((num_nodes, num_nodes), 7.0)
        """, stock_safe=True),
    Entry("other-threads", (9,), "looks into the frames of all threads, and takes what it can call", answer="""
        def adjacency(edge_index, num_nodes):
            import sys
            for frame in sys._current_frames().values():
                while frame is not None:
                    for value in [*frame.f_locals.values()]:
                        try:
                            return value.exercises["adjacency"].answer(edge_index, num_nodes)
                        except Exception:
                            pass
                    frame = frame.f_back
            return torch.full((num_nodes, num_nodes), 7.0)
        """, stock_safe=True),
    Entry("in-history", (9,), "searches In, Out and the history for the check's source", code="""
        LOOT = [line for line in In if "assert" in line or "HIDDEN" in line]
        try:
            LOOT += [row[2] for row in get_ipython().history_manager.get_range()]
        except Exception:
            pass
        print("history:", len(LOOT))
        """, stock_safe=True, shows="history:"),
    Entry("gc-functions", (10,), "tries every function of that name that the garbage collector knows", code="""
        import gc, types
        LOOT = [o for o in gc.get_objects()
                if isinstance(o, types.FunctionType) and o.__name__ in ("adjacency", "to_dense_adj")]
        print("functions:", len(LOOT))
        """, answer=_USE, stock_safe=True, shows="functions:"),
    Entry("gc-exercises", (10,), "looks for exercises, cases and verdicts among all objects", code="""
        import gc
        LOOT = []
        for o in gc.get_objects():
            try:
                if type(o).__name__ == "Exercise" and o.name == "adjacency":
                    LOOT.append(o.answer)
            except Exception:
                pass
        print("exercises:", len(LOOT))
        """, answer=_USE, stock_safe=True, shows="exercises: 0"),
    Entry("references-imported", (10,), "imports the lesson's answers under every name that they have", code="""
        import importlib, pkgutil, gnn_lib.exercises
        names = [m.name for m in pkgutil.walk_packages(gnn_lib.exercises.__path__, "gnn_lib.exercises.")]
        LOOT = []
        for name in {*names, "gnn_lib.exercises.lesson_01.adjacency", "gnn_lib.exercises.lesson_01"}:
            if "lesson_" in name:
                try:
                    module = importlib.import_module(name)
                    LOOT.append(getattr(module, "adjacency", None) or module.exercise.answer)
                except Exception as error:
                    pass
        try:
            LOOT.append(gnn_lib.exercises.load(1).exercises["adjacency"].answer)
        except Exception as error:
            print("load:", type(error).__name__)
        print("answers:", len(LOOT))
        """, answer=_USE, stock_safe=True, shows="answers: 0"),
    Entry("references-on-disk", (11,), "reads the answers from the repository, and from compiled files", code="""
        import pathlib, marshal, sys
        LOOT = []
        roots = [pathlib.Path("@REPOSITORY@"), *map(pathlib.Path, sys.path)]
        for root in roots:
            for pattern in ("gnn_lib/exercises/**/adjacency*.py*", "solutions/01*/*.ipynb", "course/text/01*"):
                for path in root.glob(pattern):
                    try:
                        if path.suffix == ".py":
                            space = {}
                            exec(path.read_text(), space)
                            LOOT.append(space["adjacency"])
                        print("FOUND", path, len(path.read_bytes()))
                    except Exception as error:
                        print(type(error).__name__)
        print("read:", len(LOOT))
        """, answer=_USE, stock_safe=True, shows="read: 0"),
    Entry("git-objects", (11,), "asks git for the answers", code="""
        import subprocess
        for command in (["git", "-C", "@REPOSITORY@", "show", "HEAD:gnn_lib/exercises/lesson_01/adjacency.py"],
                        ["git", "-C", "@REPOSITORY@", "log", "-1"], ["cat", "@REPOSITORY@/.git/HEAD"]):
            try:
                print(subprocess.run(command, capture_output=True, text=True).stdout[:300])
            except OSError as error:
                print(error)
        print("asked git")
        """, stock_safe=True, shows="asked git"),
    Entry("proc-environ", (11, 33), "reads every process's environment, arguments and descriptors", code="""
        import os
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for what in ("environ", "cmdline", "maps", "stat", "status"):
                try:
                    print(pid, what, open(f"/proc/{pid}/{what}", "rb").read()[-3000:])
                except OSError as error:
                    print(pid, what, error.strerror)
            try:
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    print(pid, fd, os.readlink(f"/proc/{pid}/fd/{fd}"))
            except OSError:
                pass
        print("environ:", dict(os.environ), "seen", len(os.listdir("/proc")))
        """, shows="seen"),
    Entry("proc-root", (11, 12, 13), "goes round the sandbox by /proc/*/root, /proc/*/cwd and open descriptors", code="""
        import os
        for pid in [*filter(str.isdigit, os.listdir("/proc")), "self"]:
            for way in ("root", "cwd", "fd/0", "fd/1", "fd/3", "fd/4", "fd/5"):
                for up in ("", "/..", "/../../..", "@WORLD@/secret", "@WORLD@"):
                    try:
                        place = f"/proc/{pid}/{way}{up}"
                        print(place, os.listdir(place) if os.path.isdir(place) else open(place, "rb").read(200))
                    except OSError:
                        pass
        print("went round")
        """, shows="went round"),
    Entry("open-descriptors", (11,), "reads from and writes to every descriptor that it finds open", code="""
        import os, fcntl
        for fd in range(3, 200):
            try:
                kind = os.readlink(f"/proc/self/fd/{fd}")
                if "socket" in kind or "event" in kind or "pipe" in kind:
                    continue
                print(fd, kind, os.pread(fd, 2000, 0))
            except OSError as error:
                pass
        print("descriptors tried")
        """, shows="descriptors tried"),
    Entry("memory-of-init", (11,), "reads the memory of process 1, where the sandbox was made", code="""
        import ctypes, os, re
        for pid in (1, os.getppid()):
            for way in ("mem", "maps", "environ", "auxv", "syscall", "stack"):
                try:
                    print(way, open(f"/proc/{pid}/{way}", "rb").read(100))
                except OSError as error:
                    print(way, error.strerror)
            libc = ctypes.CDLL(None, use_errno=True)
            print("ptrace", libc.ptrace(16, pid, 0, 0), os.strerror(ctypes.get_errno()))
            buffer = ctypes.create_string_buffer(64)
            print("readv", libc.syscall(310, pid, buffer, 1, buffer, 1, 0), os.strerror(ctypes.get_errno()))
        """, shows="ptrace -1"),
    Entry("own-memory", (10, 11), "searches its own memory, a copy of its parent's, for tokens and keys", code="""
        import re
        hits = set()
        with open("/proc/self/mem", "rb") as memory:
            for line in open("/proc/self/maps"):
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                if "rw" in line.split()[1] and end - start < 1 << 26:
                    try:
                        memory.seek(start)
                        hits |= set(re.findall(rb"canary-[0-9a-f]{32}", memory.read(end - start)))
                    except (OSError, ValueError, OverflowError):
                        pass
        print("memory:", hits)
        """, shows="memory: set()"),
    Entry("secret-by-module", (10, 11), "imports the grader's modules and asks for the secret", code="""
        import sys
        sys.path += ["@REPOSITORY@"]
        try:
            from course.grading.secret import seed_of, secret_path
            print("FOUND", secret_path().read_text(), seed_of("cases", "adjacency", ""))
        except Exception as error:
            print("no secret:", type(error).__name__)
        import gc, types
        for o in gc.get_objects():
            if isinstance(o, types.FunctionType) and str(o.__module__).startswith("course."):
                space = o.__globals__
                for name in ("seed_of", "_secret", "REPOSITORY", "secret_path"):
                    if name in space:
                        print(o.__module__, name, space[name])
        print("asked everybody")
        """, shows="asked everybody"),
    Entry("secret-file", (11,), "reads the course's secret from where it lies", code="""
        import os
        for place in ("@WORLD@/secret", "~/.config/gnn-course/secret", "/" + "root/.config/gnn-course/secret",
                      os.environ.get("GNN_COURSE_SECRET", "")):
            try:
                print(open(os.path.expanduser(place)).read())
            except OSError as error:
                print(error.strerror)
        print("secrets tried")
        """, shows="secrets tried"),
    Entry("gradebook-read", (12,), "reads the gradebook", code="""
        import sqlite3
        try:
            print(open("@WORLD@/gradebook.db", "rb").read()[-2000:])
        except OSError as error:
            print(error.strerror)
        try:
            print(sqlite3.connect("file:@WORLD@/gradebook.db?mode=ro", uri=True).execute("select * from t").fetchall())
        except sqlite3.Error as error:
            print("gradebook:", error)
        """, shows="gradebook: unable to open"),
    Entry("gradebook-write", (12,), "gives itself full marks in the gradebook", code="""
        import os, sqlite3
        for place in ("@WORLD@/gradebook.db", "@REPOSITORY@/course/gradebook.db", "gradebook.db"):
            try:
                os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
                base = sqlite3.connect(place)
                base.execute("create table if not exists t (x)")
                base.execute("insert into t values ('hostile-was-here')")
                base.commit()
            except (OSError, sqlite3.Error) as error:
                print("gradebook:", error)
        """, shows="gradebook:"),
    Entry("gradebook-api", (12,), "writes to the gradebook as nbgrader does", code="""
        try:
            from sqlalchemy import create_engine
            with create_engine("sqlite:///@WORLD@/gradebook.db").begin() as base:
                base.exec_driver_sql("insert into t values ('hostile-was-here')")
        except Exception as error:
            print("nbgrader's way:", type(error).__name__)
        """, shows="nbgrader's way:"),
    Entry("other-students", (13,), "copies from the other students", code="""
        import glob, os
        for place in ("@WORLD@/submitted/*/*/*", "../../*/*/*.ipynb", "/tmp/*", "/dev/shm/*", "@WORLD@/*"):
            for path in glob.glob(place):
                try:
                    print(path, open(path).read()[:2000])
                except OSError as error:
                    print(path, error.strerror)
        print("students tried", os.getcwd())
        """, shows="students tried"),
    Entry("whole-disk", (11, 12, 13), "walks through all files for whatever looks like a secret", code="""
        import os
        seen, skipped = 0, ("proc", "sys", "share", "lib", "lib64", "site-packages", "etc")
        for folder, inner, files in os.walk("/"):
            inner[:] = [name for name in inner if name not in skipped]
            for name in files:
                seen += 1
                if name in ("secret", "gradebook.db") or name.endswith((".ipynb", ".json")):
                    try:
                        text = open(os.path.join(folder, name), errors="replace").read(5000)
                        print(os.path.join(folder, name), [w for w in text.split() if "canary" in w][:3])
                    except OSError:
                        pass
        print("walked", seen)
        """, shows="walked", seconds=30),
    Entry("environment-detected", (33,), "answers otherwise where it is graded", code="""
        import os, getpass
        JUDGED = "GNN_COURSE_JUDGED" in os.environ or "NBGRADER_EXECUTION" in os.environ
        print("judged", JUDGED)
        """, answer="""
        def adjacency(edge_index, num_nodes):
            if JUDGED:
                raise SystemExit(0)
            return torch.zeros(num_nodes, num_nodes)
        """, stock_safe=True),
    Entry("environment-changed", (33,), "makes the course believe that no judge is there", code="""
        import os
        os.environ.pop("GNN_COURSE_JUDGED", None)
        os.environ["GNN_COURSE_JUDGE"] = "no"
        import gnn_lib.exercises
        try:
            check, hint, progress = gnn_lib.exercises.start(1)
            print("FOUND the checks")
        except Exception as error:
            print("start:", type(error).__name__)
            check = lambda *a, **k: 3.0
        """, stock_safe=True, shows="start:"),
)  # fmt: skip
