"""Child processes for the integration scripts: started in a context, ended with it by pid, whatever happens."""
import contextlib
import pathlib
import socket
import subprocess
import tempfile


class Stage(contextlib.ExitStack):
    """A temporary folder and the processes that live in it."""

    def __init__(self, name):
        super().__init__()
        self.folder = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix=f"pued-{name}-")))

    def start(self, command, **options):
        process = subprocess.Popen([str(part) for part in command], text=True, **options)
        self.callback(stop, process)
        return process

    def log(self, name):
        return open(self.folder / name, "a", encoding="utf-8")  # closed by the process' end


def stop(process, seconds=5):
    """Ends the process politely, or not."""
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def first_line(process):
    line = process.stdout.readline().strip()
    assert line, f"{process.args[0]} said nothing"
    return line


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
