package insight

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
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

// entries are what blocks are packed from: facts that were gathered, or a block.
type entries interface {
	number(part, i int) int64
	text(dim, i int) string
	amount(column, i int) int64
}

// rows are facts that were gathered.
type rows []weighed

func (r rows) number(part, i int) int64   { return r[i].number(part) }
func (r rows) text(dim, i int) string     { return r[i].dims[dim] }
func (r rows) amount(column, i int) int64 { return r[i].amounts[column] }

// ref is one of the entries, which counts n times.
type ref struct {
	at, n int64
	of    entries
	i     int
}

// refs are those of facts, in order.
func (r rows) refs() []ref {
	out, of := make([]ref, len(r)), entries(r)
	for i := range r {
		out[i] = ref{r[i].at, r[i].n, of, i}
	}
	slices.SortFunc(out, ref.compare)
	return out
}

// compare orders the entries of a block; equal ones cannot be told apart.
func (a ref) compare(b ref) int {
	if n := cmp.Compare(a.at, b.at); n != 0 {
		return n
	}
	for p := counting; p < firstDim; p++ {
		if n := cmp.Compare(a.of.number(p, a.i), b.of.number(p, b.i)); n != 0 {
			return n
		}
	}
	for d := range maxDimensions {
		if n := cmp.Compare(a.of.text(d, a.i), b.of.text(d, b.i)); n != 0 {
			return n
		}
	}
	for c := range maxColumns {
		if n := cmp.Compare(a.of.amount(c, a.i), b.of.amount(c, b.i)); n != 0 {
			return n
		}
	}
	return 0
}

// together are entries of lists that are in order, in order: equal ones once, without those that count
// no time.
func together(lists [][]ref) []ref {
	n := 0
	lists = slices.Clone(lists)
	for _, l := range lists {
		n += len(l)
	}
	out := make([]ref, 0, n)
	for range n {
		first := -1
		for i, l := range lists {
			if len(l) > 0 && (first < 0 || l[0].compare(lists[first][0]) < 0) {
				first = i
			}
		}
		next := lists[first][0]
		lists[first] = lists[first][1:]
		switch last := len(out) - 1; {
		case last >= 0 && out[last].compare(next) == 0:
			out[last].n += next.n
		case last >= 0 && out[last].n == 0:
			out[last] = next
		default:
			out = append(out, next)
		}
	}
	if last := len(out) - 1; last >= 0 && out[last].n == 0 {
		out = out[:last]
	}
	return out
}

// packBlock packs entries that are together.
func packBlock(all []ref) []byte {
	if len(all) == 0 {
		return []byte{}
	}
	out := binary.AppendUvarint(nil, uint64(len(all)))
	var part []byte
	last := int64(0)
	for _, r := range all {
		part = binary.AppendUvarint(part, uint64(r.at-last))
		last = r.at
	}
	out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	for p := range firstDim {
		part = packList(part[:0], all, func(r *ref) int64 {
			if p == weights {
				return r.n
			}
			return r.of.number(p, r.i)
		}, binary.AppendVarint)
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	for d := range maxDimensions {
		part = packList(part[:0], all, func(r *ref) string { return r.of.text(d, r.i) }, putText)
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	return packAmounts(out, all)
}

// packAmounts packs the columns that have amounts.
func packAmounts(out []byte, all []ref) []byte {
	var mask uint64
	var body, part []byte
	for c := range maxColumns {
		part = part[:0]
		for _, r := range all {
			n := r.of.amount(c, r.i)
			if n != 0 {
				mask |= 1 << c
			}
			part = binary.AppendVarint(part, n)
		}
		if mask>>c&1 == 1 {
			body = append(binary.AppendUvarint(body, uint64(len(part))), part...)
		}
	}
	return append(binary.AppendUvarint(out, mask), body...)
}

// packList packs a value of each entry: the values there are, then the place of each among them.
func packList[V comparable](b []byte, all []ref, of func(r *ref) V, put func(b []byte, v V) []byte) []byte {
	known := map[V]uint64{}
	var values []V
	places := make([]uint64, len(all))
	for i := range all {
		v := of(&all[i])
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

func (l *listed) text(i int) string { return l.texts[l.place(i)] }

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

// opened is a block with what somebody looks at.
type opened struct {
	block
	times  []int64
	lists  [blockParts]listed
	added  [maxColumns][]int64 // amounts of the columns that were looked at; nil: all zero
	net    []int64             // how many times each entry counts among the parts of its day; nil: what it says
	combo  []int32             // of each entry: the place of its values among combos; -1 where it does not count
	combos []combo
}

func (o *opened) number(part, i int) int64 { return o.lists[part].number(i) }
func (o *opened) text(dim, i int) string   { return o.lists[firstDim+dim].text(i) }
func (o *opened) amount(column, i int) int64 {
	if o.added[column] == nil {
		return 0
	}
	return o.added[column][i]
}

// weight is how many times an entry counts.
func (o *opened) weight(i int) int64 {
	if o.net != nil {
		return o.net[i]
	}
	return o.lists[weights].number(i)
}

// open opens a block and some of its parts.
func (o *opened) open(data []byte, parts []int) (err error) {
	if o.block, err = openBlock(data); err != nil || o.n == 0 {
		return err
	}
	if o.times, err = o.block.times(o.times); err != nil {
		return err
	}
	o.net = nil
	for _, p := range parts {
		if err := o.list(p, &o.lists[p]); err != nil {
			return err
		}
	}
	return nil
}

// everyPart are all parts of a block.
var everyPart = func() (all []int) {
	for p := range blockParts {
		all = append(all, p)
	}
	return all
}()

// openRefs are all entries of a block.
func openRefs(data []byte) ([]ref, error) {
	o := &opened{}
	if err := o.open(data, everyPart); err != nil {
		return nil, err
	}
	for c := range o.added {
		if o.block.amounts[c] == nil {
			continue
		}
		var err error
		if o.added[c], err = o.amountsOf(c, nil); err != nil {
			return nil, err
		}
	}
	out := make([]ref, o.n)
	for i := range out {
		out[i] = ref{o.times[i], o.weight(i), o, i}
	}
	return out, nil
}
