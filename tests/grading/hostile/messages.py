"""Item 14 and 23, by Jupyter's own messages: the kernel has its sockets and its key, so it may say anything."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

_KERNEL = """
        import json, threading, time
        kernel = get_ipython().kernel
        session, mine = kernel.session, kernel.get_parent()
        def ident():
            found = kernel._shell_parent_ident.get()
            return found
        def shout(kind, content, parent=mine, **more):
            session.send(kernel.iopub_socket, kind, content, parent=parent, **more)
"""
# The messages' ids count up: those of the requests to come are known.
_FUTURE = _KERNEL + """
        base, _, count = mine["header"]["msg_id"].rpartition("_")
        to_come = [{"header": dict(mine["header"], msg_id=f"{base}_{int(count) + n}")} for n in range(1, 30)]
"""

FAMILY = (
    Entry("reply-beforehand", (14,), "replies to the judge's questions before they are asked", code=_FUTURE + """
        from gnn_lib.exercises.calls import Outcome
        from gnn_lib.exercises.wire import to_letters
        import torch
        letters = [to_letters(Outcome({"result": torch.zeros(3, 3)}))] * 19
        data = {"application/vnd.gnn-course.outcomes+json": letters}
        content = {"status": "ok", "execution_count": 9, "payload": [],
                   "user_expressions": {"outcomes": {"status": "ok", "data": data, "metadata": {}}}}
        who = ident()
        def later():
            time.sleep(0.02)
            for parent in to_come:
                session.send(kernel.shell_stream, "execute_reply", content, parent=parent, ident=who)
        threading.Thread(target=later).start()
        """, score=3.0),
    Entry("idle-beforehand", (14,), "says of every cell to come that it has ended", code=_FUTURE + """
        for parent in to_come:
            shout("status", {"execution_state": "idle"}, parent)
            shout("execute_result", {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 9}, parent)
        """),
    Entry("result-in-check", (14,), "sends a score as the result of the check's own cell", code=_FUTURE + """
        def later():
            for _ in range(100):
                for parent in to_come:
                    shout("execute_result", {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1}, parent)
                time.sleep(0.01)
        threading.Thread(target=later, daemon=True).start()
        """),
    Entry("update-display", (14,), "rewrites, by its display id, what stands under the cells before", code=_KERNEL + """
        for number in range(3):
            shout("display_data", {"data": {"text/plain": "0.0"}, "metadata": {},
                                   "transient": {"display_id": "same"}})
        for number in range(3):
            shout("update_display_data", {"data": {"text/plain": "3.0", "text/html": "<b>Right</b>"},
                  "metadata": {"gnn_course": {"seal": "0" * 64}}, "transient": {"display_id": "same"}})
        """),
    Entry("clear-output", (14,), "clears what stands under every cell", code=_FUTURE + """
        for parent in [mine, *to_come]:
            shout("clear_output", {"wait": False}, parent)
            shout("clear_output", {"wait": True}, parent)
        """),
    Entry("comm-output-widget", (14,), "opens an output widget that swallows what cells to come show", code=_FUTURE + """
        for number, parent in enumerate(to_come):
            state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "outputs": [],
                     "msg_id": parent["header"]["msg_id"]}
            shout("comm_open", {"comm_id": f"c{number}", "target_name": "jupyter.widget", "data": {"state": state}})
            shout("comm_msg", {"comm_id": f"c{number}", "data": {"method": "update", "state": state}})
        """),
    Entry("comm-malformed", (14, 23), "sends comm messages without their parts", code=_KERNEL + """
        for content in ({}, {"comm_id": []}, {"comm_id": {}, "data": None, "target_name": "jupyter.widget"}):
            for kind in ("comm_open", "comm_msg", "comm_close"):
                shout(kind, content)
        """),
    Entry("stdin-request", (14,), "asks the grader for a password", code="""
        import getpass
        try:
            print(getpass.getpass("the course's secret: "))
        except Exception as error:
            print("stdin:", type(error).__name__)
        """, stock_safe=True, shows="stdin:"),
    Entry("set-next-input", (14, 29), "asks for new cells, and for pages", code="""
        shell = get_ipython()
        shell.set_next_input("check = lambda *a, **k: 3.0", replace=True)
        shell.payload_manager.write_payload({"source": "ask_exit", "keepkernel": False})
        shell.payload_manager.write_payload({"source": "page", "data": {"text/html": "<script>1</script>"}})
        """, stock_safe=True),
    Entry("debug-request", (14,), "sends itself shutdown and debug requests", code=_KERNEL + """
        for kind in ("shutdown_request", "debug_request", "interrupt_request"):
            shout(kind, {"restart": True})
        shout("status", {"execution_state": "dead"})
        shout("shutdown_reply", {"restart": False})
        """),
    Entry("weird-stream", (23,), "prints what is no text", code=_KERNEL + """
        shout("stream", {"name": "stdout", "text": {"a": 1}})
        """, score=3.0, stopped="can't be read"),
    Entry("weird-count", (23,), "numbers its cells with markup", code=_KERNEL + """
        shout("execute_input", {"code": "", "execution_count": "<img src=x onerror=alert(1)>"})
        """),
    Entry("weird-display", (23,), "shows what is no MIME bundle", code=_KERNEL + """
        shout("display_data", {"data": [1], "metadata": 7})
        """, score=3.0, stopped="can't be read"),
    Entry("weird-update", (23,), "replaces a valid display by one that no notebook may hold", code=_KERNEL + """
        shout("display_data", {"data": {"text/plain": "a"}, "metadata": {}, "transient": {"display_id": "x"}})
        shout("update_display_data", {"data": {"text/plain": {"a": [1]}}, "metadata": [5],
                                      "transient": {"display_id": "x"}})
        """, score=3.0, stopped="can't be read"),
    Entry("weird-display-id", (23,), "uses a list for a display id", code=_KERNEL + """
        shout("display_data", {"data": {}, "metadata": {}, "transient": {"display_id": ["x"]}})
        """, score=3.0, stopped="can't be read"),
    Entry("weird-error", (23,), "raises an error that is no error", code=_KERNEL + """
        shout("error", {"ename": 1, "evalue": {"a": 2}, "traceback": "no list"})
        """, score=3.0, stopped="can't be read"),
    Entry("weird-header", (23,), "sends messages without a header, a type, a content", code=_KERNEL + """
        session.send(kernel.iopub_socket, {"header": [], "msg_type": 3, "parent_header": "x", "content": None,
                                           "metadata": {}, "msg_id": "a"})
        """, score=3.0, stopped="can't be read"),
    Entry("bad-signature", (23,), "signs its messages with another key", code=_KERNEL + """
        session.key = b"another key"
        print("unsigned")
        """, score=3.0, stopped="can't be read"),
    Entry("packed-otherwise", (23,), "packs its messages as something else than JSON", code=_KERNEL + """
        session.pack = lambda o: b"\\x80\\x04\\x95"
        print("unpacked")
        """, score=3.0, stopped="can't be read"),
    Entry("deep-json", (23,), "shows JSON that is nested too deep for the grader", code=_KERNEL + """
        deep, true = b"[" * 100_000 + b"]" * 100_000, session.pack
        session.pack = lambda o: true(o).replace(b'"DEEP"', deep)
        shout("display_data", {"data": {"application/json": "DEEP"}, "metadata": {}})
        """, score=3.0, stopped="can't be read"),
    Entry("big-number", (23,), "shows a number of a million digits", code=_KERNEL + """
        big, true = b"9" * 1_000_000, session.pack
        session.pack = lambda o: true(o).replace(b'"BIG"', big)
        shout("display_data", {"data": {"application/json": "BIG"}, "metadata": {}})
        """, score=3.0, stopped="can't be read"),
    Entry("half-letter", (14, 23), "prints half a character, which no file can hold", code=_KERNEL + """
        session.pack = lambda o: json.dumps(o, default=str).encode()
        print("\\ud800 half")
        raise KeyError("\\udfff")
        """, shows="half"),
    Entry("not-a-number", (23,), "puts NaN and Infinity where JSON has none", code=_KERNEL + """
        true = session.pack
        session.pack = lambda o: true(o).replace(b'"BAD"', b"NaN")
        shout("display_data", {"data": {"application/json": "BAD"}, "metadata": {"x": "BAD"}})
        """),
    Entry("foreign-parent-flood", (23,), "floods the grader with messages that belong to no cell", code=_KERNEL + """
        def flood():
            while True:
                shout("stream", {"name": "stdout", "text": "x" * 1000}, {"header": {"msg_id": "nobody's"}})
        for _ in range(2):
            threading.Thread(target=flood, daemon=True).start()
        time.sleep(1)
        """, least=3.0, seconds=50),
    Entry("shell-trickle", (19, 23), "keeps the judge waiting by replies to nobody, twice a second", answer="""
        def adjacency(edge_index, num_nodes):
            import signal, time
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGALRM])
            kernel = get_ipython().kernel
            while True:
                try:
                    kernel.session.send(kernel.shell_stream, "execute_reply", {"status": "ok"},
                                        parent={"header": {"msg_id": "nobody's"}},
                                        ident=kernel._shell_parent_ident.get())
                    time.sleep(0.5)
                except BaseException:
                    pass
        """, score=3.0, stopped="s", seconds=60),
    Entry("many-lists", (21, 23), "shows JSON that takes the grader twenty times its size: empty lists", code=_KERNEL + """
        many, true = b"[" + b"[]," * 3_000_000 + b"[]]", session.pack
        session.pack = lambda o: true(o).replace(b'"MANY"', many)
        for _ in range(2):
            shout("display_data", {"data": {"application/json": "MANY"}, "metadata": {}})
        session.pack = true
        """, least=3.0, seconds=40),
    Entry("long-names", (21, 23), "hides much in the names of what it shows, not in its text", code=_KERNEL + """
        for number in range(8):
            shout("display_data", {"data": {f"{number}" + "x" * 9_000_000: ""}, "metadata": {}})
        """, score=3.0, stopped="far too much", seconds=20),
    Entry("many-frames", (21, 23), "sends one message of a hundred frames", code=_KERNEL + """
        big = b"x" * 1_000_000
        shout("stream", {"name": "stdout", "text": "framed"}, buffers=[big] * 100)
        """, shows="framed"),
    Entry("sockets-closed", (16, 23), "closes its own sockets, and goes on", code=_KERNEL + """
        kernel.iopub_socket.close()
        """, least=3.0, seconds=50),
    Entry("zygote", (14, 25), "knocks at every socket for the warm parent and for other kernels", code="""
        import glob, os, socket
        found = 0
        for place in [*glob.glob("/tmp/**", recursive=True), "@WORLD@/../zygote", *glob.glob("/tmp/gnn-course-*/*"),
                      "\\0zygote", *(line.split()[-1] for line in open("/proc/net/unix") if "/" in line)]:
            for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
                try:
                    with socket.socket(socket.AF_UNIX, kind) as s:
                        s.connect(place)
                        s.send(b'{"level": "none", "limits": {}, "folder": "/tmp", "connection": {}, "environment": {}}')
                        found += 1
                        print("CONNECTED", place)
                except (OSError, ValueError):
                    pass
        print("knocked:", found)
        """, shows="knocked: 0"),
)  # fmt: skip
