package trace

import (
	"os/exec"
	"syscall"
	"time"
)

// endWithParent makes the system end a process when the thread that began it ends.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// bound bounds what this process may use.
func bound(cpu time.Duration) {
	seconds := uint64(cpu/time.Second) + 1
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: childSpace, Max: childSpace}) // a bound that cannot be set is one bound less
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds})
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
