package insight

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A day of a sheet is packed: sums under each dimension, and one block with the facts themselves.
const blockDim = maxDimensions + 1

// dayKey names what is kept about a day.
type dayKey struct {
	sheet  int64
	dim    int
	bucket int64
}

// day is what is kept about a day under one dimension, or what changes about it.
type day struct {
	sums map[string]*sums // by the dimension's value
	rows rows             // of the block
}

// sums are those of each column: good ones, all, amount.
type sums [maxColumns][3]int64

// weighed is an entry that counts n times from a moment on.
type weighed struct {
	at, n int64
	entry
}

// summed reports whether sums are kept for a dimension: not where it has a value for nearly every
// fact, because blocks are as quick then.
func (d Dimension) summed() bool { return d.Kind != "organization" }

// dayOf is the day of a moment in a zone, counted from 1970.
func dayOf(us int64, zone *time.Location) int64 {
	y, m, d := time.UnixMicro(us).In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// dayStart is when a day of a zone begins, in microseconds.
func dayStart(bucket int64, zone *time.Location) int64 {
	return time.Date(1970, 1, 1+int(bucket), 0, 0, 0, 0, zone).UnixMicro()
}

func (d *day) add(key string, e entry, n int64) {
	s := d.sums[key]
	if s == nil {
		s = &sums{}
		d.sums[key] = s
	}
	for i := range s {
		if e.counts>>i&1 == 0 {
			continue
		}
		s[i][0] += n * int64(e.good>>i&1)
		s[i][1] += n
		s[i][2] += n * e.amounts[i]
	}
}

// errPacked says that a packed day cannot be read.
var errPacked = errors.New("insight: a packed day cannot be read")

// packed reads numbers and texts one after another. Behind the end, everything is zero and bad is set.
type packed struct {
	data []byte
	bad  bool
}

func (p *packed) uint() uint64 {
	n, size := binary.Uvarint(p.data)
	if size <= 0 {
		p.data, p.bad = nil, true
		return 0
	}
	p.data = p.data[size:]
	return n
}

func (p *packed) int() int64 {
	n := p.uint()
	return int64(n>>1) ^ -int64(n&1)
}

func (p *packed) bytes() []byte {
	n := p.uint()
	if n > uint64(len(p.data)) {
		p.data, p.bad = nil, true
		return nil
	}
	out := p.data[:n]
	p.data = p.data[n:]
	return out
}

func (p *packed) err() error {
	if p.bad {
		return errPacked
	}
	return nil
}

func putText(b []byte, s string) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }

// packSums packs sums; nothing when all are zero.
func packSums(all map[string]*sums) []byte {
	var keys []string
	for key, s := range all {
		if *s != (sums{}) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := []byte{}
	for _, key := range keys {
		s := all[key]
		out = putText(out, key)
		var mask uint64
		for i := range s {
			if s[i] != [3]int64{} {
				mask |= 1 << i
			}
		}
		out = binary.AppendUvarint(out, mask)
		for i := range s {
			if mask>>i&1 == 1 {
				for _, n := range s[i] {
					out = binary.AppendVarint(out, n)
				}
			}
		}
	}
	return out
}

// addSums adds what packed sums say.
func (d *day) addSums(data []byte) error {
	p := packed{data: data}
	for len(p.data) > 0 {
		key := p.bytes()
		s := d.sums[string(key)]
		if s == nil {
			s = &sums{}
			d.sums[string(key)] = s
		}
		mask := p.uint()
		for i := range s {
			if mask>>i&1 == 1 {
				for j := range s[i] {
					s[i][j] += p.int()
				}
			}
		}
	}
	return p.err()
}

// columnSums tells the sums of one column: value of the dimension, good ones, all, amount.
func columnSums(data []byte, column int, tell func(key []byte, s [3]int64) error) error {
	p := packed{data: data}
	for len(p.data) > 0 {
		key := p.bytes()
		mask := p.uint()
		for i := 0; mask>>i != 0; i++ {
			if mask>>i&1 == 0 {
				continue
			}
			s := [3]int64{p.int(), p.int(), p.int()}
			if i == column && !p.bad {
				if err := tell(key, s); err != nil {
					return err
				}
			}
		}
	}
	return p.err()
}

// writeAmounts are amounts with a comma between, without zeros at the end.
func writeAmounts(all [maxColumns]int64) string {
	last := maxColumns
	for last > 0 && all[last-1] == 0 {
		last--
	}
	var b []byte
	for i, n := range all[:last] {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

func readAmounts(s string) (out [maxColumns]int64, err error) {
	for i := 0; s != "" && i < maxColumns; i++ {
		var one string
		one, s, _ = strings.Cut(s, ",")
		if out[i], err = strconv.ParseInt(one, 10, 64); err != nil {
			return out, err
		}
	}
	return out, nil
}
