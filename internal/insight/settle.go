package insight

// view is what a question sees of an entry: entries that look alike are the same to it.
type view struct {
	at, amount, person int64
	good               bool
	values             [maxDimensions]int32
}

// settle takes the entries of a day together that one part adds and another takes away again, so that its
// parts tell what one block of the day would.
func (s *scanner) settle(parts []*opened) (err error) {
	if len(parts) < 2 || !takesAway(parts) {
		return nil
	}
	column := s.stream.place
	names := map[string]int32{} // of values, the same in every part
	away := map[view]int64{}
	each := func(do func(o *opened, i int, v view)) {
		for _, o := range parts {
			numbers := s.numbered(o, names)
			for i := range o.n {
				if o.net[i] == 0 || !s.counted(o, i) {
					continue
				}
				v := view{at: o.times[i], amount: o.amount(column, i), person: o.number(people, i), good: o.number(beingGood, i)>>column&1 == 1}
				for j, d := range s.used {
					v.values[j] = numbers[j][o.lists[firstDim+d].place(i)]
				}
				do(o, i, v)
			}
		}
	}
	for _, o := range parts {
		if o.added[column], err = o.amountsOf(column, o.added[column]); err != nil {
			return err
		}
		o.net = make([]int64, o.n)
		for i := range o.net {
			o.net[i] = o.lists[weights].number(i)
		}
	}
	each(func(o *opened, i int, v view) {
		if o.net[i] < 0 {
			away[v] += o.net[i]
		}
	})
	each(func(o *opened, i int, v view) {
		if n := min(o.net[i], -away[v]); n > 0 {
			o.net[i] -= n
			away[v] += n
		}
	})
	each(func(o *opened, i int, v view) {
		if o.net[i] < 0 {
			o.net[i], away[v] = away[v], 0
		}
	})
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

// numbered are numbers for the values of the dimensions used, by their places in a part.
func (s *scanner) numbered(o *opened, names map[string]int32) [][]int32 {
	out := make([][]int32, len(s.used))
	for j, d := range s.used {
		for _, text := range o.lists[firstDim+d].texts {
			n, ok := names[text]
			if !ok {
				n = int32(len(names))
				names[text] = n
			}
			out[j] = append(out[j], n)
		}
	}
	return out
}
