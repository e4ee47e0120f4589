package strace

import "bytes"

// Waits is the list by which waiting is told from working: the system calls that wait, and
// under which arguments. It is shown by documentation and reports, so that nobody has to
// guess; [Waiting] applies it.
var Waits = []struct{ Calls, When string }{
	{"pause, nanosleep, clock_nanosleep, restart_syscall, rt_sigsuspend, rt_sigtimedwait", "always"},
	{"wait4, waitid, waitpid", "without WNOHANG"},
	{"futex", "operations FUTEX_WAIT…, FUTEX_LOCK_PI…, FUTEX_WAIT_REQUEUE_PI; not FUTEX_WAKE and the like"},
	{"futex_wait, futex_waitv", "always"},
	{"poll, ppoll, select, pselect6, epoll_wait, epoll_pwait, epoll_pwait2", "unless the timeout is zero"},
	{"accept, accept4, connect", "always"},
	{"read, readv, recv, recvfrom, recvmsg, recvmmsg", "on a pipe, socket, terminal, eventfd, timerfd, signalfd or inotify (-y shows it; recv… is always on a socket), without MSG_DONTWAIT"},
	{"flock", "without LOCK_NB"},
	{"fcntl", "F_SETLKW, F_OFD_SETLKW"},
	{"semop, semtimedop, msgrcv, mq_timedreceive, io_getevents, io_pgetevents", "always"},
	{"io_uring_enter", "with IORING_ENTER_GETEVENTS and something to wait for"},
	{"vfork", "always: the parent stands still until the child runs a program or ends"},
	{"clone, clone3", "with CLONE_VFORK, for the same reason"},
}

var defaultNames = newNameTable()

// Waiting reports whether a call with those arguments waits, by [Waits].
func Waiting(name string, args []byte) bool {
	_, _, c := defaultNames.id(name)
	return c&(classWait|classMayWait) != 0 && waits(c, []byte(name), args)
}

// waits is Waiting for a call whose class is known to be one of the two.
func waits(c class, name, args []byte) bool {
	if c&classMayWait == 0 {
		return true
	}
	switch name[0] {
	case 'c':
		return !bytes.HasPrefix(name, []byte("clone")) || bytes.Contains(args, []byte("CLONE_VFORK"))
	case 'f':
		switch string(name) {
		case "futex", "futex_time64":
			op := args
			if i := bytes.IndexByte(op, ','); i >= 0 {
				op = op[i+1:]
			}
			if len(op) > 40 {
				op = op[:40]
			}
			return bytes.Contains(op, []byte("FUTEX_WAIT")) || bytes.Contains(op, []byte("FUTEX_LOCK_PI"))
		case "flock":
			return !bytes.Contains(args, []byte("LOCK_NB"))
		}
		return bytes.Contains(args, []byte("_SETLKW")) // F_SETLKW, F_OFD_SETLKW
	case 'w':
		return !bytes.Contains(args, []byte("WNOHANG"))
	case 'r':
		if len(name) > 3 && name[3] == 'v' { // recv…
			return !bytes.Contains(args, []byte("MSG_DONTWAIT"))
		}
		if name[1] == 't' {
			return true
		}
		return waitsOn(args)
	case 'e': // epoll_wait(fd, [...], max, timeout[, sigmask, size])
		return !zeroTime(arg(args, 3))
	case 'p':
		switch {
		case string(name) == "poll":
			i := bytes.LastIndexByte(args, ',')
			return i < 0 || !zeroTime(args[i+1:])
		case name[1] == 'p':
			return !zeroTime(arg(args, 2))
		case name[1] == 's':
			return !zeroTime(arg(args, 4))
		}
		return false // pread
	case 's', '_': // select(n, r, w, e, timeout)
		return !zeroTime(arg(args, 4))
	case 'i':
		if string(name) != "io_uring_enter" {
			return true
		}
		a := arg(args, 2)
		return bytes.Contains(args, []byte("IORING_ENTER_GETEVENTS")) && string(a) != "0"
	}
	return true
}

// waitsOn reports whether the descriptor that begins the arguments is one of those on
// which a read waits for somebody.
func waitsOn(args []byte) bool {
	i := 0
	for i < len(args) && digit(args[i]) {
		i++
	}
	if i+5 >= len(args) || args[i] != '<' {
		return false
	}
	rest := args[i+1:]
	switch rest[0] {
	case 'p', 's':
		return bytes.HasPrefix(rest, []byte("pipe:")) || bytes.HasPrefix(rest, []byte("socket:"))
	case 'T', 'U', 'N', 'S', 'D':
		return bytes.HasPrefix(rest, []byte("TCP")) || bytes.HasPrefix(rest, []byte("UNIX")) || bytes.HasPrefix(rest, []byte("UDP")) || bytes.HasPrefix(rest, []byte("NETLINK"))
	case 'a':
		for _, k := range [...]string{"anon_inode:[eventfd", "anon_inode:[timerfd", "anon_inode:[signalfd", "anon_inode:inotify", "anon_inode:[inotify"} {
			if bytes.HasPrefix(rest, []byte(k)) {
				return true
			}
		}
	case '/':
		return bytes.HasPrefix(rest, []byte("/dev/pts/")) || bytes.HasPrefix(rest, []byte("/dev/tty")) || bytes.HasPrefix(rest, []byte("/dev/console"))
	}
	return false
}

// zeroTime reports whether a timeout is zero: 0, {tv_sec=0, tv_nsec=0}, with what is left behind it.
func zeroTime(a []byte) bool {
	a = unnamed(bytes.TrimSpace(a))
	if len(a) == 1 {
		return a[0] == '0'
	}
	if len(a) == 0 || a[0] != '{' {
		return false
	}
	if i := bytes.IndexByte(a, '}'); i > 0 {
		a = a[:i]
	}
	for _, part := range bytes.Split(a[1:], []byte(",")) {
		v := unnamed(bytes.TrimSpace(part))
		if len(v) != 1 || v[0] != '0' {
			return false
		}
	}
	return true
}
