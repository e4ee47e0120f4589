package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/program"
)

// projects are organizations that publish what they make; the forge knows what is wrong with some of them.
var projects = []string{"Fennel", "Tidewater", "Quillwork", "Larkspur", "Bramble", "Saltmarsh", "Juniper Lane", "Copperleaf", "Windrow", "Marigold", "Foxglove", "Thistledown", "Rowanberry", "Sandpiper", "Elderflower", "Millstone", "Hazelwood", "Cloudberry"}

// schools are institutions of education.
var schools = []string{"Cinderhall University", "Ashgrove College", "Wrenfield Institute", "Larchmont Polytechnic", "Saint Briar University", "Oldmere College", "Fallowdale University", "Kestrel Academy"}

// script writes down who applies, and what becomes of it.
func (c *community) script() {
	c.supply(c.on(425, 9), 60)
	c.openSource()
	c.education()
	c.startUps()
	c.hiring()
	c.supply(c.on(40, 9), 8)
	c.step(c.on(6, 15), c.alerts)
}

// supply imports codes into the pool.
func (c *community) supply(at time.Time, n int) {
	c.step(at, func(ctx context.Context, tx db.Tx) error {
		var codes []string
		for i := range n {
			codes = append(codes, fmt.Sprintf("SAMPLE-%s-%03d", at.Format("0102"), i+1))
		}
		_, err := c.app.Programs.ImportCodes(ctx, tx, c.app.Root(), "ultimate-year", codes)
		return err
	})
}

