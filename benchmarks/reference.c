/* The yardstick: what sim/contagion/cascade.py does, in C. Same coins, same parents, same order, same prefetching. */
#include <stdint.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

enum { LANES = 32, LINE = 16, BLOCK = 128, NEAR = 8, FAR = 24 };

typedef struct {
    int64_t n_edges;
    const int64_t *indptr;
    const uint32_t *indices;
    uint32_t top;
    uint64_t key;
    uint32_t *row_of, *user;
    int64_t *parent, count;
} Cascade;

typedef struct {
    uint32_t target[BLOCK + LANES], source[BLOCK + LANES];
    int64_t waiting;
} Wins;

static inline uint64_t source_hash(uint64_t key, uint32_t u) {
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

static inline uint32_t wins_one_by_one(const uint32_t *v, int64_t n, uint64_t salt, uint32_t top) {
    uint32_t mask = 0;
    for (int i = 0; i < n; i++) mask |= (uint32_t)(coin(salt, v[i]) <= top) << i;
    return mask;
}

#ifdef __AVX512F__
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
#else
static inline uint32_t wins_of_32(const uint32_t *v, uint64_t salt, uint32_t top) {
    return wins_one_by_one(v, LANES, salt, top);
}
#endif

/* Always inlined: gcc takes a function that only prefetches for one without effect, and drops the call. */
__attribute__((always_inline)) static inline void ask_ahead(const Cascade *c, int64_t row) {
    if (row + FAR < c->count) __builtin_prefetch(&c->indptr[c->user[row + FAR]]);
    if (row + NEAR < c->count) {
        const uint32_t *followers = &c->indices[c->indptr[c->user[row + NEAR]]];
        for (int i = 0; i < 3; i++) __builtin_prefetch(followers + i * LINE);
    }
}

static inline void draw(const Cascade *c, int64_t e, int64_t stop, uint64_t salt, uint32_t row, Wins *w) {
    int64_t n = stop - e < LANES ? stop - e : LANES;
    uint32_t mask;
    if (e + LANES <= c->n_edges) {
        mask = wins_of_32(&c->indices[e], salt, c->top);
        if (n < LANES) mask &= (1u << n) - 1;
    } else {
        mask = wins_one_by_one(&c->indices[e], n, salt, c->top);
    }
    for (; mask; mask &= mask - 1) {
        uint32_t v = c->indices[e + __builtin_ctz(mask)];
        __builtin_prefetch(&c->row_of[v]);
        w->target[w->waiting] = v;
        w->source[w->waiting++] = row;
    }
}

static inline void contest(Cascade *c, uint32_t v, uint32_t row, int64_t of) {
    uint32_t u = c->user[row], rival = c->user[c->parent[of]];
    uint32_t mine = coin(source_hash(c->key, u), v), theirs = coin(source_hash(c->key, rival), v);
    if (mine < theirs || (mine == theirs && u < rival)) c->parent[of] = row;
}

static inline void settle(Cascade *c, Wins *w, int64_t last) {
    uint32_t *restrict row_of = c->row_of;
    int64_t count = c->count;
    for (int64_t j = 0; j < w->waiting; j++) {
        uint32_t v = w->target[j], row = w->source[j], known = row_of[v];
        c->user[count] = v;
        c->parent[count] = row;
        uint32_t is_new = -(uint32_t)(known == 0); /* all ones or none: no branch */
        count -= (int32_t)is_new;
        row_of[v] = known | (is_new & (uint32_t)count);
        if (known > last) contest(c, v, row, (int64_t)known - 1);
    }
    c->count = count;
    w->waiting = 0;
}

/* Goes on from the first `count` rows; returns the number of rounds. `starts` has room for n + 2. */
int64_t cascade(int64_t n_edges, const int64_t *indptr, const uint32_t *indices, uint32_t top, uint64_t key, int64_t count,
                uint32_t *row_of, uint32_t *user, int64_t *parent, int64_t *starts) {
    Cascade c = {n_edges, indptr, indices, top, key, row_of, user, parent, count};
    Wins w = {.waiting = 0};
    int64_t rounds = 0, row = 0;
    starts[0] = 0;
    while (row < c.count) {
        int64_t last = c.count;
        starts[++rounds] = last;
        for (; row < last; row++) {
            ask_ahead(&c, row);
            uint32_t u = user[row];
            uint64_t salt = source_hash(key, u);
            for (int64_t e = indptr[u], stop = indptr[u + 1]; e < stop; e += LANES) {
                draw(&c, e, stop, salt, (uint32_t)row, &w);
                if (w.waiting >= BLOCK) settle(&c, &w, last);
            }
        }
        settle(&c, &w, last);
    }
    return rounds;
}
