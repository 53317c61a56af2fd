"""An editor with a debugger, as far as the Debug Adapter Protocol goes."""

import json
import socket


class Editor:
    """What an editor with a debugger does: attach, set one breakpoint, look, go on.

    Whoever makes one waits until the debugger is ready to be told of breakpoints; ``folders`` are the machine's, each
    with the place where the function sees it.
    """

    def __init__(self, port, folders):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._wire = self._socket.makefile("rwb")
        self._said = 0
        self._events = []
        mappings = [{"localRoot": here, "remoteRoot": there} for here, there in folders.items()]
        self._ask("initialize", {"adapterID": "test", "pathFormat": "path"})
        self._attaching = self._say("attach", {"pathMappings": mappings, "justMyCode": True})
        self._event("initialized")

    def set_breakpoint(self, path, line):
        asked = {"source": {"path": str(path)}, "breakpoints": [{"line": line}]}
        return self._ask("setBreakpoints", asked)["breakpoints"][0]

    def begin(self):
        self._ask("configurationDone", {})
        self._answer(self._attaching)

    def stopped(self):
        """Where the function has stopped, and what its variables are there."""
        thread = self._event("stopped")["threadId"]
        frame = self._ask("stackTrace", {"threadId": thread})["stackFrames"][0]
        scope = self._ask("scopes", {"frameId": frame["id"]})["scopes"][0]
        variables = self._ask("variables", {"variablesReference": scope["variablesReference"]})["variables"]
        shown = {variable["name"]: variable["value"] for variable in variables}
        return thread, frame["source"]["path"], frame["line"], shown

    def go_on(self, thread):
        self._ask("continue", {"threadId": thread})

    def close(self):
        """Let go: the port is free a moment after that."""
        self._wire.close()
        self._socket.close()

    def _say(self, command, arguments):
        self._said += 1
        body = json.dumps({"seq": self._said, "type": "request", "command": command, "arguments": arguments}).encode()
        self._wire.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._wire.flush()
        return self._said

    def _ask(self, command, arguments):
        return self._answer(self._say(command, arguments))

    def _answer(self, number):
        while True:
            message = self._message()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return message.get("body", {})
            self._events.append(message)

    def _event(self, name):
        while True:
            for message in self._events:
                if message.get("event") == name:
                    self._events.remove(message)
                    return message.get("body", {})
            self._events.append(self._message())

    def _message(self):
        length = int(self._wire.readline().partition(b":")[2])
        assert self._wire.readline() == b"\r\n"
        return json.loads(self._wire.read(length))
