package playbook

import (
	"steward/internal/approval"
	"steward/internal/blueprint"
)

// KindPlaybook is the name of the kind whose documents are playbooks.
const KindPlaybook = "playbook"

// Playbook is the spec of kind playbook.
type Playbook struct {
	Subject      string            `yaml:"subject" doc:"Kind of record a run is about: person, organization, account, ticket, application, issue or change_request." required:"true"`
	For          string            `yaml:"for" doc:"Which of these records it is for, such as subject.agent for colleagues alone; all of them when empty. On others it is not offered and not started." format:"cel:run"`
	Called       string            `yaml:"called" doc:"What a run is called, such as Onboarding or Checklist; the title when empty." max:"60"`
	Calendar     string            `yaml:"calendar" doc:"Whose working days and hours dates are counted in; plain days and hours when empty." ref:"calendar"`
	Ask          []FieldSpec       `yaml:"ask" doc:"What is asked when a run is started."`
	Participants []ParticipantSpec `yaml:"participants" doc:"Who takes part, by role."`
	Gates        *GatesSpec        `yaml:"gates" doc:"What must be before a run may start."`
	Stages       []StageSpec       `yaml:"stages" doc:"Parts of the run, for the board."`
	Steps        []StepSpec        `yaml:"steps" doc:"What is done, in order." required:"true"`
}

// FieldSpec is one question of a form.
type FieldSpec struct {
	Name     string   `yaml:"name" doc:"Name in conditions: small letters, digits and _." required:"true"`
	Title    string   `yaml:"title" doc:"The question." required:"true"`
	Help     string   `yaml:"help" doc:"A line below it."`
	Type     string   `yaml:"type" doc:"What is answered; text when empty." enum:"text,long_text,number,date,yes_no,choice,email,link,file"`
	Options  []string `yaml:"options" doc:"Of a choice: what may be chosen."`
	Required bool     `yaml:"required" doc:"Whether it must be answered when it is asked."`
	When     string   `yaml:"when" doc:"Asked only when this holds; reads earlier answers of the same form as this.NAME." format:"cel:run"`
	Most     int      `yaml:"most" doc:"Most characters of a text; 2000 when empty, 20000 for long ones." min:"1" max:"20000"`
	Types    []string `yaml:"types" doc:"Of a file: accepted types, found from the bytes; documents, pictures and text when empty." enum:"pdf,png,jpeg,gif,webp,text,docx,xlsx,pptx,odt,ods,odp,zip,gzip"`
	MaxMB    int      `yaml:"max_mb" doc:"Of a file: the most one may have, in MB (2^20 bytes); 10 when left out." min:"1" max:"50"`
	Files    int      `yaml:"files" doc:"Of a file: how many may be given; 1 when left out." min:"1" max:"10"`
}

// ParticipantSpec is a role in a run and how it is filled.
type ParticipantSpec struct {
	Role  string       `yaml:"role" doc:"Name by which steps refer to it." required:"true"`
	Title string       `yaml:"title" doc:"What people call the role; from the name when empty."`
	Ask   bool         `yaml:"ask" doc:"Whether who starts a run says who it is; otherwise, or when they do not, the rules below find somebody."`
	From  string       `yaml:"from" doc:"starter, subject (the person a run is about), or the path of a value of the subject that names somebody, such as subject.assignee."`
	Email string       `yaml:"email" doc:"Address of a colleague." format:"email"`
	Team  string       `yaml:"team" doc:"A team: its steps wait for any member." ref:"team"`
	Rules []PersonRule `yaml:"rules" doc:"Who it is by condition: the first that holds."`
}

// PersonRule fills a role when its condition holds.
type PersonRule struct {
	When  string `yaml:"when" doc:"When it applies." format:"cel:run"`
	From  string `yaml:"from" doc:"As of the participant."`
	Email string `yaml:"email" doc:"Address of a colleague." format:"email"`
	Team  string `yaml:"team" doc:"A team." ref:"team"`
}

// GatesSpec is what must be before a run may start.
type GatesSpec struct {
	When     string        `yaml:"when" doc:"A run is refused unless this holds." format:"cel:run"`
	Say      string        `yaml:"say" doc:"Why it was refused, for who tried."`
	Approval *ApprovalSpec `yaml:"approval" doc:"Who must agree before the first step."`
	Capacity *CapacitySpec `yaml:"capacity" doc:"How many runs there may be at once."`
}

