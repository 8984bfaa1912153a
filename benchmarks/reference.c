/* The yardstick: what sim/contagion/cascade.py does with one thread, in C. Same coins, same parents, same four passes. */
#include <stdint.h>
#include <stdlib.h>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

enum { LANES = 32, LINE = 16, NEAR = 8, FAR = 24, FULL = LANES + 4 };

typedef struct {
    int64_t n_edges;
    const int64_t *indptr;
    const uint32_t *indices;
    uint64_t key;
    uint32_t top;
    int shift;
    int64_t parts;
    uint32_t *user;
    uint64_t *parent, *reached, *fresh;
    uint8_t *lines;
    int64_t n_lines;
    uint32_t *rank;
    int64_t room;
    uint64_t *won, *dealt;
    int64_t *bounds;
} Cascade;

typedef struct {
    int64_t row, skip, wins;
} Place;

static inline uint64_t source_hash(uint64_t key, uint64_t u) {
    uint64_t x = key ^ (u * 0xD1342543DE82EF95ull);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

static inline uint32_t coin(uint64_t salt, uint32_t v) {
    uint32_t x = v ^ (uint32_t)salt;
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x ^= (uint32_t)(salt >> 32);
    x = (x ^ (x >> 13)) * 0xC2B2AE35u;
    return x ^ (x >> 16);
}

#if defined(__AVX512F__)
static inline uint32_t wins_of_16(const uint32_t *v, uint64_t salt, uint32_t top) {
    __m512i x = _mm512_xor_si512(_mm512_loadu_si512(v), _mm512_set1_epi32((int)(uint32_t)salt));
    x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 16));
    x = _mm512_mullo_epi32(x, _mm512_set1_epi32((int)0x85EBCA6Bu));
    x = _mm512_xor_si512(x, _mm512_set1_epi32((int)(uint32_t)(salt >> 32)));
    x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 13));
    x = _mm512_mullo_epi32(x, _mm512_set1_epi32((int)0xC2B2AE35u));
    x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 16));
    return _mm512_cmple_epu32_mask(x, _mm512_set1_epi32((int)top));
}
static inline uint32_t wins_of_32(const uint32_t *v, uint64_t salt, uint32_t top) {
    return wins_of_16(v, salt, top) | wins_of_16(v + 16, salt, top) << 16;
}
#elif defined(__AVX2__)
static inline uint32_t wins_of_8(const uint32_t *v, uint64_t salt, uint32_t top) {
    __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)v), _mm256_set1_epi32((int)(uint32_t)salt));
    x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 16));
    x = _mm256_mullo_epi32(x, _mm256_set1_epi32((int)0x85EBCA6Bu));
    x = _mm256_xor_si256(x, _mm256_set1_epi32((int)(uint32_t)(salt >> 32)));
    x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 13));
    x = _mm256_mullo_epi32(x, _mm256_set1_epi32((int)0xC2B2AE35u));
    x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 16));
    x = _mm256_cmpeq_epi32(_mm256_min_epu32(x, _mm256_set1_epi32((int)top)), x);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(x));
}
static inline uint32_t wins_of_32(const uint32_t *v, uint64_t salt, uint32_t top) {
    return wins_of_8(v, salt, top) | wins_of_8(v + 8, salt, top) << 8 | wins_of_8(v + 16, salt, top) << 16 |
           wins_of_8(v + 24, salt, top) << 24;
}
#else
static inline uint32_t wins_of_32(const uint32_t *v, uint64_t salt, uint32_t top) {
    uint32_t mask = 0;
    for (int i = 0; i < LANES; i++) mask |= (uint32_t)(coin(salt, v[i]) <= top) << i;
    return mask;
}
#endif

/* Always inlined: gcc takes a function that only prefetches for one without effect, and drops the call. */
__attribute__((always_inline)) static inline void ask_ahead(const Cascade *c, int64_t row, int64_t last) {
    int64_t far = row + FAR < last ? row + FAR : last - 1, near = row + NEAR < last ? row + NEAR : last - 1;
    __builtin_prefetch(&c->indptr[c->user[far]]);
    const uint32_t *followers = &c->indices[c->indptr[c->user[near]]];
    for (int i = 0; i < 3; i++) __builtin_prefetch(followers + i * LINE);
}

static inline int64_t flip(const Cascade *c, int64_t e, int64_t left, uint64_t salt, int64_t row, uint64_t *won,
                           int64_t k) {
    int64_t window = e < c->n_edges - LANES ? e : c->n_edges - LANES;
    if (left > LANES) left = LANES;
    uint64_t mask = wins_of_32(&c->indices[window], salt, c->top) & (((1ull << left) - 1) << (e - window));
    uint64_t source = (uint64_t)row << 32, guard = 1ull << (LANES - 1);
    int64_t end = k + __builtin_popcountll(mask);
    for (int i = 0; i < 3; i++) {
        won[k + i] = source | c->indices[window + __builtin_ctzll(mask | guard)];
        mask &= mask - 1;
    }
    for (k += 3; mask; mask &= mask - 1) won[k++] = source | c->indices[window + __builtin_ctzll(mask)];
    return end;
}

