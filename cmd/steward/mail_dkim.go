package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"steward/internal/fault"
	"steward/internal/mail"
)

// mailDKIMKeyCmd makes a signing key and says what to publish.
type mailDKIMKeyCmd struct {
	File     string `arg:"" help:"File of the private key; made when it is not there, never overwritten." placeholder:"FILE"`
	Domain   string `help:"Domain that signs, such as company.example." required:"" placeholder:"DOMAIN"`
	Selector string `help:"Name of this key within the domain." default:"steward" placeholder:"NAME"`
	Type     string `help:"rsa, which everybody verifies, or ed25519." default:"rsa" placeholder:"TYPE"`
}

// Run prints the TXT record as a zone file holds it.
func (c mailDKIMKeyCmd) Run() error {
	text, err := os.ReadFile(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = mail.NewDKIMKey(c.Type, rand.Reader); err != nil {
			return err
		}
		if err := writeNew(c.File, text); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "The private key is in %s. Keep it secret; a mailbox names it as key: file:%s\n", c.File, c.File)
	} else if err != nil {
		return fault.New(fault.Invalid, "The key %s cannot be read: %w", c.File, err)
	}
	key, err := mail.ParseDKIMKey(text)
	if err != nil {
		return err
	}
	name, value, err := mail.DKIMRecord(key, c.Domain, c.Selector)
	if err != nil {
		return err
	}
	fmt.Println(mail.ZoneLine(name, value))
	return nil
}

// writeNew writes a file that only its owner can read; one that is there stays.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "The key cannot be written: %w", err)
	}
	_, err = f.Write(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
