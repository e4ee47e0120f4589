package strace

import (
	"encoding/binary"
	"sync"
)

// class says what a system call is to the questions this package answers.
type class uint16

const (
	classWait     class = 1 << iota // waits by its nature
	classMayWait                    // waits or works, depending on its arguments
	classProcess                    // makes processes
	classExec                       // starts programs
	classOpen                       // opens files by name
	classIO                         // moves bytes through a descriptor
	classDesc                       // makes, copies or closes descriptors
	classFolder                     // changes the working folder
	classNet                        // sockets
	classEnd                        // ends a process
	classIdentity                   // tells a process's own ids
)

var classes = map[class][]string{
	classWait: {"epoll_wait_old", "pause", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "restart_syscall", "rt_sigsuspend", "sigsuspend", "rt_sigtimedwait",
		"rt_sigtimedwait_time64", "wait4", "waitid", "waitpid", "semop", "semtimedop", "semtimedop_time64", "msgrcv", "mq_timedreceive", "io_getevents", "io_pgetevents",
		"futex_wait", "futex_waitv", "flock", "vfork", "accept", "accept4", "connect"},
	classMayWait: {"futex", "futex_time64", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64", "epoll_wait", "epoll_pwait", "epoll_pwait2",
		"wait4", "waitid", "waitpid", "read", "readv", "pread64", "recvfrom", "recvmsg", "recvmmsg", "recv", "fcntl", "fcntl64", "io_uring_enter", "nanosleep", "clock_nanosleep", "flock", "rt_sigtimedwait", "io_getevents", "clone", "clone2", "clone3"},
	classProcess: {"clone", "clone2", "clone3", "fork", "vfork"},
	classExec:    {"execve", "execveat"},
	classOpen:    {"open", "openat", "openat2", "creat"},
	classIO: {"read", "write", "readv", "writev", "pread64", "pwrite64", "pread", "pwrite", "preadv", "pwritev", "preadv2", "pwritev2", "sendfile", "sendfile64", "splice",
		"copy_file_range", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg", "recvmmsg", "getdents", "getdents64", "tee", "vmsplice"},
	classDesc: {"close", "close_range", "dup", "dup2", "dup3", "fcntl", "fcntl64", "pipe", "pipe2", "socket", "socketpair", "accept", "accept4", "eventfd", "eventfd2",
		"timerfd_create", "signalfd", "signalfd4", "epoll_create", "epoll_create1", "inotify_init", "inotify_init1", "memfd_create", "pidfd_open", "perf_event_open", "userfaultfd", "unshare"},
	classFolder:   {"chdir", "fchdir"},
	classNet:      {"socket", "connect", "accept", "accept4", "bind", "listen", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg", "recvmmsg", "shutdown", "getpeername", "getsockname", "getsockopt", "setsockopt", "socketcall"},
	classEnd:      {"exit", "exit_group"},
	classIdentity: {"getpid"},
}

// maxNames bounds the different system calls (and, apart, errors) that are told from each
// other; more than any kernel has. What comes after them is counted as "(other)".
const maxNames = 2048

// nameTable gives names small numbers. Workers keep a cache of it each.
type nameTable struct {
	mu    sync.Mutex
	ids   map[string]uint16
	names []string
	class []class
}

func newNameTable() *nameTable {
	t := &nameTable{ids: map[string]uint16{}, names: []string{""}, class: []class{0}}
	for c, names := range classes {
		for _, n := range names {
			t.class[t.idLocked(n)] |= c
		}
	}
	return t
}

func (t *nameTable) idLocked(n string) uint16 {
	id, ok := t.ids[n]
	if !ok {
		if len(t.names) >= maxNames {
			n = "(other)"
			if id, ok = t.ids[n]; ok {
				return id
			}
		}
		id = uint16(len(t.names))
		t.ids[n] = id
		t.names = append(t.names, n)
		t.class = append(t.class, 0)
	}
	return id
}

func (t *nameTable) id(n string) (uint16, string, class) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.idLocked(n)
	return id, t.names[id], t.class[id]
}

func (t *nameTable) name(id uint16) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.names[id]
}

// nameCache finds a name's number without a lock: an open hash over the bytes.
type nameCache struct {
	shared *nameTable
	slots  [4 * maxNames]uint16 // index into known, plus one
	known  []knownName
}

type knownName struct {
	name  string
	id    uint16
	class class
}

func newNameCache(t *nameTable) *nameCache { return &nameCache{shared: t} }

func (c *nameCache) get(b []byte) (uint16, class) {
	h := hashName(b)
	for i := h & (4*maxNames - 1); ; i = (i + 1) & (4*maxNames - 1) {
		s := c.slots[i]
		if s == 0 {
			if len(c.known) >= 2*maxNames { // a flood of invented names: ask the table, remember nothing
				id, _, class := c.shared.id(string(b))
				return id, class
			}
			name := string(b)
			id, _, class := c.shared.id(name)
			c.known = append(c.known, knownName{name, id, class})
			c.slots[i] = uint16(len(c.known))
			return id, class
		}
		if k := &c.known[s-1]; k.name == string(b) {
			return k.id, k.class
		}
	}
}

// hashName mixes a name's length with its first and last eight bytes: enough to tell the
// names of calls apart, and two reads.
func hashName(b []byte) uint32 {
	h := uint64(len(b))
	if len(b) >= 8 {
		h += binary.LittleEndian.Uint64(b)*0x9e3779b97f4a7c15 ^ binary.LittleEndian.Uint64(b[len(b)-8:])
	} else {
		for _, x := range b {
			h = h<<8 | uint64(x)
		}
	}
	h *= 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

func (t *nameTable) classOf(id uint16) class {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.class[id]
}
