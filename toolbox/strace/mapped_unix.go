//go:build unix

package strace

import (
	"os"
	"syscall"
)

// mapFile shows a regular file as memory; nil when that does not work, and it is read instead.
func mapFile(f *os.File) (mem []byte, unmap func()) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return nil, func() {}
	}
	mem, err = syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, func() {}
	}
	return mem, func() { _ = syscall.Munmap(mem) }
}
