package strace

import (
	"strings"
	"testing"
)

// lines are forms that strace 4 to 7 write, with what they say.
var lines = []struct {
	in     string
	kind   Kind
	pid    int32
	name   string
	value  string // the return as a number, "" for none
	errno  string
	took   int64
	flags  Flags
	gonein string // what the arguments must contain
}{
	{in: `read(3, "x", 1) = 1`, kind: Call, name: "read", value: "1"},
	{in: `1234  read(3, "x", 1)                   = 1 <0.000012>`, kind: Call, pid: 1234, name: "read", value: "1", took: 12000, flags: FlagPID | FlagDuration},
	{in: `[pid  1234] read(3, "x", 1) = 1`, kind: Call, pid: 1234, name: "read", value: "1", flags: FlagBracket},
	{in: `1966<thr> futex(0x7f, FUTEX_WAKE_PRIVATE, 1) = 0`, kind: Call, pid: 1966, name: "futex", value: "0", flags: FlagPID | FlagComm},
	{in: `1966<a b> 12:00:01.000001 clone3({flags=CLONE_VM} => {parent_tid=[7]}, 88) = 1967<a b>`, kind: Call, pid: 1966, name: "clone3", value: "1967", flags: FlagPID | FlagComm | FlagTT},
	{in: `7 [unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023] close(3) = 0`, kind: Call, pid: 7, name: "close", value: "0", flags: FlagPID | FlagContext},
	{in: `12:00:01.5 [   3] [00007f0000000001] close(3) = 0`, kind: Call, name: "close", value: "0", flags: FlagTT | FlagNumber | FlagPointer},
	{in: `[????????????????] +++ exited with 3 +++`, kind: Exited, flags: FlagPointer},
	{in: `     0.000249 close(3) = 0`, kind: Call, name: "close", value: "0", flags: FlagR},
	{in: `5 12:00:01.000001 (+     0.000249) close(3) = 0`, kind: Call, pid: 5, name: "close", value: "0", flags: FlagPID | FlagTT | FlagR},
	{in: `1700000000.123456789 close(3) = -1 EBADF (Bad file descriptor) <0.000001001>`, kind: Call, name: "close", value: "-1", errno: "EBADF", took: 1001, flags: FlagTTT | FlagDuration},
	{in: `1700000000 close(3) = 0`, kind: Call, name: "close", value: "0", flags: FlagTTT},
	{in: `write(1, ") = 0 <9.9>", 11) = 11`, kind: Call, name: "write", value: "11", gonein: `) = 0 <9.9>`},
	{in: `write(1, "\") = -1 ENOENT (No such file or directory)", 5) = 5 <0.000002>`, kind: Call, name: "write", value: "5", took: 2000},
	{in: `openat(AT_FDCWD, "a b (c) = -1 ENOENT <0.5> \"q\" <unfinished ...>", O_RDWR) = 3</w/a b (c) = -1 ENOENT \0740.5\076 "q" \074unfinished ...\076> <0.000020>`, kind: Call, name: "openat", value: "3", took: 20000, gonein: "O_RDWR"},
	{in: `open("x", O_RDONLY <unfinished ...>`, kind: Unfinished, name: "open"},
	{in: `vfork( <unfinished ...>`, kind: Unfinished, name: "vfork"},
	{in: `read(0,  <detached ...>`, kind: Unfinished, name: "read"},
	{in: `<... read resumed>"abc", 3) = 3`, kind: Resumed, name: "read", value: "3"},
	{in: `<... read resumed> "abc", 3) = 3`, kind: Resumed, name: "read", value: "3"},
	{in: `<... nanosleep resumed> <unfinished ...>) = ?`, kind: Resumed, name: "nanosleep"},
	{in: `<... exit_group resumed>) = ?`, kind: Resumed, name: "exit_group"},
	{in: `exit_group(0)                           = ?`, kind: Call, name: "exit_group"},
	{in: `fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE) <0.000004>`, kind: Call, name: "fcntl", value: "32770", took: 4000},
	{in: `poll([{fd=3</x) = -1 ENOENT (foo>, events=POLLIN}], 1, 5) = 1 ([{fd=3</x) = -1 ENOENT (foo>, revents=POLLIN}])`, kind: Call, name: "poll", value: "1", gonein: "1, 5"},
	{in: `poll(NULL, 0, 10) = 0 (Timeout)`, kind: Call, name: "poll", value: "0"},
	{in: `select(1, [0], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [0], left {tv_sec=0, tv_usec=999998})`, kind: Call, name: "select", value: "1"},
	{in: `pause() = ? ERESTARTNOHAND (To be restarted if no handler)`, kind: Call, name: "pause", errno: "ERESTARTNOHAND"},
	{in: `nanosleep({tv_sec=1, tv_nsec=0}, 0x7f) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.2>`, kind: Call, name: "nanosleep", errno: "ERESTART_RESTARTBLOCK", took: 200000000},
	{in: `read(3,  <unavailable>) = ? <unavailable>`, kind: Call, name: "read"},
	{in: `read(3, 0x7f, 5) = -1 EIO (Input/output error) (INJECTED)`, kind: Call, name: "read", value: "-1", errno: "EIO", flags: FlagInject},
	{in: `read(3, "", 5) = 0 (DELAYED) <0.5>`, kind: Call, name: "read", value: "0", took: 500000000, flags: FlagInject | FlagDuration},
	{in: `mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, -1, 0) = 0x7f0000000000`, kind: Call, name: "mmap", value: "139637976727552"},
	{in: `lseek(3, 0, SEEK_END) = 9223372036854775807`, kind: Call, name: "lseek", value: "9223372036854775807"},
	{in: `restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0`, kind: Call, name: "restart_syscall", value: "0"},
	{in: `syscall_0x3e7(0x1, 0x2, 0x3) = -1 ENOSYS (Function not implemented)`, kind: Call, name: "syscall_0x3e7", value: "-1", errno: "ENOSYS"},
	{in: `execve("/bin/x", ["x"], 0x7f /* 39 vars */) = 0`, kind: Call, name: "execve", value: "0"},
	{in: `execve("/bin/x", ["x"], 0x7f /* 39 vars */ <pid changed to 77 ...>`, kind: Unfinished, name: "execve"},
	{in: `rt_sigprocmask(SIG_BLOCK, ~[RTMIN RT_1], [], 8) = 0`, kind: Call, name: "rt_sigprocmask", value: "0"},
	{in: `prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0`, kind: Call, name: "prlimit64", value: "0"},
	{in: `capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL}) = 0`, kind: Call, name: "capget", value: "0"},
	{in: `connect(4<TCP:[228412]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("1.2.3.4")}, 16) = 0`, kind: Call, name: "connect", value: "0"},
	{in: `accept4(3<UNIX:[1->2]>, NULL, NULL, 0) = 5<UNIX:[3->4,"/run/a b"]>`, kind: Call, name: "accept4", value: "5"},
	{in: `fork() = 7 /* 123 in strace's PID NS */`, kind: Call, name: "fork", value: "7"},
	{in: `--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7} ---`, kind: Signal, name: "SIGCHLD"},
	{in: `--- stopped by SIGSTOP ---`, kind: Stopped, name: "SIGSTOP"},
	{in: `+++ killed by SIGSEGV (core dumped) +++`, kind: Killed, name: "SIGSEGV"},
	{in: `9 +++ superseded by execve in pid 10 +++`, kind: Superseded, pid: 9},
	{in: `strace: Process 12 attached`, kind: Note},
	{in: ` > /lib/libc.so.6(__write+0x14) [0xf7af4]`, kind: Detail},
	{in: ` | 00000  68 65 6c 6c 6f  hello |`, kind: Detail},
	{in: `% time     seconds  usecs/call     calls    errors syscall`, kind: Totals},
	{in: ` 48.17    0.070502       17625         4           clock_nanosleep`, kind: Totals},
	{in: `------ ----------- ----------- --------- --------- ----------------`, kind: Totals},
	{in: `100.00    0.146350         351       416        22 total`, kind: Totals},
	{in: "close(3) = 0\r", kind: Call, name: "close", value: "0"},
	{in: "\x00\x00\x00close(3) = 0", kind: Call, name: "close", value: "0"},
	{in: "\x1b[1mclose\x1b[0m(\x1b[33m3\x1b[0m) = \x1b[32m0\x1b[0m", kind: Call, name: "close", value: "0", flags: FlagColor},
	{in: `close(fd=3) = 0`, kind: Call, name: "close", value: "0"},
	{in: ``, kind: Blank},
	{in: `hello world`, kind: Unparsed},
	{in: `swapper     0 [000]  1234.567890:          1 cycles:  ffffffff8104 native_write_msr ([kernel.kallsyms])`, kind: Unparsed},
	{in: `     0.010 ( 0.002 ms): ls/1234 openat(dfd: CWD, filename: "/etc") = 3`, kind: Unparsed},
	{in: `int main(int argc, char **argv) {`, kind: Unparsed},
	{in: `%PDF-1.4`, kind: Unparsed},
	{in: `read(3, "abc`, kind: Unparsed},
}

