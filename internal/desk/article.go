package desk

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"steward/internal/blueprint"
	"steward/internal/search"
)

// ArticleSpec is the spec of kind article: something that answers a question again and again. It is read at its
// address, or here.
type ArticleSpec struct {
	URL      string   `yaml:"url" doc:"Address of the page, such as https://docs.company.example/runners; it is read there." format:"url"`
	Text     string   `yaml:"text" doc:"The article itself, instead of an address." format:"markdown" max:"100000"`
	Tags     []string `yaml:"tags" doc:"Further words that lead to it, beside those of its title, description and text." max:"50"`
	Audience string   `yaml:"audience" doc:"Who reads it: everybody (when empty), or colleagues alone." enum:"everybody,colleagues"`
}

// Audiences of an article.
const (
	ForEverybody  = "everybody"
	ForColleagues = "colleagues"
)

func registerArticle(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[ArticleSpec]{Name: "article", Title: "Article",
		Summary: "Something that answers a question: colleagues put it into replies, and the request form offers it before somebody writes.",
		Example: "kind: article\nname: reset-password\ntitle: Reset your password\nurl: https://docs.company.example/password\ntags: [login, locked]\n",
		Lint:    lintArticle})
}

func lintArticle(c *blueprint.Context, a ArticleSpec) {
	switch {
	case a.URL == "" && strings.TrimSpace(a.Text) == "":
		c.Error("", "An article needs an address (url) or words of its own (text).")
	case a.URL != "" && a.Text != "":
		c.Error("text", "An article is read at its address or here. Leave one of url and text out.")
	}
	for i, tag := range a.Tags {
		if len(search.Split(tag)) == 0 {
			c.Error(fmt.Sprintf("tags[%d]", i), "A tag has letters or digits.")
		}
	}
}

// Article is an article in force.
type Article struct {
	Named
	Description string
	Spec        ArticleSpec
}

// Public reports whether customers may read it.
func (a *Article) Public() bool { return a.Spec.Audience != ForColleagues }

// articlePath is where articles with words of their own are read, behind the address of the instance.
const articlePath = "/portal/articles/"

// Link is where its readers find it.
func (s *Service) Link(a *Article) string {
	if a.Spec.URL != "" {
		return a.Spec.URL
	}
	return s.home() + articlePath + a.Name
}

// articles are those in force, by title, and where their words stand.
type articles struct {
	all   []*Article
	words func() wordIndex // worked out when somebody looks for one
}

// wordIndex says where words stand, as they are written and by what their forms share, in one language after the other.
type wordIndex struct {
	written map[string][]posting
	shared  [2]map[string][]posting
}

// of is where a word or a form of it stands: the weightiest place in each article.
func (x wordIndex) of(word string) map[int]posting {
	out := map[int]posting{}
	for i, stem := range search.Stems(word) {
		for _, p := range x.shared[i][stem] {
			if p.weight > out[p.at].weight {
				out[p.at] = p
			}
		}
	}
	return out
}

// posting says that a word stands in an article.
type posting struct {
	at     int     // in all
	weight float64 // more where it says what the article is about
	titled bool    // it stands in the title, the description or among the tags
}

// Weights of a word by where it stands.
const (
	inHead = 3.0
	inBody = 1.0
)

func articlesOf(set *blueprint.Set) articles {
	out := articles{}
	for _, b := range blueprint.All[ArticleSpec](set) {
		out.all = append(out.all, &Article{named(b.Entry), b.Description, b.Spec})
	}
	slices.SortStableFunc(out.all, func(a, b *Article) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name)) })
	out.words = sync.OnceValue(func() wordIndex {
		x := wordIndex{map[string][]posting{}, [2]map[string][]posting{{}, {}}}
		for at, a := range out.all {
			note := func(text string, p posting) {
				for _, w := range search.Split(text) {
					add(x.written, w, p)
					for i, stem := range search.Stems(w) {
						add(x.shared[i], stem, p)
					}
				}
			}
			note(a.Title+" "+a.Description+" "+strings.Join(a.Spec.Tags, " "), posting{at, inHead, true})
			note(a.Spec.Text, posting{at, inBody, false})
		}
		return x
	})
	return out
}