// CapacitySpec bounds the runs under way.
type CapacitySpec struct {
	Most int    `yaml:"most" doc:"Most runs of this playbook under way." required:"true" min:"1" max:"1000000"`
	Full string `yaml:"full" doc:"What becomes of one more: it waits for a place, or is refused; waits when empty." enum:"wait,refuse"`
}

// StageSpec is a part of a run.
type StageSpec struct {
	Name  string `yaml:"name" doc:"Name by which steps refer to it." required:"true"`
	Title string `yaml:"title" doc:"What people read." required:"true"`
}

// StepSpec is one step.
type StepSpec struct {
	Name        string           `yaml:"name" doc:"Name in conditions: small letters, digits and _." required:"true"`
	Title       string           `yaml:"title" doc:"What is to do." required:"true"`
	Kind        string           `yaml:"kind" doc:"What kind of step it is; task when empty." enum:"task,approval,form,message,wait,call,quiz,deliverable,choice,repeat,playbook,action"`
	Description string           `yaml:"description" doc:"How it is done." format:"markdown"`
	Stage       string           `yaml:"stage" doc:"Stage it belongs to; that of the step before when empty."`
	Owner       string           `yaml:"owner" doc:"Role that does it."`
	After       []string         `yaml:"after" doc:"Steps that come before; the one above when left out, start for none."`
	When        string           `yaml:"when" doc:"Done only when this holds, otherwise passed over." format:"cel:run"`
	InsteadOf   string           `yaml:"instead_of" doc:"Done in place of this step, only when that one was passed over."`
	Begin       *OffsetSpec      `yaml:"begin" doc:"Not before."`
	Due         *OffsetSpec      `yaml:"due" doc:"To be done by."`
	Remind      []RemindSpec     `yaml:"remind" doc:"When its owner is reminded."`
	Escalate    *EscalateSpec    `yaml:"escalate" doc:"Who hears when it is late."`
	Evidence    []FieldSpec      `yaml:"evidence" doc:"What must be given to call it done."`
	Skip        []string         `yaml:"skip" doc:"Roles that may skip it with a reason, beside those who may edit runs."`
	Approval    *ApprovalSpec    `yaml:"approval" doc:"Of an approval: who decides and how."`
	Form        []FieldSpec      `yaml:"form" doc:"Of a form: the questions."`
	Message     *MessageSpec     `yaml:"message" doc:"Of a message: what is sent to whom."`
	Wait        *WaitSpec        `yaml:"wait" doc:"Of a wait: for what."`
	Quiz        *QuizSpec        `yaml:"quiz" doc:"Of a quiz: the questions."`
	Deliverable *DeliverableSpec `yaml:"deliverable" doc:"Of a deliverable: who reviews it."`
	Choice      []OptionSpec     `yaml:"choice" doc:"Of a choice: the options. Without an owner the first whose condition holds is taken."`
	Repeat      *RepeatSpec      `yaml:"repeat" doc:"Of a repeat: back to which step, and until when."`
	Playbook    string           `yaml:"playbook" doc:"Of a playbook: which one is run about the same subject." ref:"playbook"`
	Action      *ActionSpec      `yaml:"action" doc:"Of an action: what Steward does."`
}

// OffsetSpec is a time counted from another.
type OffsetSpec struct {
	From  string             `yaml:"from" doc:"start, ready (when the step's turn comes), a step (when it ended), or a date: ask.NAME, answers.STEP.NAME or subject.PATH. ready when empty."`
	Days  int                `yaml:"days" doc:"Working days later; negative for earlier." min:"-400" max:"400"`
	Hours blueprint.Duration `yaml:"hours" doc:"Working time later, such as 4h."`
}

// RemindSpec is a reminder.
type RemindSpec struct {
	Before blueprint.Duration `yaml:"before" doc:"How long before it is due, such as 24h." required:"true" short:"true"`
}

// EscalateSpec is who hears of a late step.
type EscalateSpec struct {
	After blueprint.Duration `yaml:"after" doc:"How long after it was due."`
	To    string             `yaml:"to" doc:"Role on whose list it appears as well." required:"true"`
}

// ApprovalSpec is who agrees and how.
type ApprovalSpec struct {
	By        []string `yaml:"by" doc:"Roles that decide." required:"true"`
	Rule      string   `yaml:"rule" doc:"one: whoever answers first. all: each of the roles. quorum: so many people. one when empty." enum:"one,all,quorum"`
	Quorum    int      `yaml:"quorum" doc:"Of a quorum: how many people." min:"1" max:"100"`
	NotAuthor bool     `yaml:"not_author" doc:"Whoever started the run, and whom it is about, has no say."`
	Declined  string   `yaml:"declined" doc:"What a refusal does: ends the run, or lets it go on with the outcome declined; ends when empty." enum:"end,go_on"`
}

