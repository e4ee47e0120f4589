package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/mail"
	"steward/internal/rest"
)

// Me is who is signed in and what they may do.
type Me struct {
	Person     MePerson    `json:"person"`
	Roles      []string    `json:"roles" nullable:"false"`
	Can        []string    `json:"can" nullable:"false" doc:"kind.action pairs they may do at least somewhere."`
	Workspace  MeWorkspace `json:"workspace"`
	ServerTime time.Time   `json:"server_time"`
	// Choices are what they chose for themselves, by name.
	Choices map[string]string `json:"choices" nullable:"false"`
}

// MePerson is the person signed in.
type MePerson struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	TimeZone string `json:"time_zone"`
}

// MeWorkspace describes the installation.
type MeWorkspace struct {
	Name        string `json:"name"`
	Demo        bool   `json:"demo"`
	MailCatcher bool   `json:"mail_catcher"`
	Generation  int64  `json:"generation"`
	// Sandbox is set on a copy to try things in: no mail leaves it, nothing is fetched or called.
	Sandbox *backup.Origin `json:"sandbox"`
	// MailHeld says why all outgoing mail waits for somebody to release it; "" when it does not.
	MailHeld string `json:"mail_held"`
}

// capabilities are the pairs that Me lists.
var capabilities = [][2]string{
	{"ticket", "read"}, {"ticket", "write"}, {"ticket", "edit"}, {"ticket", "delete"}, {"ticket", "restore"}, {"ticket", "redact"}, {"person", "read"}, {"person", "write"}, {"person", "merge"}, {"person", "import"},
	{"person", "suspend"}, {"person", "erase"}, {"organization", "read"}, {"organization", "write"}, {"organization", "merge"}, {"organization", "import"},
	{"team", "read"}, {"team", "write"}, {"role", "write"}, {"blueprint", "read"}, {"blueprint", "apply"}, {"mail", "read"}, {"mail", "write"},
	{"indicator", "read"}, {"event", "read"}, {"webhook", "read"}, {"webhook", "write"},
	{"issue", "read"}, {"known_issue", "read"}, {"known_issue", "write"},
	{"account", "read"}, {"account", "write"}, {"account", "import"}, {"usage", "write"},
	{"application", "read"}, {"application", "edit"}, {"application", "decide"}, {"application", "screen"}, {"application", "supply"}, {"issue", "read"}, {"known_issue", "read"}, {"known_issue", "write"},
	{"run", "read"}, {"run", "write"}, {"run", "edit"},
}

func (s *Server) sessionRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/me", "Who is signed in"), s.getMe)
	rest.Do(a, rest.POST("/session", "Sign in").Public().Status(http.StatusOK), s.postSession)
	rest.Do(a, rest.DELETE("/session", "Sign out").Public(), s.deleteSession)
}

func (s *Server) getMe(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (Me, error) {
	people, err := s.Directory.Names(ctx, tx, []int64{by.PersonID})
	p := people[by.PersonID]
	me := Me{Person: MePerson{p.ID, p.Name, p.Email, p.TimeZone}, Roles: append([]string{}, by.Roles...), Can: []string{}, ServerTime: by.Now(),
		Workspace: MeWorkspace{Name: s.Title, Demo: s.Demo, MailCatcher: s.Mail.Catching(), Generation: s.Blueprint.Set().Generation(), Sandbox: s.Sandbox}}
	for _, c := range capabilities {
		if by.May(c[1], c[0]) {
			me.Can = append(me.Can, c[0]+"."+c[1])
		}
	}
	if err == nil {
		me.Choices, err = s.Auth.Choices(ctx, tx, by)
	}
	if err == nil {
		me.Workspace.MailHeld, err = mail.OnHold(ctx, tx)
	}
	return me, err
}

type sessionInput struct {
	UserAgent string `header:"User-Agent"`
	Body      struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1000"`
	}
}

func (s *Server) postSession(ctx context.Context, _ act.Actor, in *sessionInput) (Me, error) {
	secret, _, err := s.Auth.SignIn(ctx, in.Body.Email, in.Body.Password, rest.From(ctx).Remote, in.UserAgent)
	if err != nil {
		return Me{}, err
	}
	by, err := s.Auth.BySession(ctx, secret)
	if err != nil {
		return Me{}, err
	}
	rest.SetCookie(ctx, s.Cookie(secret))
	var me Me
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		me, err = s.getMe(ctx, tx, by, nil)
		return err
	})
	return me, err
}

func (s *Server) deleteSession(ctx context.Context, _ act.Actor, in *struct {
	Session string `cookie:"steward_session"`
}) (rest.None, error) {
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.Auth.CloseSession(ctx, tx, in.Session) })
	gone := s.Cookie("")
	gone.MaxAge = -1
	rest.SetCookie(ctx, gone)
	return rest.None{}, err
}

// SessionCookie is the cookie that carries a session's secret. Where the public address is https, whoever ends TLS, browsers send
// it nowhere else; an instance that is reached over http would lose it so.
func SessionCookie(address, secret string) *http.Cookie {
	return &http.Cookie{Name: cookie, Value: secret, Path: "/", HttpOnly: true, Secure: strings.HasPrefix(strings.ToLower(address), "https://"), SameSite: http.SameSiteLaxMode, MaxAge: 14 * 24 * 3600}
}