// alerts tells what the shop saw: codes that were redeemed as they should be, one that comes a second time, and one that nobody was given.
func (c *community) alerts(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT code FROM benefit_code WHERE state = 'dispatched' ORDER BY id LIMIT 6`)
	codes, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
	if err != nil || len(codes) == 0 {
		return err
	}
	rows, err = tx.Query(ctx, `SELECT code FROM benefit_code WHERE state = 'free' ORDER BY id DESC LIMIT 1`)
	leaked, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return err
	}
	_, _, err = c.app.Programs.Redeemed(ctx, tx, c.app.Root(), "ultimate-year", append(append(codes, codes[1]), leaked...))
	return err
}

func (c *community) project(i int, ending string) *applicant {
	name := projects[i%len(projects)]
	slug := fmt.Sprintf("%s%s", []string{"alpha", "beta", "gamma", "delta"}[i%4], ending)
	domain := fmt.Sprintf("%s%02d.example", []string{"commons", "makers", "tools", "libre"}[i%4], i+1)
	return c.applies("open-source", name+" Sample "+[]string{"Project", "Foundation", "Collective"}[i%3], domain,
		"repository", "https://gitlab.com/"+slug, "seats", fmt.Sprint(5+i*i%60), "country", []string{"Germany", "Brazil", "India", "Canada", "France"}[i%5])
}

func (c *community) openSource() {
	for i := range 9 { // decided by the rules, and claimed
		at := c.on(35+i*34, 9+float64(i%7))
		c.project(i, "").sends(at, false).claims(at.Add(time.Duration(20+i*40) * time.Minute))
	}
	c.project(9, "").sends(c.on(352, 10), false).claims(c.on(352, 11)) // invited to renew
	c.project(10, "").sends(c.on(345, 13), false).claims(c.on(344, 9)) // and another
	old := c.project(11, "").sends(c.on(400, 10), false).claims(c.on(400, 12))
	old.renews(c.on(48, 10)).claims(c.on(48, 11))
	c.project(12, "").sends(c.on(398, 10), false).claims(c.on(398, 12)) // came to its end
	late := c.project(13, "").sends(c.on(358, 10), false).claims(c.on(358, 12)).does(c.on(120, 10), func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, err := c.app.Programs.SetAddOn(ctx, tx, c.agentNo(2), x.ID, 0, true)
		return err
	})
	late.answers["profit"] = nil
	late.renews(c.on(1, 10)) // approved by the rules; it waits to be claimed, as a quote
	breach := c.project(14, "").sends(c.on(160, 10), false).claims(c.on(160, 11))
	breach.complied(c.on(12, 10), program.Warn, "Two projects of the group were made private, and the program covers one at most.")
	c.project(15, "").sends(c.on(200, 10), false).claims(c.on(200, 12)).complied(c.on(90, 9), program.Warn, "The licence of the project core was taken out.").complied(c.on(80, 9), program.Cure, "")
	c.project(16, "").sends(c.on(230, 10), false).claims(c.on(230, 12)).complied(c.on(60, 9), program.Revoke, "The codes were offered for sale.")

	c.project(17, "lab").sends(c.on(20, 10), false).decided(c.on(19, 14), 2, false, "You are welcome to apply again once both are public.", "licence")
	c.project(18, "works").sends(c.on(9, 10), false).takes(c.on(8, 9), 1).asked(c.on(8, 10), 1, "Everything is in order but one project: website has no licence file. Can you add one, and tell us when it is there?").
		replies(c.on(2, 16), "Thank you for the hint. The file is there since this morning; the website has the same licence as the rest now.") // a dialogue
	c.project(19, "works").sends(c.on(5, 11), false).asked(c.on(4, 10), 2, "Which of your projects is the one that members would use? We find no licence for website.")
	c.project(20, "lab").sends(c.on(3, 12), false)
	c.project(21, "works").sends(c.on(1, 15), false)
	c.project(22, "").sends(c.on(0, 9), false) // approved, not claimed yet
	profit := c.project(23, "").sends(c.on(2, 10), false)
	profit.answers["profit"] = []string{"yes"}
	c.project(24, "").sends(c.on(6, 10), true) // never confirmed
	c.project(25, "").saves(c.on(4, 18))
	c.project(26, "").sends(c.on(70, 9), false) // approved, and never claimed
	held := c.applies("open-source", "Naval Research Sample Group", "tools98.example", "repository", "https://gitlab.com/alpha", "seats", "12", "country", "United States")
	held.sends(c.on(4, 9), false)
	c.applies("open-source", "Alborz Sample Collective", "makers97.example", "repository", "https://gitlab.com/beta", "seats", "4", "country", "Iran").sends(c.on(2, 9), false)
}

func (c *community) agentNo(n int) act.Actor {
	by := c.app.Root()
	by.Kind, by.PersonID = act.Person, c.company.agents[n].ID
	return by
}

// school is somebody who writes from a private address, as many do.
func (c *community) school(i int, role string) *applicant {
	domain := fmt.Sprintf("campus%02d.example", i+1)
	a := c.applies("education", schools[i%len(schools)]+" Sample", domain, "role", role, "accredited", "yes", "level", "higher", "country", []string{"France", "United Kingdom", "Japan", "Mexico"}[i%4], "seats", fmt.Sprint(100+i*137%900))
	a.sent.Email = strings.Replace(a.sent.Email, domain, "mail.example", 1)
	return a
}

// at gives the applicant an address at the school besides.
func (a *applicant) at() *applicant {
	a.answers["work_email"] = []string{strings.Replace(a.sent.Email, "mail.example", a.sent.Website, 1)}
	return a
}

func (c *community) education() {
	for i := range 5 {
		at := c.on(30+i*61, 11)
		c.school(i, []string{"teacher", "researcher", "staff"}[i%3]).at().sends(at, false).proves(at.Add(12 * time.Minute)).claims(at.Add(50 * time.Minute))
	}
	c.school(5, "teacher").at().sends(c.on(2, 8), false) // the proof is open
	c.school(6, "staff").sends(c.on(7, 8), false).uploads(c.on(7, 9), "letter of employment.pdf")
	c.school(7, "researcher").sends(c.on(22, 9), false).uploads(c.on(22, 10), "staff card.pdf") // late
	old := c.school(8, "teacher").sends(c.on(25, 8), false).uploads(c.on(25, 9), "contract.pdf").takes(c.on(24, 9), 3)
	old.asked(c.on(24, 10), 3, "The contract you sent ended last summer. Please send one that is in force, or a staff card not older than 60 days.").replies(c.on(3, 9), "Here it is: the new one runs since September. I am sorry for the mix-up.")
	c.school(9, "student").sends(c.on(11, 15), false)                                    // rejected by a rule
	c.school(10, "teacher").sends(c.on(60, 15), false)                                   // silent: closed after 30 days
	old = c.school(11, "teacher").at().sends(c.on(375, 10), false).proves(c.on(375, 11)) // its renewal waits: the proof did not come, a document did
	renewal := old.claims(c.on(374, 12)).renews(c.on(20, 9))
	renewal.uploads(c.on(20, 10), "confirmation of employment.pdf")
	c.school(12, "teacher").sends(c.on(15, 10), false).does(c.on(14, 10), func(ctx context.Context, tx db.Tx, x *program.Application) error {
		return c.app.Programs.Withdraw(ctx, tx, x)
	})
}

func (c *community) startUp(i, funding int) *applicant {
	t := trades[(i*11+3)%len(trades)]
	return c.applies("startups", fmt.Sprintf("%s%s Sample", t[0], []string{"ly", "kit", "base", "flow"}[i%4]), fmt.Sprintf("startup%02d.example", i+1),
		"funding", fmt.Sprint(funding), "seats", fmt.Sprint(4+i*3%16), "country", []string{"Spain", "Sweden", "Canada", "Singapore"}[i%4]).with("funding round.pdf")
}

func (c *community) startUps() {
	for i := range 4 {
		at := c.on(40+i*70, 10)
		c.startUp(i, 800_000+i*2_100_000).sends(at, false).takes(at.Add(25*time.Hour), 1+i%3).decided(at.Add(26*time.Hour), 1+i%3, true, "").claims(at.Add(50 * time.Hour))
	}
	c.startUp(4, 36_000_000).sends(c.on(17, 9), false) // too much money: rejected by a rule
	c.startUp(5, 2_500_000).sends(c.on(6, 9), false).takes(c.on(1, 9), 0)
	c.startUp(6, 11_000_000).sends(c.on(3, 14), false)
	c.startUp(7, 700_000).sends(c.on(1, 11), false)
	c.startUp(8, 4_000_000).sends(c.on(30, 11), false).decided(c.on(26, 11), 3, false, "The document names another company than yours. Please apply again with one that names yours.")
}

func (c *community) hiring() {
	for i, words := range []string{"I like hard questions, and telling what I find in plain words. For six years I looked after the systems of a hospital.", "I answered in your forum for two years, and would like to do it all day.", "After university I want to learn from people who know."} {
		a := c.applies("support-engineer", "", "", "why", words).with("résumé.pdf").sends(c.on(9-3*i, 13), false)
		if i == 0 {
			a.decided(c.on(5, 10), 1, true, "")
		}
	}
}