static Place draw(const Cascade *c, int64_t row, int64_t skip, int64_t last) {
    int64_t k = 0, room = c->room - FULL;
    uint64_t *restrict won = c->won;
    for (; row < last; row++, skip = 0) {
        ask_ahead(c, row, last);
        uint32_t u = c->user[row];
        uint64_t salt = source_hash(c->key, u);
        for (int64_t start = c->indptr[u], e = start + skip, stop = c->indptr[u + 1]; e < stop; e += LANES) {
            if (k > room) return (Place){row, e - start, k};
            k = flip(c, e, stop - e, salt, row, won, k);
        }
    }
    return (Place){row, 0, k};
}

static void deal(const Cascade *c, int64_t k) {
    if (c->parts == 1) return;
    int64_t *bounds = c->bounds;
    for (int64_t p = 0; p <= c->parts; p++) bounds[p] = 0;
    for (int64_t i = 0; i < k; i++) bounds[((uint32_t)c->won[i] >> c->shift) + 1]++;
    for (int64_t p = 1; p <= c->parts; p++) bounds[p] += bounds[p - 1];
    for (int64_t i = 0; i < k; i++) c->dealt[bounds[(uint32_t)c->won[i] >> c->shift]++] = c->won[i];
}

static void mark(const Cascade *c, int64_t k) {
    const uint64_t *won = c->dealt, *reached = c->reached;
    uint64_t *restrict fresh = c->fresh;
    for (int64_t i = 0; i < k; i++) {
        uint32_t v = (uint32_t)won[i];
        fresh[v >> 6] |= 1ull << (v & 63) & ~reached[v >> 6];
        c->lines[v >> 9] = 1;
    }
}

static int64_t number(const Cascade *c, int64_t count) {
    const uint64_t *eight = (const uint64_t *)c->lines;
    for (int64_t line = 0; line < c->n_lines; line++) {
        if (!eight[line >> 3]) {
            line |= 7;
            continue;
        }
        if (!c->lines[line]) continue;
        c->lines[line] = 0;
        for (int64_t word = 8 * line; word < 8 * line + 8; word++) {
            uint64_t left = c->fresh[word];
            c->rank[word] = (uint32_t)count;
            c->reached[word] |= left;
            for (; left; left &= left - 1) {
                c->user[count] = (uint32_t)(word << 6) + (uint32_t)__builtin_ctzll(left);
                c->parent[count++] = UINT64_MAX;
            }
        }
    }
    return count;
}

static void settle(const Cascade *c, const uint64_t *won, int64_t k) {
    uint64_t *restrict parent = c->parent;
    for (int64_t i = 0; i < k; i++) {
        uint32_t v = (uint32_t)won[i];
        uint64_t row = won[i] >> 32, bit = 1ull << (v & 63), fresh = c->fresh[v >> 6];
        if (!(fresh & bit)) continue;
        uint64_t of = c->rank[v >> 6] + (uint64_t)__builtin_popcountll(fresh & (bit - 1));
        uint64_t claim = (uint64_t)coin(source_hash(c->key, c->user[row]), v) << 32 | row;
        if (claim < parent[of]) parent[of] = claim;
    }
}

static void close_round(const Cascade *c, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) {
        c->fresh[c->user[row] >> 6] = 0;
        c->parent[row] &= UINT32_MAX;
    }
}

/* Goes on from the first `count` rows; returns the number of rounds. `starts` has room for n + 2. */
int64_t cascade(int64_t n_edges, const int64_t *indptr, const uint32_t *indices, uint64_t key, uint32_t top, int shift,
                int64_t parts, int64_t count, uint32_t *user, uint64_t *parent, uint64_t *reached, uint64_t *fresh,
                uint8_t *lines, int64_t n_lines, uint32_t *rank, int64_t room, uint64_t *won, uint64_t *dealt,
                int64_t *bounds, int64_t *starts) {
    const Cascade c = {n_edges, indptr, indices, key,     top,  shift, parts, user,  parent,
                       reached, fresh,  lines,   n_lines, rank, room,  won,   dealt, bounds};
    int64_t rounds = 0, first = 0;
    starts[0] = 0;
    while (first < count) {
        int64_t last = count, turns = 0;
        starts[++rounds] = last;
        Place at = {first, 0, 0};
        for (; at.row < last; turns++) {
            at = draw(&c, at.row, at.skip, last);
            deal(&c, at.wins);
            mark(&c, at.wins);
        }
        count = number(&c, last);
        if (turns == 1) settle(&c, dealt, at.wins);
        for (at = (Place){turns == 1 ? last : first, 0, 0}; at.row < last;) {
            at = draw(&c, at.row, at.skip, last);
            deal(&c, at.wins);
            settle(&c, dealt, at.wins);
        }
        close_round(&c, last, count);
        first = last;
    }
    return rounds;
}
