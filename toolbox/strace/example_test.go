package strace_test

import (
	"context"
	"fmt"
	"strings"

	"steward/toolbox/strace"
)

const small = `10 12:00:00.000000 execve("/bin/sh", ["sh", "-c", "sleep 1; cat /nowhere"], 0x7ffe /* 9 vars */) = 0 <0.000300>
10 12:00:00.001000 vfork( <unfinished ...>
11 12:00:00.001100 execve("/bin/sleep", ["sleep", "1"], 0x5581 /* 9 vars */ <unfinished ...>
10 12:00:00.001200 <... vfork resumed>) = 11 <0.000200>
11 12:00:00.001300 <... execve resumed>) = 0 <0.000200>
10 12:00:00.001400 wait4(-1,  <unfinished ...>
11 12:00:00.002000 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=0}, NULL) = 0 <1.000100>
11 12:00:01.003000 exit_group(0)           = ?
11 12:00:01.003100 +++ exited with 0 +++
10 12:00:01.003200 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 11 <1.001800>
10 12:00:01.004000 openat(AT_FDCWD, "/nowhere", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>
10 12:00:01.005000 exit_group(1)           = ?
10 12:00:01.005100 +++ exited with 1 +++
`

func ExampleParseLine() {
	l := strace.ParseLine([]byte(`7 read(3</etc/hosts>, ") = 0 <9.9>", 11) = 11 <0.000020>`))
	fmt.Println(l.Kind, l.PID, string(l.Name), l.Value, l.Duration)
	for _, a := range strace.Args(l.Args, 0) {
		fmt.Println(string(a))
	}
	// Output:
	// call 7 read 11 20000
	// 3</etc/hosts>
	// ") = 0 <9.9>"
	// 11
}

func ExampleScanner() {
	s := strace.NewReaderScanner(strings.NewReader(small))
	s.Join = true // unfinished and resumed become one
	for s.Scan() {
		if e := s.Event(); e.Kind == strace.Call && e.Joined {
			fmt.Printf("line %d: %d %s took %v\n", e.Number, e.PID, e.Name, strace.Nanos(e.Duration).Duration())
		}
	}
	if err := s.Err(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// line 2: 10 vfork took 200µs
	// line 3: 11 execve took 200µs
	// line 6: 10 wait4 took 1.0018s
}

func ExampleAnalyze() {
	log := strace.FromReader("small", strings.NewReader(small))
	t, err := strace.Analyze(context.Background(), []strace.Input{log}, strace.Options{Need: strace.NeedFiles | strace.NeedWaits})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := t.Summary()
	fmt.Println(s.TotalCalls, "calls,", s.ReturnedCalls, "came back,", s.Wait.Seconds(), "s waiting")
	for _, e := range t.Execs(strace.Choice{}) {
		fmt.Println(e.PID, strings.Join(e.Args, " "))
	}
	for _, f := range t.Files(strace.Choice{}, "duration") {
		fmt.Println(f.File, f.Errno)
	}
	for _, w := range t.Waits(strace.Choice{PIDs: []int32{10}}) {
		fmt.Println(w.PID, w.Syscall, w.For, w.Of, w.Took.Seconds())
	}
	// Output:
	// 8 calls, 6 came back, 2.0021 s waiting
	// 10 sh -c sleep 1; cat /nowhere
	// 11 sleep 1
	// /nowhere ENOENT
	// 10 wait4 a child process [11] 1.0018
	// 10 vfork a child process to start [11] 0.0002
}