// rule is what the approval asks for of a run.
func (s ApprovalSpec) rule(st *State) approval.Rule {
	r := approval.Rule{Mode: approval.Mode(s.Rule), Quorum: s.Quorum, Roles: s.By}
	if s.NotAuthor {
		r.Authors = []int64{st.StarterID, st.AboutID}
	}
	return r
}

// MessageSpec is a mail.
type MessageSpec struct {
	To       []string `yaml:"to" doc:"Roles, or subject for the person a run is about." required:"true"`
	Template string   `yaml:"template" doc:"What it says." ref:"template" required:"true"`
}

// WaitSpec is what a wait waits for: one of for, until and that.
type WaitSpec struct {
	For     blueprint.Duration `yaml:"for" doc:"So much working time."`
	Days    int                `yaml:"days" doc:"So many working days." min:"0" max:"400"`
	Until   *OffsetSpec        `yaml:"until" doc:"A time."`
	That    string             `yaml:"that" doc:"Until this holds." format:"cel:run"`
	Longest blueprint.Duration `yaml:"longest" doc:"How long at most, in plain hours; needed with that. Then it is done with the outcome too_long."`
}

// QuizSpec is a quiz.
type QuizSpec struct {
	Questions []QuestionSpec `yaml:"questions" doc:"The questions." required:"true"`
	Pass      int            `yaml:"pass" doc:"Right answers in a hundred to pass; 100 when empty." min:"1" max:"100"`
	Attempts  int            `yaml:"attempts" doc:"How often it may be tried; 3 when empty. Then it is done with the outcome failed." min:"1" max:"20"`
}

// QuestionSpec is a question of a quiz.
type QuestionSpec struct {
	Name    string   `yaml:"name" doc:"Name of the question." required:"true"`
	Title   string   `yaml:"title" doc:"The question." required:"true"`
	Options []string `yaml:"options" doc:"What may be answered." required:"true"`
	Right   []string `yaml:"right" doc:"The right ones; all of them are needed." required:"true"`
}

// DeliverableSpec is what is handed in and reviewed.
type DeliverableSpec struct {
	Review string `yaml:"review" doc:"Role that reviews it; whoever hands it in has no say." required:"true" short:"true"`
}

// OptionSpec is an option of a choice.
type OptionSpec struct {
	Name  string `yaml:"name" doc:"Outcome of the step." required:"true"`
	Title string `yaml:"title" doc:"What people read; the name when empty."`
	When  string `yaml:"when" doc:"When it is taken, of a choice without an owner; the last may do without." format:"cel:run"`
}

// RepeatSpec goes back.
type RepeatSpec struct {
	BackTo string `yaml:"back_to" doc:"Step that begins the part that is done again." required:"true"`
	Until  string `yaml:"until" doc:"It ends when this holds." format:"cel:run"`
	Most   int    `yaml:"most" doc:"How often the part is done at most; then the outcome is enough." required:"true" min:"1" max:"1000"`
}

// ActionSpec names an action with its values.
type ActionSpec struct {
	Name string         `yaml:"name" doc:"What is done, such as ticket or webhook." required:"true"`
	With map[string]any `yaml:"with" doc:"Values it needs. In texts {{subject}}, {{ask.NAME}} and {{answers.STEP.NAME}} stand for values."`
}

// The kinds of step.
const (
	kindTask        = "task"
	kindApproval    = "approval"
	kindForm        = "form"
	kindMessage     = "message"
	kindWait        = "wait"
	kindQuiz        = "quiz"
	kindDeliverable = "deliverable"
	kindChoice      = "choice"
	kindRepeat      = "repeat"
	kindPlaybook    = "playbook"
	kindAction      = "action"
)

// kind is the step's kind, a task when nothing is said.
func (s StepSpec) kind() string {
	if s.Kind == "" {
		return kindTask
	}
	return s.Kind
}

// primitive is one of the five things a step can be.
type primitive string

const (
	workItem primitive = "work"
	waiting  primitive = "wait"
	acting   primitive = "action"
	branch   primitive = "branch"
	subRun   primitive = "run"
)

func (s StepSpec) primitive() primitive {
	switch s.kind() {
	case kindWait:
		return waiting
	case kindAction, kindMessage:
		return acting
	case kindRepeat:
		return branch
	case kindChoice:
		if s.Owner == "" {
			return branch
		}
	case kindPlaybook:
		return subRun
	}
	return workItem
}
