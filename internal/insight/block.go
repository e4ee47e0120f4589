package insight

import (
	"encoding/binary"
	"math/bits"
)

// A block is the facts of a day, column by column: the moments, then what few facts differ in as
// places in a list of the values there are, then the amounts of each column of the sheet.

// The parts of a block that are numbers; those of the dimensions follow.
const (
	weights = iota
	counting
	beingGood
	people
	teams
	organizations
	firstDim
	blockParts = firstDim + maxDimensions
)

// number is a part of an entry that is a number.
func (w *weighed) number(part int) int64 {
	switch part {
	case weights:
		return w.n
	case counting:
		return int64(w.counts)
	case beingGood:
		return int64(w.good)
	case people:
		return w.person
	case teams:
		return w.team
	default:
		return w.org
	}
}

// set is the reverse of number.
func (w *weighed) set(part int, n int64) {
	switch part {
	case weights:
		w.n = n
	case counting:
		w.counts = uint64(n)
	case beingGood:
		w.good = uint64(n)
	case people:
		w.person = n
	case teams:
		w.team = n
	default:
		w.org = n
	}
}

// packBlock packs entries that are merged.
func packBlock(rows []weighed) []byte {
	if len(rows) == 0 {
		return []byte{}
	}
	out := binary.AppendUvarint(nil, uint64(len(rows)))
	var part []byte
	last := int64(0)
	for i := range rows {
		part = binary.AppendUvarint(part, uint64(rows[i].at-last))
		last = rows[i].at
	}
	out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	for p := range firstDim {
		part = packList(part[:0], rows, func(w *weighed) int64 { return w.number(p) }, binary.AppendVarint)
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	for d := range maxDimensions {
		part = packList(part[:0], rows, func(w *weighed) string { return w.dims[d] }, putText)
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	var mask uint64
	for i := range rows {
		for c, n := range rows[i].amounts {
			if n != 0 {
				mask |= 1 << c
			}
		}
	}
	out = binary.AppendUvarint(out, mask)
	for c := range maxColumns {
		if mask>>c&1 == 0 {
			continue
		}
		part = part[:0]
		for i := range rows {
			part = binary.AppendVarint(part, rows[i].amounts[c])
		}
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	return out
}

// packList packs a value of each entry: the values there are, then the place of each among them.
func packList[V comparable](b []byte, rows []weighed, of func(w *weighed) V, put func(b []byte, v V) []byte) []byte {
	known := map[V]uint64{}
	var values []V
	places := make([]uint64, len(rows))
	for i := range rows {
		v := of(&rows[i])
		if i > 0 && v == values[places[i-1]] {
			places[i] = places[i-1]
			continue
		}
		at, ok := known[v]
		if !ok {
			at = uint64(len(values))
			known[v] = at
			values = append(values, v)
		}
		places[i] = at
	}
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, v := range values {
		b = put(b, v)
	}
	if len(values) == 1 {
		return b
	}
	for _, at := range places {
		b = binary.AppendUvarint(b, at)
	}
	return b
}

// block is a packed one, opened: what nobody asks for is not read.
type block struct {
	n       int
	moments []byte
	parts   [blockParts][]byte
	amounts [maxColumns][]byte // nil: all zero
}

func openBlock(data []byte) (b block, err error) {
	if len(data) == 0 {
		return b, nil
	}
	p := packed{data: data}
	b.n = int(p.uint())
	b.moments = p.bytes()
	for i := range b.parts {
		b.parts[i] = p.bytes()
	}
	for mask := p.uint(); mask != 0 && !p.bad; mask &= mask - 1 {
		b.amounts[min(bits.TrailingZeros64(mask), maxColumns-1)] = p.bytes()
	}
	if b.n < 0 || b.n > len(data) {
		p.bad = true
	}
	return b, p.err()
}

// times are the moments, put into a slice that may be used again.
func (b *block) times(into []int64) ([]int64, error) {
	p, last := packed{data: b.moments}, int64(0)
	into = into[:0]
	for range b.n {
		last += int64(p.uint())
		into = append(into, last)
	}
	return into, p.err()
}

// amountsOf are the amounts of a column.
func (b *block) amountsOf(column int, into []int64) ([]int64, error) {
	into = into[:0]
	if b.amounts[column] == nil {
		for range b.n {
			into = append(into, 0)
		}
		return into, nil
	}
	p := packed{data: b.amounts[column]}
	for range b.n {
		into = append(into, p.int())
	}
	return into, p.err()
}

// listed is a part of a block: the values there are and the place of each entry's among them; no
// places where all have the only one.
type listed struct {
	numbers []int64
	texts   []string
	places  []uint32
}

func (l *listed) place(i int) uint32 {
	if len(l.places) == 0 {
		return 0
	}
	return l.places[i]
}

func (l *listed) number(i int) int64 { return l.numbers[l.place(i)] }

// list reads a part into a list that may be used again.
func (b *block) list(part int, l *listed) error {
	l.numbers, l.texts, l.places = l.numbers[:0], l.texts[:0], l.places[:0]
	p := packed{data: b.parts[part]}
	n := int(p.uint())
	for range n {
		if p.bad {
			break
		}
		if part >= firstDim {
			l.texts = append(l.texts, string(p.bytes()))
		} else {
			l.numbers = append(l.numbers, p.int())
		}
	}
	if n > 1 {
		for range b.n {
			at := p.uint()
			if at >= uint64(n) {
				return errPacked
			}
			l.places = append(l.places, uint32(at))
		}
	}
	if n == 0 {
		return errPacked
	}
	return p.err()
}

// addBlock adds the entries of a packed block.
func (d *day) addBlock(data []byte) error {
	b, err := openBlock(data)
	if err != nil || b.n == 0 {
		return err
	}
	from := len(d.rows)
	d.rows = append(d.rows, make([]weighed, b.n)...)
	rows := d.rows[from:]
	times, err := b.times(nil)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].at = times[i]
	}
	var l listed
	for part := range blockParts {
		if err := b.list(part, &l); err != nil {
			return err
		}
		for i := range rows {
			if part < firstDim {
				rows[i].set(part, l.number(i))
			} else {
				rows[i].dims[part-firstDim] = l.texts[l.place(i)]
			}
		}
	}
	for c := range maxColumns {
		if b.amounts[c] == nil {
			continue
		}
		if times, err = b.amountsOf(c, times); err != nil {
			return err
		}
		for i := range rows {
			rows[i].amounts[c] = times[i]
		}
	}
	return nil
}
