package program

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
)

// Purposes of signed links.
const (
	pagePurpose    = "program.application"
	confirmPurpose = "program.confirm"
	proofPurpose   = "program.proof"
)

// Link is the address of an application's page: whoever holds it may see it and act for the applicant. It is
// only ever mailed to them. It ends working when the application is given to somebody else.
func (s *Service) Link(a *Application) string {
	return s.BaseURL() + "/portal/applications/" + s.token(pagePurpose, a)
}

// ConfirmLink is the address where an applicant confirms that they applied.
func (s *Service) ConfirmLink(a *Application) string {
	return s.BaseURL() + "/portal/applications/confirm/" + s.token(confirmPurpose, a)
}

// ProofLink is the address where somebody confirms an address given as a proof.
func (s *Service) ProofLink(run CheckRun) string {
	return s.BaseURL() + "/portal/applications/proof/" + s.Signer.Sign(proofPurpose, run.ID)
}

func (s *Service) token(purpose string, a *Application) string {
	return s.Signer.SignText(purpose, fmt.Sprintf("%d.%d", a.ID, a.Link))
}

// ByLink returns the application of a page's token, with its program. Whoever holds the link may.
func (s *Service) ByLink(ctx context.Context, tx db.Tx, token string) (*Application, *Program, error) {
	return s.byToken(ctx, tx, pagePurpose, token)
}

// ByConfirmLink returns the application of a confirming link. Whoever holds it may.
func (s *Service) ByConfirmLink(ctx context.Context, tx db.Tx, token string) (*Application, *Program, error) {
	return s.byToken(ctx, tx, confirmPurpose, token)
}

var errLink = fault.New(fault.NotFound, "The link may be incomplete or no longer in use. Open it from the newest mail again, or copy the whole address.")

func (s *Service) byToken(ctx context.Context, tx db.Tx, purpose, token string) (*Application, *Program, error) {
	text, ok := s.Signer.VerifyText(purpose, token)
	first, second, _ := strings.Cut(text, ".")
	id, err1 := strconv.ParseInt(first, 10, 64)
	link, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return nil, nil, errLink
	}
	a, err := s.load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && a.Link != link {
		return nil, nil, errLink
	}
	if err != nil {
		return nil, nil, err
	}
	p, err := s.of(ctx, tx, a)
	return a, p, err
}

// ByProofLink returns the application and the proof of a link that confirms an address.
func (s *Service) ByProofLink(ctx context.Context, tx db.Tx, token string) (*Application, CheckRun, error) {
	id, ok := s.Signer.Verify(proofPurpose, token)
	if !ok {
		return nil, CheckRun{}, errLink
	}
	run, ok, err := s.checkBy(ctx, tx, "id", id)
	if err != nil || !ok {
		return nil, run, errLink
	}
	a, err := s.load(ctx, tx, run.ApplicationID)
	return a, run, err
}
