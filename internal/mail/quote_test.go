package mail

import (
	"strings"
	"testing"
	"time"
)

func TestSplitQuotedFoldsHistory(t *testing.T) {
	for _, tt := range []struct{ name, fresh, quoted string }{
		{"gmail", "It works now.\n\n", "On Mon, 2 Mar 2026 at 10:00, Ann Example <ann@acme.example> wrote:\n\n> Did you try?\n>\n> Ann\n"},
		{"wrapped introduction", "Yes.\n\n", "On Mon, 2 Mar 2026 at 10:00, Ann Example via Support\n<support@acme.example> wrote:\n> Did you try?\n"},
		{"no introduction", "Yes.\n\n", "> Did you try?\n> Ann\n"},
		{"outlook", "Yes.\r\n\r\n", "-----Original Message-----\r\nFrom: Ann\r\nSent: Monday\r\nTo: Ben\r\nSubject: x\r\n\r\nDid you try?\r\n"},
		{"outlook on the web", "Yes.\n\n", "________________________________\nFrom: Ann <ann@acme.example>\nSent: Monday\nTo: Ben\nSubject: x\n\nDid you try?\n"},
		{"header only", "Yes.\n\n", "From: Ann <ann@acme.example>\nSent: Monday\nTo: Ben\nSubject: x\n\nDid you try?\n"},
		{"german", "Ja.\n\n", "Am 02.03.26 um 10:00 schrieb Ann Example:\n> Klappt es?\n"},
		{"german outlook", "Ja.\n\n", "Von: Ann\nGesendet: Montag\nAn: Ben\nBetreff: x\n\nKlappt es?\n"},
		{"french", "Oui.\n\n", "Le lun. 2 mars 2026 à 10:00, Ann Example <ann@acme.example> a écrit :\n> Ça marche ?\n"},
		{"spanish", "Sí.\n\n", "El lun, 2 mar 2026 a las 10:00, Ann (<ann@acme.example>) escribió:\n> ¿Funciona?\n"},
		{"portuguese", "Sim.\n\n", "Em seg., 2 de mar. de 2026 às 10:00, Ann <ann@acme.example> escreveu:\n> Funciona?\n"},
		{"italian", "Sì.\n\n", "Il giorno lun 2 mar 2026 alle ore 10:00 Ann <ann@acme.example> ha scritto:\n> Funziona?\n"},
		{"dutch", "Ja.\n\n", "Op ma 2 mrt 2026 om 10:00 schreef Ann <ann@acme.example>:\n> Werkt het?\n"},
		{"russian", "Да.\n\n", "пн, 2 мар. 2026 г. в 10:00, Ann <ann@acme.example> пишет:\n> Работает?\n"},
		{"japanese", "はい。\n\n", "2026年3月2日(月) 10:00 Ann <ann@acme.example> さんは書きました:\n> どうですか?\n"},
		{"chinese", "好的。\n\n", "Ann <ann@acme.example> 于2026年3月2日周一 10:00写道：\n> 怎么样?\n"},
		{"history without marks", "Yes.\n\n", "On 2 Mar 2026, at 10:00, Ann <ann@acme.example> wrote:\n\nDid you try?\n"},
		{"answered quote first, open quote last", "> One?\nYes.\n", "> Two?\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fresh, quoted := SplitQuoted(tt.fresh + tt.quoted)
			if fresh != tt.fresh || quoted != tt.quoted {
				t.Errorf("got  %q + %q\nwant %q + %q", fresh, quoted, tt.fresh, tt.quoted)
			}
		})
	}
}

func TestSplitQuotedLeavesWhatTheAuthorWrote(t *testing.T) {
	for name, text := range map[string]string{
		"bottom posting":     "On Mon, 2 Mar 2026, Ann <ann@acme.example> wrote:\n> Did you try?\n\nYes, it works.\n",
		"answers in between": "> One?\nYes.\n> Two?\nNo.\n",
		"only a quote":       "> Did you try?\n",
		"forward":            "Begin forwarded message:\nhello\n",
		"a sentence":         "On Tuesday he wrote:\nhello there\n",
		"a log with >":       "The log says:\n> error\nand then stops.\n",
		"a form":             "To: me\nthanks\n",
		"nothing":            "",
		"one line":           "hello",
	} {
		if fresh, quoted := SplitQuoted(text); fresh != text || quoted != "" {
			t.Errorf("%s: got %q + %q, want nothing folded", name, fresh, quoted)
		}
	}
}