func TestLinesOfEveryForm(t *testing.T) {
	for _, c := range lines {
		l := ParseLine([]byte(c.in))
		value := ""
		if l.HasValue {
			value = itoa(l.Value)
		}
		took := l.Duration
		if took == Unknown {
			took = 0
		}
		if l.Kind != c.kind || l.PID != c.pid || c.name != "" && string(l.Name) != c.name || value != c.value || string(l.Errno) != c.errno || took != c.took || l.Flags&c.flags != c.flags {
			t.Errorf("%s\nread as %v, pid %d, name %q, value %q, errno %q, %d ns, flags %v\nwant    %v, pid %d, name %q, value %q, errno %q, %d ns, flags %v", c.in,
				l.Kind, l.PID, l.Name, value, l.Errno, took, l.Flags.Names(), c.kind, c.pid, c.name, c.value, c.errno, c.took, c.flags.Names())
		}
		if !strings.Contains(string(l.Args), c.gonein) {
			t.Errorf("%s\nhas arguments %q; want %q in them", c.in, l.Args, c.gonein)
		}
	}
}

func TestWaitingAndWorking(t *testing.T) {
	for call, want := range map[string]bool{
		`poll([{fd=3, events=POLLIN}], 1, 0) = 0`:                                                    false,
		`poll([{fd=3, events=POLLIN}], 1, -1) = 1`:                                                   true,
		`ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=0}, NULL, 8) = 0`:                      false,
		`ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=5}, NULL, 8) = 0`:                      true,
		`ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 8) = 0`:                                       true,
		`epoll_wait(4, [], 128, 0) = 0`:                                                              false,
		`epoll_pwait(4<anon_inode:[eventpoll]>, [], 128, 0, NULL, 0) = 0`:                            false,
		`epoll_pwait(4, [{events=EPOLLIN, data={u32=1, u64=2}}], 128, 100, NULL, 0) = 1`:             true,
		`select(4, [3], NULL, NULL, {tv_sec=0, tv_usec=0}) = 0`:                                      false,
		`pselect6(4, [3], NULL, NULL, NULL, NULL) = 0`:                                               true,
		`futex(0x7f, FUTEX_WAKE_PRIVATE, 1) = 0`:                                                     false,
		`futex(0x7f, FUTEX_WAIT_PRIVATE, 1, NULL) = 0`:                                               true,
		`futex(0x7f, FUTEX_LOCK_PI_PRIVATE, NULL) = 0`:                                               true,
		`wait4(-1, 0x7f, WNOHANG, NULL) = 0`:                                                         false,
		`wait4(-1, 0x7f, 0, NULL) = 7`:                                                               true,
		`read(0</dev/pts/3>, "x", 1) = 1`:                                                            true,
		`read(3<pipe:[77]>, "x", 1) = 1`:                                                             true,
		`read(3</etc/passwd>, "x", 1) = 1`:                                                           false,
		`read(3, "x", 1) = 1`:                                                                        false,
		`read(3<TCP:[1.2.3.4:5->6.7.8.9:10]>, "x", 1) = 1`:                                           true,
		`recvfrom(3, "x", 1, MSG_DONTWAIT, NULL, NULL) = 1`:                                          false,
		`recvfrom(3, "x", 1, 0, NULL, NULL) = 1`:                                                     true,
		`pread64(3<pipe:[77]>, "x", 1, 0) = 1`:                                                       false,
		`clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=0}, NULL) = 0`:                        true,
		`pause() = ? ERESTARTNOHAND (To be restarted if no handler)`:                                 true,
		`flock(3, LOCK_EX|LOCK_NB) = 0`:                                                              false,
		`flock(3, LOCK_EX) = 0`:                                                                      true,
		`fcntl(3, F_SETLKW, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0`:            true,
		`fcntl(3, F_GETFL) = 0`:                                                                      false,
		`clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}, 88) = 7`:                          true,
		`clone(child_stack=NULL, flags=SIGCHLD) = 7`:                                                 false,
		`io_uring_enter(5, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1`:                               true,
		`io_uring_enter(5, 1, 0, 0, NULL, 8) = 1`:                                                    false,
		`restart_syscall(<... resuming interrupted poll ...>) = 0`:                                   true,
		`poll(ufds=[{fd=3, events=POLLIN}], nfds=1, timeout=0) = 0`:                                  false,
		`rt_sigsuspend([], 8) = ? ERESTARTNOHAND (To be restarted if no handler)`:                    true,
		`select(4, [3], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [3], left {tv_sec=0, tv_usec=0})`: true,
	} {
		l := ParseLine([]byte(call))
		if l.Kind != Call {
			t.Errorf("%s: read as %v", call, l.Kind)
			continue
		}
		if got := Waiting(string(l.Name), l.Args); got != want {
			t.Errorf("%s: waits %v, want %v", call, got, want)
		}
	}
}

