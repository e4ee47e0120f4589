/* A program whose thread calls execve, so that its leader is superseded. */
#include <pthread.h>
#include <unistd.h>

static void *go(void *arg) {
  usleep(20000);
  execl("/bin/sh", "sh", "-c", "exit 5", (char *)0);
  return arg;
}

int main(void) {
  pthread_t a;
  pthread_create(&a, 0, go, 0);
  pthread_join(a, 0);
  return 1;
}
