package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/webhook"
)

const shopTrigger = "---\nkind: trigger\nname: tell-shop\ntitle: Tell the shop\non: [created]\ndo:\n  - webhook: warehouse\n    webhook_body: '{\"id\": {{ticket}}, \"subject\": \"{{subject}}\", \"by\": \"{{requester}}\", \"is\": \"{{status}}\"}'\n"

func shop(i *apptest.Instance, url, more string) {
	hook(i, url, "role: admin\nevents: []\nvisibility: internal\nsecrets: [kept]\n"+more+shopTrigger)
}

func TestARuleTellsATextOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		shop(i, r.URL, "format: zendesk\nmethod: PUT\nheaders: { X-Shop: north }\n")
		open(i, `a "quoted" \ subject`)
		i.Settle()
		got := r.all()
		if len(got) != 1 || got[0].body != `{"id": 1, "subject": "a \"quoted\" \\ subject", "by": "Ann", "is": "new"}` {
			t.Fatalf("came: %v", got)
		}
		secret := ""
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			secret, err = i.Webhooks.Secret(ctx, tx, i.Root(), "warehouse")
			return err
		})
		h := got[0].header
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(h.Get("X-Zendesk-Webhook-Signature-Timestamp") + got[0].body))
		if want := base64.StdEncoding.EncodeToString(m.Sum(nil)); h.Get("X-Zendesk-Webhook-Signature") != want || h.Get("X-Shop") != "north" || h.Get("Webhook-Signature") != "" {
			t.Errorf("headers %v, want the signature %s", h, want)
		}
		agent := i.Person("a@company.example", "A", "agent")
		i.Read(func(ctx context.Context, tx db.Tx) error {
			agent.Grants = append(agent.Grants, act.Grant{Action: "read", Kind: "webhook", Scope: "all"})
			if _, q, err := i.Webhooks.Show(ctx, tx, i.Root(), "warehouse", 1); err != nil || q.Body != got[0].body {
				t.Errorf("its request is shown as %v, %v", q, err)
			}
			for k := range agent.Grants { // reading tickets is not enough for what colleagues see
				if agent.Grants[k].Action == "edit" {
					agent.Grants[k].Kind = "none"
				}
			}
			if _, q, err := i.Webhooks.Show(ctx, tx, agent, "warehouse", 1); err != nil || q.Body != "" {
				t.Errorf("a text is shown to whom it may not: %v, %v", q, err)
			}
			return nil
		})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := i.Webhooks.Secret(ctx, tx, agent, "warehouse"); err == nil {
				t.Error("an agent reads the secret")
			}
			if _, err := i.Webhooks.RenewSecret(ctx, tx, agent, "warehouse"); err == nil {
				t.Error("an agent renews the secret")
			}
			if err := i.Webhooks.KeepAuthorization(ctx, tx, agent, 1, "x"); err == nil {
				t.Error("an agent changes the authorization")
			}
			return nil
		})
		if _, err := i.Webhooks.Try(t.Context(), agent, "", webhook.Webhook{URL: r.URL}, "{}"); err == nil || len(r.all()) != 1 {
			t.Error("an agent makes requests")
		}
	})
}

// TestATextIsForThoseWhoSeeWhatColleaguesSee: a public webhook is not told.
func TestATextIsForThoseWhoSeeWhatColleaguesSee(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "role: admin\nevents: []\nsecrets: [kept]\n"+shopTrigger)
		open(i, "Inside")
		i.Settle()
		if d := deliveries(i)[0]; len(r.all()) != 0 || d.State != webhook.Failed {
			t.Errorf("told: %v, %+v", r.all(), d)
		}
	})
}

// TestTextsAreForgottenWithTheirWords: purged tickets, redacted words and erased people take them along.
func TestTextsAreForgottenWithTheirWords(t *testing.T) {
	for name, take := range map[string]func(i *apptest.Instance, ticket int64) error{
		"redacted": func(i *apptest.Instance, ticket int64) error {
			in := desk.NewRedaction{TicketID: ticket, Words: []string{"hunter2"}}
			prepared, err := i.Desk.PrepareRedaction(i.T.Context(), in)
			if err == nil {
				i.Write(func(ctx context.Context, tx db.Tx) error {
					_, err := i.Desk.Redact(ctx, tx, i.Root(), prepared, false)
					return err
				})
			}
			return err
		},
		"erased": func(i *apptest.Instance, _ int64) error {
			id := int64(i.Count(`SELECT id FROM person WHERE email = 'ann@acme.example'`))
			_, err := i.Directory.EraseNow(i.T.Context(), i.Root(), id, "asked for it")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
				r.answers(status(500))
				shop(i, r.URL, "")
				id := open(i, "my password is hunter2")
				i.Settle()
				if n := i.Count(`SELECT count(*) FROM webhook_delivery WHERE body LIKE '%hunter2%'`); n != 1 {
					t.Fatalf("%d texts are kept", n)
				}
				if err := take(i, id); err != nil {
					t.Fatal(err)
				}
				i.Settle()
				if n := i.Count(`SELECT count(*) FROM webhook_delivery WHERE body <> ''`); n != 0 {
					t.Errorf("%d texts are left", n)
				}
				d := deliveries(i)[0]
				if d.State != webhook.Failed || !strings.Contains(d.Error, "taken away") {
					t.Errorf("the delivery: %+v", d)
				}
				if err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					_, err := i.Webhooks.Redeliver(ctx, tx, i.Root(), "warehouse", d.ID)
					return err
				}); err == nil {
					t.Error("what has no text is delivered again")
				}
			})
		})
	}
}
