/* A program that does what logs of strace stumble over. Its tree is known: see
   TestTreeOfAKnownProgram. argv[1] is a folder it may write into. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char odd[4096];

static void *thread(void *arg) {
  struct timespec t = {0, 20000000};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
  int fd = open(odd, O_CREAT | O_RDWR, 0600);
  if (fd >= 0) {
    const char *s = ") = 0 <9.999999>\n";
    (void)!write(fd, s, strlen(s));
    s = "\" <unfinished ...>\n--- SIGSEGV ---\n+++ exited with 9 +++\n";
    (void)!write(fd, s, strlen(s));
    close(fd);
  }
  return arg;
}

static void nothing(int s) { (void)s; }

static pid_t child(int how) {
  pid_t p = fork();
  if (p == 0) {
    if (how == 0) { raise(SIGSTOP); _exit(7); }
    if (how == 1) { struct rlimit none = {0, 0}; setrlimit(RLIMIT_CORE, &none); raise(SIGSEGV); }
    for (;;) pause();
  }
  return p;
}

int main(int argc, char **argv) {
  const char *dir = argc > 1 ? argv[1] : ".";
  snprintf(odd, sizeof odd, "%s/a b (c) = -1 ENOENT <0.5> \"q\" <unfinished ...>", dir);
  char more[4200];
  snprintf(more, sizeof more, "%s/x) = 5 y", dir);
  close(open(more, O_CREAT | O_WRONLY, 0600));
  open("/nonexistent dir/x", O_RDONLY);
  pthread_t t[3];
  for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, thread, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  struct sigaction sa = {0};
  sa.sa_handler = nothing;
  sigaction(SIGALRM, &sa, NULL);
  struct itimerval_ { long a, b, c, d; } it = {0, 0, 0, 20000};
  syscall(SYS_setitimer, 0, &it, NULL);
  poll(NULL, 0, 1000);
  syscall(SYS_setitimer, 0, &it, NULL);
  pause();
  poll(NULL, 0, 0);
  int status;
  pid_t stop = child(0);
  waitpid(stop, &status, WUNTRACED);
  kill(stop, SIGCONT);
  waitpid(stop, &status, 0);
  waitpid(child(1), &status, 0);
  pid_t k = child(2);
  struct timespec ten = {0, 10000000};
  nanosleep(&ten, NULL);
  kill(k, SIGKILL);
  waitpid(k, &status, 0);
  syscall(SYS_io_uring_setup, 0, NULL);
  syscall(435, NULL, 0); /* clone3 that fails */
  syscall(999, 1, 2, 3);
  pid_t v = vfork();
  if (v == 0) { execl("/bin/true", "true", "a b", (char *)NULL); _exit(127); }
  waitpid(v, &status, 0);
  (void)!system("exit 3");
  execl("/nonexistent/program", "program", "--password", "hunter2hunter2", (char *)NULL);
  int p[2];
  (void)!pipe(p);
  int q = dup(p[1]);
  close(p[1]);
  (void)!write(q, "hello", 5);
  char b[8];
  (void)!read(p[0], b, sizeof b);
  (void)!chdir("/etc");
  close(open("passwd", O_RDONLY));
  return 4;
}