func TestUnquote(t *testing.T) {
	for in, want := range map[string]string{
		`"a b"`:                 "a b",
		`"\0740.5\076"`:         "<0.5>",
		`"\x41\x42"`:            "AB",
		`"a\tb\n\"q\" \\ \033"`: "a\tb\n\"q\" \\ \x1b",
		`"\1"`:                  "\x01",
		`"cut"...`:              "cut",
		`plain`:                 "plain",
	} {
		if got, _ := Unquote([]byte(in)); got != want {
			t.Errorf("Unquote(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	for _, s := range []string{
		"PGPASSWORD=hunter2hunter2", "password: hunter2hunter2", `{"token": "hunter2hunter2"}`, `{\"api_key\":\"hunter2hunter2\"}`, "postgres://bob:hunter2hunter2@db/x",
		"Authorization: Bearer hunter2hunter2", "glpat-hunter2hunter2", "AKIAHUNTER2HUNTER2", "ghp_hunter2hunter2hunter2hunter2", "eyJhunter2hunter2.eyJhunter2.hunter2",
		"Cookie: session=hunter2hunter2; a=b", "-----BEGIN RSA PRIVATE KEY-----hunter2", "--db-password=hunter2hunter2",
	} {
		if got := Mask(s); strings.Contains(strings.ToLower(got), "hunter2") {
			t.Errorf("Mask(%q) = %q", s, got)
		}
	}
	if got := MaskArgs([]string{"psql", "--password", "hunter2"}); got[2] != masked {
		t.Errorf("an option's value is %q", got[2])
	}
	for _, s := range []string{"/etc/passwd", "/usr/lib/keyring", "ls -l /tmp", "http://example.com/x", "/etc/ssl/private.key"} {
		if got := Mask(s); got != s {
			t.Errorf("Mask(%q) = %q; nothing there is secret", s, got)
		}
	}
}
