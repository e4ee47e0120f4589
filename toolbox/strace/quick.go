package strace

import (
	"encoding/binary"
)

// What nearly every line begins and ends with is read eight bytes at a time here. Whatever
// does not have exactly the usual form is left to parsePrefix and duration.

// quickPrefix reads "1234 12:34:56.123456 ", which -f and -tt write, and returns the rest;
// nil for anything else.
func quickPrefix(b []byte, l *Line) []byte {
	pid, i := int32(0), 0
	for i < len(b) && i < 8 && digit(b[i]) {
		pid = pid*10 + int32(b[i]-'0')
		i++
	}
	if i == 0 || pid == 0 || pid >= maxPID || i == len(b) || b[i] != ' ' {
		return nil
	}
	for i < len(b) && b[i] == ' ' {
		i++
	}
	if len(b)-i <= 16 {
		return nil
	}
	c := b[i+16]
	if c == ' ' || c == '(' || c == '[' || digit(c) { // more of strace's options
		return nil
	}
	micros, ok := sixDigits(binary.LittleEndian.Uint64(b[i+8:]), ' ')
	if !ok {
		return nil
	}
	// HH:MM:SS with each colon turned into a zero.
	t := binary.LittleEndian.Uint64(b[i:]) ^ 0x00000a00000a0000
	if !allDigits(t) {
		return nil
	}
	t -= zeros
	hours := int64(t&0xff)*10 + int64(t>>8&0xff)
	minutes := int64(t>>24&0xff)*10 + int64(t>>32&0xff)
	seconds := int64(t>>48&0xff)*10 + int64(t>>56)
	if b[i+2] != ':' || b[i+5] != ':' {
		return nil
	}
	l.PID, l.Clock, l.Time = pid, DayClock, (hours*3600+minutes*60+seconds)*1e9+micros*1e3
	l.Flags |= FlagPID | FlagTT
	return b[i+16:]
}

// zeros is eight times the character 0.
const zeros = 0x3030303030303030

// allDigits reports whether each of eight bytes is a decimal digit.
func allDigits(v uint64) bool {
	return (v+0x4646464646464646|v-zeros)&0x8080808080808080 == 0
}

// sixDigits reads ".123456" and the byte last behind it, the first of these bytes lowest.
func sixDigits(v uint64, last byte) (int64, bool) {
	if byte(v) != '.' || byte(v>>56) != last {
		return 0, false
	}
	v = v<<8&^0xffff | 0x3030 // "00123456"
	if !allDigits(v) {
		return 0, false
	}
	v -= zeros
	v = v*10 + v>>8 // pairs, in every other byte
	return int64((v&0x000000ff000000ff*0x000f424000000064 + v>>16&0x000000ff000000ff*0x0000271000000001) >> 32), true
}

// quickDuration reads " <0.000012>" at the end of b, and returns the end of what stands
// before it; 0 for anything else.
func quickDuration(b []byte, from int, l *Line) int {
	e := len(b)
	if e-from < 12 || b[e-10] != '<' || b[e-11] != ' ' || !digit(b[e-9]) {
		return 0
	}
	micros, ok := sixDigits(binary.LittleEndian.Uint64(b[e-8:]), '>')
	if !ok {
		return 0
	}
	l.Duration = int64(b[e-9]-'0')*1e9 + micros*1e3
	l.Flags |= FlagDuration
	for e -= 11; e > from && b[e-1] == ' '; e-- {
	}
	return e
}
