package strace

// Node is a process in the tree.
type Node struct {
	PID      int32  `json:"pid"`
	Process  int    `json:"-"`
	Thread   bool   `json:"thread"`
	Exit     Exit   `json:"exit"`
	Programs []Exec `json:"programs"`
	Active   Nanos  `json:"active_seconds"`
	Wait     Nanos  `json:"wait_seconds"`
	Children []Node `json:"children"`
}

// Tree is who made whom: the processes that nobody in the log made, with those they made.
func (t *Trace) Tree() []Node {
	out := []Node{}
	for _, p := range t.Processes {
		if p.Parent < 0 {
			out = append(out, t.node(p, 0))
		}
	}
	return out
}

// maxDepth bounds trees of processes.
const maxDepth = 10_000

func (t *Trace) node(p *Process, depth int) Node {
	n := Node{PID: p.PID, Process: p.Index, Thread: p.Thread, Exit: p.Exit, Programs: append([]Exec{}, p.Execs...), Children: []Node{}, Active: Nanos(Unknown), Wait: Nanos(Unknown)}
	if t.Timed() {
		n.Active, n.Wait = Nanos(p.Active), Nanos(p.Wait)
	}
	if depth < maxDepth {
		for _, c := range p.Children {
			n.Children = append(n.Children, t.node(t.Processes[c], depth+1))
		}
	}
	return n
}
