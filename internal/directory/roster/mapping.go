package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/suggest"
)

// The kinds that can be imported.
const (
	People        = "people"
	Organizations = "organizations"
	Accounts      = "accounts" // organizations with what a vendor keeps about them; Importer.Account takes that
	Contacts      = "contacts" // of one organization; Import.Contact says what a row does
)

// LineColumn and ErrorColumn are what the file of failed rows adds; an import passes them over.
const (
	LineColumn  = "_line"
	ErrorColumn = "_error"
)

// ignore is the field of a column that is not imported on purpose.
const ignore = "ignore"

// attribute begins the fields that are attributes: attributes.plan.
const attribute = "attributes."

// fields are what a column can be, with other names that headers give it, spaces and signs
// taken out.
var fields = map[string]map[string][]string{
	People: {
		"email": {"mail", "emailaddress", "mailaddress"}, "name": {"fullname", "displayname", "contact", "contactname"},
		"first_name": {"givenname", "firstname", "forename"}, "last_name": {"surname", "familyname", "lastname"},
		"organization":             {"organisation", "company", "account", "companyname", "organizationname"},
		"organization_external_id": {"organizationid", "organisationid", "companyid", "accountid"},
		"external_id":              {"id", "externalid", "personid", "customerid", "userid", "contactid"}, "time_zone": {"timezone", "tz"},
	},
	Organizations: {
		"name": {"organization", "organisation", "company", "companyname", "account", "accountname"}, "domains": {"domain", "maildomain", "emaildomain", "website"},
		"external_id": {"id", "externalid", "organizationid", "organisationid", "companyid", "accountid", "customerid"},
	},
	Accounts: {
		"name": {"organization", "organisation", "company", "companyname", "account", "accountname"}, "domains": {"domain", "maildomain", "emaildomain", "website"},
		"external_id": {"id", "externalid", "organizationid", "organisationid", "companyid", "accountid", "customerid"},
		"plan":        {"edition", "subscription", "tier"}, "segment": {"accountsegment", "customersegment"}, "coverage": {"priority", "accountpriority"}, "stage": {"lifecyclestage", "lifecycle"},
		"revenue": {"arr", "annualrecurringrevenue", "recurringrevenue"}, "currency": {"currencycode", "currencyisocode"}, "since": {"customersince"},
		"contract_start": {"contractstartdate", "contractstart", "subscriptionstart"}, "renewal": {"renewaldate", "contractenddate", "contractend", "subscriptionend"},
		"csm": {"csmemail", "customersuccessmanager", "owneremail"}, "team": {"csmteam", "accountteam"}, "parent_external_id": {"parentid", "parentaccountid"},
	},
	Contacts: {
		"email": {"mail", "emailaddress", "mailaddress"}, "name": {"fullname", "displayname", "contact", "contactname"}, "editor": {"mayedit", "canedit", "admin", "administrator"},
	},
}

// Column is a column of the file and what it is imported as.
type Column struct {
	Name       string   `json:"name"`
	Field      string   `json:"field" doc:"What it is imported as; empty when it is not."`
	Suggestion string   `json:"suggestion,omitempty" doc:"The field its name comes close to."`
	Samples    []string `json:"samples" nullable:"false"`
}

// Fields lists what a column of a kind may be mapped to; attributes.NAME comes on top.
func Fields(kind string) []string { return slices.Sorted(maps.Keys(fields[kind])) }

// Map says what each column is imported as: what given says ("" and "ignore" mean not at
// all), else what its name says. It refuses a mapping that no row could be imported with.
func Map(kind string, f File, given map[string]string) ([]Column, error) {
	for name := range given {
		if !slices.Contains(f.Header, name) {
			return nil, fault.Field("mapping", name, strings.Join(f.Header, ", "), "The file has no column %q.%s", name, suggest.DidYouMean(name, f.Header))
		}
	}
	out := []Column{}
	taken := map[string]string{}
	for n, name := range f.Header {
		c := Column{Name: name, Samples: []string{}}
		for _, row := range f.Samples {
			if n < len(row) {
				c.Samples = append(c.Samples, row[n])
			}
		}
		field, said := given[name]
		switch {
		case name == LineColumn || name == ErrorColumn || name == "" || said && (field == "" || field == ignore):
		case said:
			if err := check(kind, field); err != nil {
				return nil, err
			}
			c.Field = field
		default:
			c.Field, c.Suggestion = guess(kind, name)
		}
		if other, twice := taken[c.Field]; twice && c.Field != "" {
			if !said && !slices.Contains(slices.Collect(maps.Values(given)), c.Field) {
				return nil, fault.Field("mapping", name, "one column for each field", "Both %q and %q would be %s. Map one of them to something else, or to %q.", other, name, c.Field, ignore)
			}
			if !said {
				c.Field, c.Suggestion = "", ""
			}
		}
		if c.Field != "" {
			taken[c.Field] = name
		}
		out = append(out, c)
	}
	return out, enough(kind, out, taken)
}

func check(kind, field string) error {
	if _, ok := fields[kind][field]; ok {
		return nil
	}
	if name, ok := strings.CutPrefix(field, attribute); ok && name != "" && kind != Contacts {
		return nil
	}
	accepted := Fields(kind)
	return fault.Field("mapping", field, strings.Join(accepted, ", "), "%s have no field %q.%s", title(kind), field, suggest.DidYouMean(field, accepted))
}

func title(kind string) string { return strings.ToUpper(kind[:1]) + kind[1:] }

// plain is a name without spaces and signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// guess is the field a column's name means, else one it comes close to.
func guess(kind, name string) (field, suggestion string) {
	if a, ok := strings.CutPrefix(strings.ToLower(name), attribute); ok && a != "" && kind != Contacts {
		return attribute + name[len(attribute):], ""
	}
	p := plain(name)
	words := map[string]string{}
	for _, f := range Fields(kind) {
		for _, other := range append([]string{plain(f)}, fields[kind][f]...) {
			if p == other {
				return f, ""
			}
			if words[other] == "" {
				words[other] = f
			}
		}
	}
	if near := suggest.Nearest(p, slices.Sorted(maps.Keys(words))); near != "" {
		return "", words[near]
	}
	return "", ""
}

// enough refuses a mapping without what makes a record.
func enough(kind string, columns []Column, taken map[string]string) error {
	_, email := taken["email"]
	_, name := taken["name"]
	_, external := taken["external_id"]
	if kind == People && (email || external) || (kind == Organizations || kind == Accounts) && (name || external) || kind == Contacts && email {
		return nil
	}
	need := map[string]string{People: "email (or external_id)", Organizations: "name (or external_id)", Accounts: "name (or external_id)", Contacts: "email"}[kind]
	hint := ""
	for _, c := range columns {
		if c.Suggestion != "" {
			hint += fmt.Sprintf(" Is %q the %s?", c.Name, c.Suggestion)
		}
	}
	return fault.Field("mapping", nil, "a column mapped to "+need, "No column is the %s.%s Map one, like --map COLUMN=FIELD.", need, hint)
}

// cells reads the fields of a row.
type cells struct {
	columns []Column
	row     []string
	values  map[string]string // of fields that the file does not have
}

func (c cells) get(field string) string {
	for n, col := range c.columns {
		if col.Field == field && n < len(c.row) {
			if v := directory.OneLine(c.row[n]); v != "" {
				return v
			}
		}
	}
	return c.values[field]
}
