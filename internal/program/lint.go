package program

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/field"
	"steward/internal/mail"
	"steward/internal/suggest"
)

// lint finds programs that nobody could apply to, decide or claim.
func lint(c *blueprint.Context, s Spec) {
	asked := lintQuestions(c, s)
	if s.Opens != "" && s.Closes != "" && s.Closes < s.Opens {
		c.Error("closes", "It closes before it opens.")
	}
	names := map[string]string{}
	once := func(path, name string) {
		if first, twice := names[name]; twice {
			c.Error(path, "%s is called %q already.", first, name)
		}
		names[name] = path
	}
	for i, check := range s.Verify.Checks {
		path := fmt.Sprintf("verify.checks[%d]", i)
		once(path+".name", check.Name)
		lintCheck(c, s, path, check, asked)
	}
	for i, e := range s.Eligibility {
		path := fmt.Sprintf("eligibility[%d]", i)
		once(path+".name", e.Name)
		if r := c.Rule(path + ".when"); r != nil {
			for _, problem := range r.Never() {
				c.ErrorAt(path+".when", problem)
			}
		}
	}
	if len(s.Screening.Countries) > 0 && s.Screening.Country == "" {
		c.Error("screening.countries", "Say with country: which field holds the country.")
	}
	if s.Screening.Country != "" && !asked[s.Screening.Country] {
		c.Warn("screening.country", "The form does not ask for %s, so nobody is held by their country.", s.Screening.Country)
	}
	for i, b := range s.Benefits {
		lintBenefit(c, fmt.Sprintf("benefits[%d]", i), b)
	}
	if s.Decision.Seconds > 1 && s.Decision.Approve != "" {
		c.Warn("decision.approve_when", "Nothing is approved without a colleague where %d have to agree, so this has no effect.", s.Decision.Seconds)
	}
	if s.Life.Months > 0 && s.Life.Invite.Std().Hours() > float64(s.Life.Months)*28*24 {
		c.Error("life.invite", "The renewal would be invited before the term begins.")
	}
	lintLetters(c, s)
}

// lintQuestions checks what the form asks and returns the names of its fields.
func lintQuestions(c *blueprint.Context, s Spec) map[string]bool {
	asked := map[string]bool{}
	for i, sec := range s.Sections {
		for j, q := range sec.Questions {
			path := fmt.Sprintf("sections[%d].questions[%d]", i, j)
			f, ok := blueprint.Get[field.Spec](c.Set, q.Field)
			switch {
			case !ok:
			case f.On != "application":
				c.Error(path, "%s is a field of a %s; a program asks for fields of applications.", q.Field, f.On)
			case f.Type == "lookup":
				c.Error(path, "%s points to a record; applicants cannot know records.", q.Field)
			case asked[q.Field]:
				c.Error(path, "The form asks for %s already.", q.Field)
			}
			asked[q.Field] = true
		}
	}
	return asked
}

// lintCheck checks a proof.
func lintCheck(c *blueprint.Context, s Spec, path string, check Check, asked map[string]bool) {
	if strings.Trim(check.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || check.Name != "" && check.Name[0] <= '9' {
		c.Error(path+".name", "%q cannot be the name of a proof: conditions read it, so it is small letters, digits and _, a letter first.", check.Name)
	}
	if check.Field != "" && !asked[check.Field] {
		c.Error(path+".field", "The form does not ask for %s, so there is nothing to look at.", check.Field)
	}
	for _, name := range check.Sends {
		if !asked[name] {
			c.Error(path+".sends", "The form does not ask for %s.", name)
		}
	}
	switch check.Kind {
	case "domains":
		if check.List == "own" && len(check.Domains) == 0 {
			c.Error(path+".domains", "The list is your own and has no domains, so nobody could pass.")
		}
	case "email":
		if s.For == "person" {
			c.Error(path, "The address is compared with the organization's website, which this program does not ask for.")
		}
	case "repositories":
		if check.Field == "" {
			c.Error(path+".field", "Say which field holds the address of the group or project.")
		}
	case "external":
		if check.URL == "" || check.Secret == "" {
			c.Error(path, "An external check needs url and secret.")
		}
	}
	for field, ref := range map[string]string{"secret": check.Secret} {
		lintSecret(c, path+"."+field, ref)
	}
	for i, h := range check.Hosts {
		lintSecret(c, fmt.Sprintf("%s.hosts[%d].token", path, i), h.Token)
	}
}

func lintSecret(c *blueprint.Context, path, ref string) {
	if ref != "" && !strings.HasPrefix(ref, "env:") && !strings.HasPrefix(ref, "file:") {
		c.Error(path, "Secrets do not belong into texts. Write env:NAME or file:PATH.")
	}
}

func lintBenefit(c *blueprint.Context, path string, b Benefit) {
	lintSecret(c, path+".token", b.Token)
	switch {
	case b.Kind == "code" && b.Pool == "":
		c.Error(path+".pool", "Say from which pool codes come.")
	case b.Kind != "code" && b.Pool != "":
		c.Error(path+".pool", "Only a code comes from a pool.")
	case b.Kind == "http" && b.URL == "":
		c.Error(path+".url", "Say where it is asked for.")
	case b.Kind == "text" && b.Say == "":
		c.Error(path+".say", "Say how to use it.")
	}
}

// lintLetters finds templates that use values letters do not have.
func lintLetters(c *blueprint.Context, s Spec) {
	for letter, name := range s.Letters.named() {
		t, ok := blueprint.Get[mail.Template](c.Set, name)
		if !ok {
			continue
		}
		for _, used := range t.Placeholders() {
			if strings.TrimSpace(used) != "" && !slices.Contains(values, used) {
				c.Warn("letters."+string(letter), "The template %s uses {{%s}}, which letters of a program have no value for.%s It stays in the mail as it is.", name, used, suggest.DidYouMean(used, values))
			}
		}
	}
}
