package insight

import (
	"context"
	"encoding/binary"
	"time"

	"steward/internal/db"
)

// seenPacked is seen for what does not last: the packed days tell it, a tenth of the work that as many
// facts are.
func (r *reading) seenPacked(ctx context.Context, tx db.Tx, p span, tell func(window int, person int64, keys []string) error) error {
	r.bounds = []time.Time{p.from, p.to}
	from, to := p.from.UnixMicro(), p.to.UnixMicro()
	windows := int64(p.to.Sub(p.from) / window)
	s, told := &scanner{reading: r}, map[string]bool{}
	keys, mark := make([]string, len(r.used)), []byte(nil)
	return s.each(ctx, tx, r.span(), func(o *opened) error {
		here := map[[3]int64]bool{} // of this day, by places: most entries say nothing new
		for i, at := range o.times {
			person := o.number(people, i)
			if person == 0 || o.weight(i) <= 0 || at < from || at >= to || !s.counted(o, i) {
				continue
			}
			k := [3]int64{person, s.mix(o, i), (at - from) * windows / (to - from)}
			if here[k] {
				continue
			}
			here[k] = true
			for j, d := range r.used {
				keys[j] = o.text(d, i)
			}
			mark = binary.AppendVarint(binary.AppendVarint(mark[:0], person), k[2])
			for _, key := range keys {
				mark = putText(mark, key)
			}
			if told[string(mark)] {
				continue
			}
			told[string(mark)] = true
			if err := tell(int(k[2]), person, keys); err != nil {
				return err
			}
		}
		return nil
	})
}
