package insight

// view is what a question sees of an entry: entries that look alike are the same to it.
type view struct {
	at, amount, person int64
	good               bool
	values             [maxDimensions]int32
}

// settling is what settle works with, day after day.
type settling struct {
	names map[string]int32 // numbers of the dimensions' values, the same in every part
	away  map[view]int64   // how many times entries are taken away that no part has been found to add
}

// settle takes the entries of a day together that one part adds and another takes away again, so that its
// parts tell what one block of the day would.
func (s *scanner) settle(parts []*opened) (err error) {
	if len(parts) < 2 || !takesAway(parts) {
		return nil
	}
	if s.names == nil {
		s.settling = settling{names: map[string]int32{}, away: map[view]int64{}}
	}
	clear(s.names)
	clear(s.away)
	column := s.stream.place
	for _, o := range parts {
		if o.added[column], err = o.amountsOf(column, o.added[column]); err != nil {
			return err
		}
		o.settled, o.net = true, o.net[:0]
		for i := range o.n {
			n := o.number(weights, i)
			if o.net = append(o.net, n); n < 0 && s.counted(o, i) {
				s.away[s.viewOf(o, i)] += n
			}
		}
	}
	each := func(sign int64, do func(net *int64, v view)) {
		for _, o := range parts {
			for i, n := range o.net {
				if n*sign > 0 && s.counted(o, i) {
					do(&o.net[i], s.viewOf(o, i))
				}
			}
		}
	}
	each(1, func(net *int64, v view) {
		if n := min(*net, -s.away[v]); n > 0 {
			*net -= n
			s.away[v] += n
		}
	})
	each(-1, func(net *int64, v view) { *net, s.away[v] = s.away[v], 0 })
	return nil
}

// takesAway reports whether an entry counts less than no time.
func takesAway(parts []*opened) bool {
	for _, o := range parts {
		for _, n := range o.lists[weights].numbers {
			if n < 0 {
				return true
			}
		}
	}
	return false
}

// viewOf is what the question sees of an entry.
func (s *scanner) viewOf(o *opened, i int) view {
	column := s.stream.place
	v := view{at: o.times[i], amount: o.added[column][i], person: o.number(people, i), good: o.number(beingGood, i)>>column&1 == 1}
	for j, d := range s.used {
		text := o.text(d, i)
		n, ok := s.names[text]
		if !ok {
			n = int32(len(s.names))
			s.names[text] = n
		}
		v.values[j] = n
	}
	return v
}
