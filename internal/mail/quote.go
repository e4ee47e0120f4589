package mail

import (
	"regexp"
	"strings"
)

// SplitQuoted cuts a plain text reply into what its author wrote and the history quoted
// below it. fresh + quoted is always exactly text. History is only cut off when nothing
// the author wrote stands after it or between it; a forwarded mail is not history; and
// when nothing would be left, nothing is cut.
func SplitQuoted(text string) (fresh, quoted string) {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) > maxQuoteLines {
		return text, ""
	}
	cut := quoteStart(lines)
	if cut < 0 {
		return text, ""
	}
	fresh = strings.Join(lines[:cut], "")
	if strings.TrimSpace(fresh) == "" {
		return text, ""
	}
	return fresh, text[len(fresh):]
}

// maxQuoteLines bounds the search; a log of that length is no reply.
const maxQuoteLines = 50_000

// quoteStart is the index of the first line of the history, -1 when there is none.
func quoteStart(lines []string) int {
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if isQuoted(line) {
			continue // older separators inside a quote are not ours
		}
		switch {
		case originalLine.MatchString(line) && headerBlock(lines[i+1:]):
			return i
		case underlineLine.MatchString(line) && headerBlock(lines[i+1:]):
			return i
		case headerBlock(lines[i:]) && (i == 0 || strings.TrimSpace(lines[i-1]) == ""):
			return i
		}
	}
	return quotedTail(lines)
}

// quotedTail finds the block of ">" lines at the very end and the line that introduces it;
// or an introduction after which everything is history without marks.
func quotedTail(lines []string) int {
	start := len(lines)
	for start > 0 {
		line := strings.TrimSpace(lines[start-1])
		if line != "" && !isQuoted(line) {
			break
		}
		start--
	}
	for start < len(lines) && strings.TrimSpace(lines[start]) == "" {
		start++
	}
	if start < len(lines) {
		if intro := introBefore(lines, start); intro >= 0 {
			return intro
		}
		return start
	}
	for i := range lines {
		if n := introAt(lines, i); n > 0 && !quotesAfter(lines[i+n:]) {
			return i
		}
	}
	return -1
}

// introBefore finds "On … wrote:" right above the quote, which may be wrapped.
func introBefore(lines []string, quote int) int {
	end := quote
	for end > 0 && strings.TrimSpace(lines[end-1]) == "" {
		end--
	}
	for n := 1; n <= 4 && end-n >= 0; n++ {
		if isQuoted(lines[end-n]) {
			break
		}
		if isIntro(joinLines(lines[end-n : end])) {
			return end - n
		}
	}
	return -1
}

// introAt is how many lines from i on form a dated "On … wrote:" with nothing after it on
// its line; 0 when they do not.
func introAt(lines []string, i int) int {
	if strings.TrimSpace(lines[i]) == "" {
		return 0
	}
	for n := 1; n <= 3 && i+n <= len(lines); n++ {
		s := joinLines(lines[i : i+n])
		if isIntro(s) && strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "@<") && len(strings.TrimSpace(strings.Join(lines[i+n:], ""))) > 0 {
			return n
		}
		if len(s) > 400 {
			return 0
		}
	}
	return 0
}

func quotesAfter(lines []string) bool {
	for _, l := range lines {
		if isQuoted(l) {
			return true
		}
	}
	return false
}

func joinLines(lines []string) string {
	return strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
}

func isQuoted(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "&gt;")
}

// isIntro reports whether s introduces a quote, in one of the languages mail programs
// speak.
func isIntro(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) > 600 || !(strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")) {
		return false
	}
	return intro.MatchString(s)
}

// intro: the word that begins an introduction and the word that ends it. Languages that
// put the verb first or last both occur.
var intro = regexp.MustCompile(`(?i)^(` +
	`(on\b.*\bwrote|am\b.*\b(schrieb|geschrieben)\b.*|le\b.*(a|avez) écrit ?|el\b.*\bescribi[óo]|em\b.*\bescreveu|` +
	`il\b.*\b(ha scritto|scriveva)|op\b.*\b(schreef|het volgende geschreven)\b.*|den\b.*\bskr(ev|eiv)\b.*|d\. .*\bskrev\b.*|` +
	`p[åa] .*\bskrev\b.*|(w|dnia)\b.*\bnapisa[łl]\(?a?\)?.*|.*пишет|.*написал\(?а?\)?|.*писав|` +
	`.*\bnapsal\(?a?\)?|.*írta|.*\bkirjoitti|.*\btarihinde.*(yazdı|şunu yazdı)|vào\b.*đã viết|` +
	`.*(写道|寫道|のメール|님이 작성|さんは書きました).*|pada\b.*\bmenulis)` +
	`) ?[:：]$`)

var (
	// originalLine separates history in Outlook and its kin.
	originalLine = regexp.MustCompile(`(?i)^-{2,}\s*(original message|original appointment|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|исходное сообщение|orijinal mesaj|元のメッセージ|原始邮件|原始郵件|원본 메시지)\s*-{2,}$`)
	// underlineLine is what Outlook on the web draws above the old header.
	underlineLine = regexp.MustCompile(`^_{10,}$`)
)

// headerNames are the fields of an old header as mail programs print it: author, date,
// recipient, subject.
var headerNames = regexp.MustCompile(`(?i)^[\*\s]*(from|sent|date|to|cc|subject|` +
	`von|gesendet|datum|an|betreff|de|envoyé|envoyé le|date|à|objet|enviado|enviado el|fecha|para|asunto|` +
	`da|inviato|data|a|oggetto|assunto|van|verzonden|aan|onderwerp|från|skickat|till|ämne|fra|sendt|til|emne|` +
	`lähettäjä|lähetetty|vastaanottaja|aihe|od|wysłano|wysłane|do|temat|odesláno|komu|předmět|` +
	`от|отправлено|кому|тема|дата|gönderen|gönderildi|kime|konu|差出人|送信日時|宛先|件名|发件人|发送时间|收件人|主题|寄件者|收件者|主旨|보낸 사람|보낸 날짜|받는 사람|제목)\s*[\*]?\s*[:：]`)

// headerBlock reports whether lines begin with at least three fields of an old header.
func headerBlock(lines []string) bool {
	fields, blank := 0, 0
	for _, l := range lines {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			if blank++; fields > 0 || blank > 2 {
				return fields >= 3
			}
		case headerNames.MatchString(l):
			if fields++; fields >= 3 {
				return true
			}
		case fields == 0:
			return false
		case !strings.Contains(l, "@") && !strings.HasPrefix(l, "<"): // a wrapped recipient list may go on
			return false
		}
	}
	return fields >= 3
}