// add notes where a word stands, once for each article: first comes where it weighs most.
func add(to map[string][]posting, word string, p posting) {
	if have := to[word]; len(have) == 0 || have[len(have)-1].at != p.at {
		to[word] = append(have, p)
	}
}

// at reports whether an address is an article's.
func (a articles) at(link, home string) bool {
	return slices.ContainsFunc(a.all, func(one *Article) bool {
		return one.Spec.URL != "" && plainLink(one.Spec.URL) == link || one.Spec.URL == "" && home+articlePath+one.Name == link
	})
}

// common are words that say nothing about what a text is about, in English and in German, as Split gives them. Others are told by how many articles have them.
var common = strings.Fields(`a about after all an and any are as at be been but by can cannot could do does for from get had has have hello help hi how i if in into is it its
	me my new no not of on one or our out please so still thank thanks that the their them then there this to try up use using was we what when where which who why will with would you your
	aber alle als am auch auf aus bei bin bis bitte da danke dann das dass dem den der des die dies diese dieser dieses doch du ein eine einem einen einer eines er es fur gibt
	habe haben hallo hat hilfe ich ihr ihre im ist ja kann kein keine konnen man mein meine mich mir mit nach nicht nichts noch nun nur ob oder ohne sehr sein seine sich sie sind
	uber um und uns unser unsere vom von vor war warum was wenn wer werden wie wieder wir wird wo zu zum zur`)

// Articles by title.
func (cfg *Config) Articles() []*Article { return cfg.articles.all }

// Article returns the one of that name; nil when there is none.
func (cfg *Config) Article(name string) *Article {
	for _, a := range cfg.articles.all {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Answers are up to n articles that may answer what somebody writes, the likeliest first: those whose title or tags
// share a word with it that says something, in whatever form. Words that fewer articles have count for more.
func (cfg *Config) Answers(text string, may func(*Article) bool, n int) []*Article {
	score, titled := map[int]float64{}, map[int]bool{}
	words := search.Split(text)
	slices.Sort(words)
	for _, w := range slices.Compact(words) {
		if stems := search.Stems(w); utf8.RuneCountInString(w) < 2 || slices.ContainsFunc(common, func(c string) bool { return c == w || slices.Contains(stems[:], c) }) {
			continue
		}
		found := cfg.articles.words().of(w)
		for at, p := range found {
			score[at] += p.weight * math.Log(1+float64(len(cfg.articles.all))/float64(len(found)))
			titled[at] = titled[at] || p.titled
		}
	}
	return cfg.articles.best(score, func(at int) bool { return titled[at] && may(cfg.articles.all[at]) }, n)
}

// FindArticles are up to n articles that have every word of what somebody types, in whatever form; the last may go on.
func (cfg *Config) FindArticles(text string, n int) []*Article {
	words := search.Split(text)
	if len(words) == 0 {
		return cfg.articles.all[:min(len(cfg.articles.all), n)]
	}
	score, matched := map[int]float64{}, map[int]int{}
	for i, typed := range words {
		here := cfg.articles.words().of(typed)
		if i == len(words)-1 {
			for w, found := range cfg.articles.words().written {
				for _, p := range found {
					if strings.HasPrefix(w, typed) && p.weight > here[p.at].weight {
						here[p.at] = p
					}
				}
			}
		}
		for at, p := range here {
			score[at], matched[at] = score[at]+p.weight, matched[at]+1
		}
	}
	return cfg.articles.best(score, func(at int) bool { return matched[at] == len(words) }, n)
}

// best are the articles with the highest scores, by title where they are the same.
func (a articles) best(score map[int]float64, keep func(at int) bool, n int) (out []*Article) {
	var found []int
	for at := range score {
		if keep(at) {
			found = append(found, at)
		}
	}
	slices.SortFunc(found, func(x, y int) int { return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(x, y)) })
	for _, at := range found[:min(len(found), n)] {
		out = append(out, a.all[at])
	}
	return out
}