func TestSplitQuotedHTMLFoldsHistory(t *testing.T) {
	for _, tt := range []struct{ name, fresh, quoted string }{
		{"gmail", `<div dir="ltr">It works.</div><br>`, `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Ann &lt;<a href="mailto:ann@acme.example">ann@acme.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0"><div>Did you try?</div></blockquote></div>`},
		{"outlook", `<div>It works.</div>`, `<hr style="width:98%"><div id="divRplyFwdMsg"><font><b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> Ben<br><b>Subject:</b> x</font></div><div>Did you try?</div>`},
		{"outlook desktop", `<p class=MsoNormal>It works.</p>`, `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Ann <br><b>Sent:</b> Monday<br><b>To:</b> Ben<br><b>Subject:</b> x</p></div></div><p>Did you try?</p>`},
		{"apple mail", `<div>It works.</div>`, `<div><br><blockquote type="cite"><div>On 2 Mar 2026, at 10:00, Ann &lt;ann@acme.example&gt; wrote:</div><br><div>Did you try?</div></blockquote></div>`},
		{"thunderbird", `<p>It works.</p>`, `<div class="moz-cite-prefix">On 2.3.26 10:00, Ann wrote:<br></div><blockquote type="cite" cite="mid:1"><p>Did you try?</p></blockquote>`},
		{"yahoo", `<div>It works.</div>`, `<div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>On Monday, Ann &lt;ann@acme.example&gt; wrote:</div><div>Did you try?</div></div></div>`},
		{"proton", `<div>It works.</div>`, `<div class="protonmail_quote">On Monday, Ann wrote:<br><blockquote class="protonmail_quote" type="cite">Did you try?</blockquote></div>`},
		{"original message", `<p>It works.</p>`, `<p>-----Original Message-----<br>From: Ann<br>Sent: Monday<br>To: Ben<br>Subject: x</p><p>Did you try?</p>`},
		{"introduced blockquote", `<p>It works.</p>`, `<p>On Mon, 2 Mar 2026, Ann wrote:</p><blockquote><p>Did you try?</p></blockquote>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := tt.fresh + tt.quoted
			fresh, quoted := SplitQuotedHTML(in)
			if fresh+quoted != in {
				t.Fatalf("characters lost: %q + %q", fresh, quoted)
			}
			if got := HTMLToText(fresh); got != "It works." {
				t.Errorf("the author's part reads %q; cut %q | %q", got, fresh, quoted)
			}
			if !strings.Contains(HTMLToText(quoted), "Did you try?") {
				t.Errorf("the history reads %q", HTMLToText(quoted))
			}
		})
	}
}

func TestSplitQuotedHTMLLeavesWhatTheAuthorWrote(t *testing.T) {
	for name, in := range map[string]string{
		"bottom posting":       `<blockquote type="cite">Did you try?</blockquote><p>Yes.</p>`,
		"bottom after intro":   `<p>Hi.</p><div class="moz-cite-prefix">On Monday Ann wrote:</div><blockquote type="cite">Did you try?</blockquote><p>Yes.</p>`,
		"gmail inline answers": `<div dir="ltr">See below.<div class="gmail_quote"><div class="gmail_attr">On Monday Ann wrote:</div><blockquote class="gmail_quote">One?</blockquote><div>Yes.</div><blockquote class="gmail_quote">Two?</blockquote><div>No.</div></div></div>`,
		"gmail forward":        `<div dir="ltr">Please see.<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Ann</div>The text.</div></div>`,
		"only a quote":         `<blockquote type="cite">Did you try?</blockquote>`,
		"a citation":           `<p>The manual says</p><blockquote>Restart it.</blockquote><p>We did.</p>`,
		"an indented block":    `<p>Steps</p><blockquote>Restart it.</blockquote>`,
		"nothing":              ``,
	} {
		if fresh, quoted := SplitQuotedHTML(in); fresh != in || quoted != "" {
			t.Errorf("%s: got %q + %q, want nothing folded", name, fresh, quoted)
		}
	}
}

func FuzzSplitQuoted(f *testing.F) {
	f.Add("a\n> b\n")
	f.Add(`<p>a</p><blockquote type=cite>b</blockquote>`)
	f.Add("On 2 Mar 2026, Ann <a@b> wrote:\nx")
	f.Fuzz(func(t *testing.T, s string) {
		if a, b := SplitQuoted(s); a+b != s {
			t.Fatalf("text: %q + %q is not %q", a, b, s)
		}
		if a, b := SplitQuotedHTML(s); a+b != s {
			t.Fatalf("HTML: %q + %q is not %q", a, b, s)
		}
	})
}

func TestFromMarkdownMakesBothBodies(t *testing.T) {
	html, text := FromMarkdown("Hi **Ann**,\nsee https://acme.example:\n\n1. stop\n2. start\n\n<script>alert(1)</script>")
	for _, want := range []string{"<strong>Ann</strong>,<br>", `href="https://acme.example"`, "<li>stop</li>"} {
		if !strings.Contains(html, want) {
			t.Errorf("HTML lacks %s:\n%s", want, html)
		}
	}
	if strings.Contains(html, "script") || strings.Contains(text, "script") {
		t.Errorf("script came through: %s", html)
	}
	if want := "Hi Ann,\nsee https://acme.example:"; !strings.HasPrefix(text, want) {
		t.Errorf("text %q does not begin %q", text, want)
	}
}

func TestSplittingQuotesTakesTimeInProportion(t *testing.T) {
	line := strings.Repeat("x", 1<<20)
	for name, s := range map[string]string{
		"open tags":            strings.Repeat("<div><b>x</b>", 400_000),
		"a line, then quotes":  line + strings.Repeat("<blockquote>", 400_000),
		"blank lines":          strings.Repeat("<div>  \n", 400_000),
		"quotes and words":     "On Monday, Ann wrote:" + strings.Repeat("<blockquote type=cite>x", 200_000),
		"wrappers and words":   strings.Repeat("<div class=gmail_attr>x", 200_000),
		"tags that never open": strings.Repeat("</div></p>", 400_000),
	} {
		begun := time.Now()
		SplitQuotedHTML(s)
		if d := time.Since(begun); d > 15*time.Second { // in proportion: some tenths of a second
			t.Errorf("%s: %v", name, d)
		}
	}
}
