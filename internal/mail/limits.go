package mail

// Limits bound the work one message may cause. What lies beyond a limit is left out and
// noted in Message.Problems; the raw bytes stay with the caller.
type Limits struct {
	Size        int // bytes of the message looked at
	Header      int // bytes of the message's header
	PartHeader  int // bytes of the header of one part
	Fields      int // fields of one header
	Parts       int // parts of the whole message
	Depth       int // levels of nesting
	Attachments int
}

// DefaultLimits are generous for honest mail and harmless for the rest.
var DefaultLimits = Limits{
	Size:        64 << 20,
	Header:      1 << 20,
	PartHeader:  64 << 10,
	Fields:      5000,
	Parts:       1000,
	Depth:       50,
	Attachments: 500,
}
