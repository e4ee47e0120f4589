package app_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/internal/db/dbtest"
)

// dovecot is a real IMAP server on loopback, in a folder of its own, as an ordinary user.
type dovecot struct {
	imap, imaps int
	dir         string
	tls         *tls.Config // trusts its certificate
	config      string
	cmd         *exec.Cmd
	as          *syscall.Credential
}

// startDovecot starts one with the user support, password secret. Without dovecot on the
// machine the test is skipped, in CI it fails.
func startDovecot(t *testing.T) *dovecot {
	t.Helper()
	path, err := exec.LookPath("dovecot")
	if err != nil {
		if path = "/usr/sbin/dovecot"; !fileExists(path) {
			if os.Getenv("CI") != "" {
				t.Fatal("dovecot is missing; make deps installs it")
			}
			t.Skip("dovecot is missing; make deps installs it")
		}
	}
	dir, err := os.MkdirTemp("", "imap") // not below t.TempDir: its sockets need short paths
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &dovecot{dir: dir, imap: dbtest.FreePort(t), imaps: dbtest.FreePort(t)}
	me, err := user.Current()
	must(t, err)
	if me.Uid == "0" {
		if me, err = user.Lookup("nobody"); err != nil {
			t.Skip("dovecot does not serve root's mail, and there is no user nobody")
		}
		uid, _ := strconv.Atoi(me.Uid)
		gid, _ := strconv.Atoi(me.Gid)
		d.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		must(t, os.Chown(dir, uid, gid))
	}
	group, err := user.LookupGroupId(me.Gid)
	must(t, err)
	d.certificate(t)
	d.config = fmt.Sprintf(`protocols = imap
listen = 127.0.0.1
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
mail_location = maildir:%[1]s/mail
first_valid_uid = 1
last_valid_uid = 0
first_valid_gid = 1
mailbox_idle_check_interval = 1 secs
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
passdb {
  driver = static
  args = user=support password=secret
}
userdb {
  driver = static
  args = uid=%[4]s gid=%[5]s home=%[1]s
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[6]d
  }
  inet_listener imaps {
    port = %[7]d
    ssl = yes
  }
}
`, dir, me.Username, group.Name, me.Uid, me.Gid, d.imap, d.imaps)
	must(t, os.MkdirAll(filepath.Join(dir, "mail"), 0o755), os.WriteFile(filepath.Join(dir, "dovecot.conf"), []byte(d.config), 0o644))
	d.own(t)
	d.start(t, path)
	t.Cleanup(d.stop)
	return d
}

func fileExists(path string) bool { _, err := os.Stat(path); return err == nil }

// certificate borrows the one that httptest makes for example.com and 127.0.0.1.
func (d *dovecot) certificate(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	cert := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(d.dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o644),
		os.WriteFile(filepath.Join(d.dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	d.tls = &tls.Config{RootCAs: pool, ServerName: "example.com"}
}

// own gives the folder to the user that dovecot runs as.
func (d *dovecot) own(t *testing.T) {
	if d.as == nil {
		return
	}
	for _, name := range []string{"cert.pem", "key.pem", "dovecot.conf"} {
		must(t, os.Chown(filepath.Join(d.dir, name), int(d.as.Uid), int(d.as.Gid)))
	}
	must(t, filepath.Walk(filepath.Join(d.dir, "mail"), func(p string, _ os.FileInfo, err error) error {
		if err == nil {
			err = os.Chown(p, int(d.as.Uid), int(d.as.Gid))
		}
		if os.IsNotExist(err) { // dovecot moves mail about meanwhile
			return nil
		}
		return err
	}))
}

func (d *dovecot) start(t *testing.T, path string) {
	t.Helper()
	d.cmd = exec.Command(path, "-F", "-c", filepath.Join(d.dir, "dovecot.conf"))
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.as, Pdeathsig: syscall.SIGTERM, Setpgid: true}
	var out bytes.Buffer
	d.cmd.Stderr = &out
	must(t, d.cmd.Start())
	until(t, "dovecot answers", func() bool {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", d.imap), time.Second)
		if err != nil {
			if log, _ := os.ReadFile(filepath.Join(d.dir, "log")); strings.Contains(string(log), "Fatal") || strings.Contains(out.String(), "Fatal") {
				t.Fatalf("dovecot: %s %s", out.String(), log)
			}
			return false
		}
		c.Close()
		return true
	})
}

func (d *dovecot) stop() {
	if d.cmd != nil && d.cmd.Process != nil {
		_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL) // with its children: asked nicely, it waits for its clients
		_ = d.cmd.Wait()
		d.cmd = nil
	}
}

// put lays a mail into the inbox, as a delivery does.
func (d *dovecot) put(t *testing.T, name string, raw []byte, at time.Time) {
	t.Helper()
	tmp, dst := filepath.Join(d.dir, "mail", "tmp", name), filepath.Join(d.dir, "mail", "new", name)
	for _, sub := range []string{"tmp", "new", "cur"} {
		must(t, os.MkdirAll(filepath.Join(d.dir, "mail", sub), 0o755))
	}
	must(t, os.WriteFile(tmp, bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0o644), os.Chtimes(tmp, at, at))
	d.own(t)
	must(t, os.Rename(tmp, dst))
}

// count is how many mails a folder has: "" is the inbox.
func (d *dovecot) count(folder string) (n int) {
	for _, sub := range []string{"new", "cur"} {
		list, _ := os.ReadDir(filepath.Join(d.dir, "mail", folder, sub))
		n += len(list)
	}
	return n
}
