// What memory allows: nanoseconds of one thread for a hash, and for one line of a column of 4 bytes a person, taken at
// random. gcc -O3 -march=native -o /tmp/memory benchmarks/memory.c && /tmp/memory 100000000
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { BLOCK = 256, COUNT = 1 << 20, TURNS = 9 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

static uint32_t *people;
static uint64_t n, at[BLOCK], sum;

static void draw(uint64_t first) {
  for (int j = 0; j < BLOCK; j++) at[j] = (mix(first + j) >> 32) * n >> 32;
}

static void hashes(uint64_t first) { for (int j = 0; j < BLOCK; j++) sum += mix(first + j); }
static void reads(uint64_t first) { draw(first); for (int j = 0; j < BLOCK; j++) sum += people[at[j]]; }
static void updates(uint64_t first) { draw(first); for (int j = 0; j < BLOCK; j++) people[at[j]]++; }
static void asked(uint64_t first) {
  draw(first);
  for (int j = 0; j < BLOCK; j++) __builtin_prefetch(people + at[j]);
  for (int j = 0; j < BLOCK; j++) sum += people[at[j]];
}

int main(int given, char **words) {
  n = given > 1 ? strtoull(words[1], 0, 10) : 100000000;
  people = mmap(0, n * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (people == MAP_FAILED) return 1;
  madvise(people, n * 4, MADV_HUGEPAGE);
  memset(people, 1, n * 4);
  void (*ways[])(uint64_t) = {hashes, reads, asked, updates};
  const char *names[] = {"hash", "read", "prefetch, then read", "update"};
  double best[5] = {1e9, 1e9, 1e9, 1e9, 1e9};
  for (uint64_t turn = 0; turn < TURNS; turn++) {
    for (uint64_t way = 0; way < 4; way++) {
      double start = now();
      for (uint64_t i = 0; i < COUNT; i += BLOCK) ways[way]((turn * 4 + way) * COUNT + i);
      double taken = now() - start;
      best[way] = taken < best[way] ? taken : best[way];
    }
    double start = now();
    for (uint64_t i = 0; i < n; i++) sum += people[i];
    double taken = now() - start;
    best[4] = taken < best[4] ? taken : best[4];
  }
  for (int way = 0; way < 4; way++) printf("%s: %.1f ns\n", names[way], best[way] / COUNT * 1e9);
  printf("stream: %.1f GB/s (%d)\n", n * 4 / best[4] / 1e9, (int)(sum & 1));
}
