package strace

// Choice picks processes. The zero value picks all.
type Choice struct {
	PIDs    []int32
	Related bool // with their parents, children and threads
	Threads bool // with their threads
}

// Pick lists the processes of a choice by Index, and the numbers that no process has.
func (t *Trace) Pick(c Choice) (picked []*Process, missing []int32) {
	if len(c.PIDs) == 0 {
		return t.Processes, nil
	}
	in := map[int]bool{}
	threads := map[int][]int{}
	for _, p := range t.Processes {
		threads[p.Leader] = append(threads[p.Leader], p.Index)
	}
	for _, pid := range c.PIDs {
		found := false
		for _, p := range t.Processes {
			if p.PID != pid {
				continue
			}
			found = true
			in[p.Index] = true
			if c.Threads || c.Related {
				for _, i := range threads[p.Leader] {
					in[i] = true
				}
			}
			if c.Related {
				if p.Parent >= 0 {
					in[p.Parent] = true
				}
				for _, i := range p.Children {
					in[i] = true
				}
			}
		}
		if !found {
			missing = append(missing, pid)
		}
	}
	for _, p := range t.Processes {
		if in[p.Index] {
			picked = append(picked, p)
		}
	}
	return picked, missing
}

func (t *Trace) set(c Choice) func(int) bool {
	if len(c.PIDs) == 0 {
		return func(int) bool { return true }
	}
	picked, _ := t.Pick(c)
	in := make(map[int]bool, len(picked))
	for _, p := range picked {
		in[p.Index] = true
	}
	return func(i int) bool { return in[i] }
}
