package strace

import (
	"bytes"
	"strings"
)

// Peer is somebody at the other end of connections.
type Peer struct {
	Peer      string           `json:"peer"`     // address and port, or the path of a local socket
	Protocol  string           `json:"protocol"` // TCP, UDP, UNIX, as far as the log tells
	Processes int              `json:"processes"`
	Connects  int64            `json:"connects"`
	Accepts   int64            `json:"accepts"`
	Sends     int64            `json:"sends"`
	Receives  int64            `json:"receives"`
	Sent      int64            `json:"bytes_sent"`
	Received  int64            `json:"bytes_received"`
	Time      Nanos            `json:"seconds"`         // in calls about it
	Connect   Nanos            `json:"connect_seconds"` // of all connects; of non-blocking ones until the socket was asked for the outcome
	Longest   Nanos            `json:"longest_connect"` // the slowest connect
	Errors    map[string]int64 `json:"errors"`          // by errno
	FirstLine int64            `json:"first_line"`      // of the log
	procs     map[int]struct{}
}

// connecting is a connect that did not finish at once.
type connecting struct {
	peer  string
	start int64
}

func (m *merger) peer(p *Process, name, protocol string, line int64) *Peer {
	x := m.t.peers[name]
	if x == nil {
		if len(m.t.peers) >= m.t.opt.Limits.Rows {
			m.t.dropped["net"]++
			return &Peer{Errors: map[string]int64{}, procs: map[int]struct{}{}}
		}
		x = &Peer{Peer: name, Protocol: protocol, Errors: map[string]int64{}, FirstLine: line, procs: map[int]struct{}{}}
		m.t.peers[name] = x
	}
	if x.Protocol == "" {
		x.Protocol = protocol
	}
	x.procs[p.Leader] = struct{}{}
	return x
}

// remote reads "TCP:[10.0.0.1:5->10.0.0.2:80]" and what connects left in the table:
// the other side and the protocol. Listening sockets and bare inodes have none.
func remote(target []byte) (peer, protocol string) {
	i := bytes.Index(target, []byte(":["))
	if i <= 0 || target[len(target)-1] != ']' || target[0] < 'A' || target[0] > 'Z' {
		return "", ""
	}
	protocol = string(target[:i])
	in := target[i+2 : len(target)-1]
	if protocol == "NETLINK" {
		return "", ""
	}
	j := bytes.Index(in, []byte("->"))
	if strings.HasPrefix(protocol, "UNIX") {
		if k := bytes.IndexByte(in, '"'); k >= 0 {
			s, _ := Unquote(bytes.TrimSpace(in[k:]))
			if in[max(k-1, 0)] == '@' {
				s = "@" + s
			}
			return s, "UNIX"
		}
		return "", "UNIX"
	}
	if j < 0 {
		return "", protocol
	}
	return string(in[j+2:]), strings.TrimSuffix(protocol, "v6")
}

// sockaddr reads {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.2")}.
func sockaddr(a []byte) (peer, family string) {
	between := func(from, to string) string {
		i := bytes.Index(a, []byte(from))
		if i < 0 {
			return ""
		}
		rest := a[i+len(from):]
		j := bytes.Index(rest, []byte(to))
		if j < 0 {
			return ""
		}
		return string(rest[:j])
	}
	switch {
	case bytes.Contains(a, []byte("AF_INET6")):
		addr := between(`inet_pton(AF_INET6, "`, `"`)
		if addr == "" {
			return "", ""
		}
		return "[" + addr + "]:" + between("sin6_port=htons(", ")"), "TCP"
	case bytes.Contains(a, []byte("AF_INET")):
		addr := between(`inet_addr("`, `"`)
		if addr == "" {
			return "", ""
		}
		return addr + ":" + between("sin_port=htons(", ")"), "TCP"
	case bytes.Contains(a, []byte("AF_UNIX")), bytes.Contains(a, []byte("AF_LOCAL")):
		if i := bytes.Index(a, []byte("sun_path=")); i >= 0 {
			rest := a[i+len("sun_path="):]
			at := ""
			if bytes.HasPrefix(rest, []byte("@")) {
				at, rest = "@", rest[1:]
			}
			if j := quoted(rest, 0); len(rest) > 0 && rest[0] == '"' && j > 0 {
				s, _ := Unquote(rest[:j+1])
				return at + s, "UNIX"
			}
		}
		return "", "UNIX"
	}
	return "", ""
}

