package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// client speaks just enough HTTP/1.1 to measure a server without costing much itself: it
// shares the machine with what it measures.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	auth string // the header
	host string
	buf  bytes.Buffer
	base string // of paths; "" for the native API
}

func dial(addr, token string) (*client, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: c, in: bufio.NewReaderSize(c, 32<<10), auth: "Bearer " + token, host: addr}, nil
}

// do sends a request and returns the body of its answer, which must have the status.
func (c *client) do(method, path, body string, status int) ([]byte, error) {
	c.buf.Reset()
	fmt.Fprintf(&c.buf, "%s %s%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n", method, cmp.Or(c.base, "/api/v1"), path, c.host, c.auth)
	if body != "" {
		fmt.Fprintf(&c.buf, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	c.buf.WriteString("\r\n" + body)
	if _, err := c.conn.Write(c.buf.Bytes()); err != nil {
		return nil, err
	}
	line, err := c.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	got, _ := strconv.Atoi(strings.Fields(line + " 0 0")[1])
	length, chunked := 0, false
	for {
		h, err := c.in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if h = strings.TrimRight(h, "\r\n"); h == "" {
			break
		}
		k, v, _ := strings.Cut(h, ": ")
		switch strings.ToLower(k) {
		case "content-length":
			length, _ = strconv.Atoi(v)
		case "transfer-encoding":
			chunked = v == "chunked"
		}
	}
	answer, err := c.body(length, chunked)
	if err == nil && got != status {
		err = fmt.Errorf("%s %s answered %d: %.300s", method, path, got, answer)
	}
	return answer, err
}

func (c *client) body(length int, chunked bool) ([]byte, error) {
	if !chunked {
		b := make([]byte, length)
		_, err := io.ReadFull(c.in, b)
		return b, err
	}
	var out []byte
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 32)
		if err != nil {
			return nil, err
		}
		piece := make([]byte, n+2)
		if _, err := io.ReadFull(c.in, piece); err != nil {
			return nil, err
		}
		if n == 0 {
			return out, nil
		}
		out = append(out, piece[:n]...)
	}
}
