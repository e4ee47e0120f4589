package insight

import "strconv"

// Factor is one of the things that the numerator or the denominator of a ratio is made of.
type Factor struct {
	Measure    string     `json:"measure" enum:"share,count,sum,mean,percentile,distinct,latest,standing,age,working_days,amount" doc:"How it follows from the records; working days and amounts have none."`
	Value      float64    `json:"value"`
	Unit       string     `json:"unit" enum:"count,hours,days,minutes,money,number"`
	Records    int64      `json:"records" doc:"How many records it is worked out from."`
	Part       string     `json:"part" doc:"What lists them: a part to ask for; empty when there are none."`
	Of         *Dimension `json:"of" doc:"Whose different values are counted, of distinct."`
	Percentile float64    `json:"percentile,omitempty"`
	Calendar   string     `json:"calendar,omitempty" doc:"Whose working days are counted; empty for every day."`
	Amount     float64    `json:"amount,omitempty" doc:"What comes every day, week, month or year."`
	Every      string     `json:"every,omitempty"`
}

// made says what a part of a ratio is made of, and what that comes to: the numerator, or what is below the line
// multiplied. number is one of them that was asked about. Figures that are no ratio are made of their records.
func (a *answer) made(cells []*cell, number int) (out []Factor, result float64) {
	out, result = []Factor{}, 1
	if len(a.plan.Parts) == 1 {
		return out, 0
	}
	from, to := a.bounds[0], a.bounds[len(a.bounds)-1]
	below := 0
	for i, p := range a.plan.Parts {
		if (i == 0) != (number == 0) {
			continue
		}
		v, ok := a.number(p, cells[i], from, to)
		f := Factor{Measure: p.Measure, Percentile: p.Percentile, Calendar: p.Calendar, Every: p.Every, Unit: a.plan.unitOf(p), Value: round(v)}
		if p.Measure == "amount" {
			f.Amount = p.Amount
		}
		if p.Stream {
			f.Records, f.Part = cells[i].total, "numerator"
			if p.Measure == "share" {
				f.Records = cells[i].good
			}
			if i > 0 {
				if below++; below == 1 {
					f.Part = "denominator"
				} else {
					f.Part = "denominator-" + strconv.Itoa(below)
				}
			}
		}
		if p.Distinct > 0 {
			f.Of = &a.plan.Dimensions[p.Distinct-1]
		}
		if out = append(out, f); !ok {
			v = 0
		}
		result *= v
	}
	return out, round(result)
}
