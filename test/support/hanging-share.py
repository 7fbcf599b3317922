"""A folder served read-only through FUSE: hanging-share.py BACKING MOUNTPOINT. After SIGUSR1 it answers no more, until
SIGCONT, as a network share whose server is gone; whoever asks waits, for as long as that takes. What was asked before is
answered: of a question that is taken and not answered this kernel lets nobody go, not even by SIGKILL."""

import ctypes
import errno
import os
import select
import signal
import stat
import struct
import sys

backing, mountpoint = sys.argv[1:3]
device = os.open("/dev/fuse", os.O_RDWR | os.O_NONBLOCK)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"hanging-share", mountpoint.encode(), b"fuse", 6, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 14, 15, 17, 18
INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS, INTERRUPT, BATCH_FORGET = 26, 27, 28, 29, 34, 36, 42
paths = {1: backing}
nodes = {backing: 1}
open_files = {}


def node_of(path):
    if path not in nodes:
        nodes[path] = len(nodes) + 1
        paths[nodes[path]] = path
    return nodes[path]


def attributes(path):
    s = os.lstat(path)
    times = [s.st_atime_ns, s.st_mtime_ns, s.st_ctime_ns]
    return struct.pack(
        "<6Q10I", node_of(path), s.st_size, s.st_blocks, *[t // 10**9 for t in times], *[t % 10**9 for t in times],
        s.st_mode, s.st_nlink, s.st_uid, s.st_gid, 0, 4096, 0)


def answer(opcode, node, body):
    path = paths.get(node, backing)
    if opcode == INIT:
        return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 131072, 1, 32, 0, *[0] * 8)
    if opcode == LOOKUP:
        child = os.path.join(path, os.fsdecode(body[:-1]))
        packed = attributes(child)
        return struct.pack("<4Q2I", node_of(child), 0, 0, 0, 0, 0) + packed
    if opcode == GETATTR:
        return struct.pack("<Q2I", 0, 0, 0) + attributes(path)
    if opcode == OPEN:
        number = os.open(path, os.O_RDONLY)
        open_files[number] = number
        return struct.pack("<Q2I", number, 1, 0)
    if opcode == OPENDIR:
        return struct.pack("<Q2I", 0, 0, 0)
    if opcode == READ:
        number, offset, size = struct.unpack_from("<2QI", body)
        return os.pread(number, size, offset)
    if opcode == READDIR:
        _, offset, size = struct.unpack_from("<2QI", body)
        found = b""
        for index, name in enumerate(sorted(os.listdir(path))):
            if index < offset:
                continue
            kind = stat.S_IFMT(os.lstat(os.path.join(path, name)).st_mode) >> 12
            raw = os.fsencode(name)
            entry = struct.pack("<2Q2I", index + 2, index + 1, len(raw), kind) + raw
            entry += bytes(-len(entry) % 8)
            if len(found) + len(entry) > size:
                break
            found += entry
        return found
    if opcode == STATFS:
        return struct.pack("<5Q4I6I", 1000, 500, 500, 1000, 500, 4096, 255, 4096, 0, *[0] * 6)
    if opcode == RELEASE:
        os.close(open_files.pop(struct.unpack_from("<Q", body)[0]))
        return b""
    # No FLUSH: nothing is written, and the kernel would wait for one even while it ends a process.
    if opcode in (RELEASEDIR, ACCESS):
        return b""
    raise OSError(errno.ENOSYS, "")


is_busy = False
hangs_next = False


def hang(*_):
    global hangs_next
    hangs_next = is_busy
    if not is_busy:
        os.kill(os.getpid(), signal.SIGSTOP)


signal.signal(signal.SIGUSR1, hang)
waiting = select.poll()
waiting.register(device, select.POLLIN)
os.write(1, b"mounted\n")
while True:
    is_busy = False
    if hangs_next:
        hang()
    waiting.poll()
    is_busy = True
    try:
        request = os.read(device, 1 << 20)
    except OSError as error:
        if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
            continue
        sys.exit(0)
    _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
    if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
        continue
    try:
        error, out = 0, answer(opcode, node, request[40:])
    except OSError as failure:
        error, out = -(failure.errno or errno.EIO), b""
    try:
        os.write(device, struct.pack("<IiQ", 16 + len(out), error, unique) + out)
    except OSError:
        pass