// network follows calls about sockets, other than those that move bytes.
func (m *merger) network(p *Process, d *detail, name string, ok bool, shown []byte, set func(int64, []byte, bool)) {
	need := m.t.opt.Need&NeedNet != 0
	a0 := unnamed(arg(d.args, 0))
	fd, ann := descriptor(a0)
	line := m.line + int64(d.line) + 1
	switch name {
	case "connect":
		peer, protocol := sockaddr(unnamed(arg(d.args, 1)))
		if peer == "" {
			return
		}
		if protocol == "TCP" && bytes.HasPrefix(ann, []byte("UDP")) {
			protocol = "UDP"
		}
		if fd >= 0 {
			key := descKey{p.Leader, fd}
			delete(m.connects, key)
			if m.errno(d) == "EINPROGRESS" && d.start != Unknown && len(m.connects) < 1<<16 {
				m.connects[key] = connecting{peer, d.start}
			}
			target := protocol + ":[->" + peer + "]"
			if protocol == "UNIX" {
				target = `UNIX:["` + peer + `"]`
			}
			set(int64(fd), []byte(target), p.table().open[fd].exec)
		}
		if need {
			x := m.peer(p, peer, protocol, line)
			x.Connects++
			m.charge(x, d, true)
		}
	case "getsockopt":
		key := descKey{p.Leader, fd}
		c, waiting := m.connects[key]
		if !waiting || !bytes.Contains(d.args, []byte("SO_ERROR")) {
			return
		}
		delete(m.connects, key)
		if need && d.start != Unknown {
			x := m.peer(p, c.peer, "", line)
			took := Nanos(d.start - c.start)
			x.Connect += took
			x.Longest = max(x.Longest, took)
			if i := bytes.Index(d.args, []byte("[E")); i >= 0 {
				x.Errors[string(upper(d.args[i+1:]))]++
			}
		}
	case "accept", "accept4":
		if !ok {
			return
		}
		peer, protocol := remote(shown)
		if peer == "" {
			peer, protocol = sockaddr(unnamed(arg(d.args, 1)))
		}
		if peer == "" {
			peer, protocol = "(unnamed)", "UNIX"
		}
		if shown == nil {
			set(d.value, []byte(protocol+":[->"+peer+"]"), bytes.Contains(d.args, []byte("SOCK_CLOEXEC")))
		}
		if need {
			x := m.peer(p, peer, protocol, line)
			x.Accepts++
			m.charge(x, d, false)
		}
	}
}

func (m *merger) errno(d *detail) string {
	if d.errno == 0 {
		return ""
	}
	return m.t.errs.name(d.errno)
}

// charge adds a call's time and error to its peer.
func (m *merger) charge(x *Peer, d *detail, connect bool) {
	if e := m.errno(d); e != "" {
		x.Errors[e]++
	}
	if d.dur == Unknown {
		return
	}
	x.Time += Nanos(d.dur)
	if connect {
		x.Connect += Nanos(d.dur)
		x.Longest = max(x.Longest, Nanos(d.dur))
	}
}

// traffic adds bytes to the peer they were exchanged with.
func (m *merger) traffic(p *Process, d *detail, name string, to []byte, ok bool) {
	peer, protocol := "", ""
	if len(to) > 0 {
		peer, protocol = remote(to)
	}
	if peer == "" && (strings.HasPrefix(name, "send") || strings.HasPrefix(name, "recv")) && !strings.HasPrefix(name, "sendfile") {
		if i := bytes.Index(d.args, []byte("{sa_family=")); i >= 0 {
			peer, _ = sockaddr(d.args[i:])
			if protocol == "" && peer != "" {
				protocol = "UDP"
			}
		}
	}
	if peer == "" {
		return
	}
	x := m.peer(p, peer, protocol, m.line+int64(d.line)+1)
	out := name[0] == 'w' || name[0] == 's' || name[0] == 'p' && strings.HasPrefix(name, "pw")
	n := int64(0)
	if ok && !strings.HasSuffix(name, "mmsg") { // of those the return counts messages
		n = d.value
	}
	if out {
		x.Sends++
		x.Sent += n
	} else {
		x.Receives++
		x.Received += n
	}
	m.charge(x, d, false)
}
