/* A BERT encoder in int8, for x86-64 with AVX2 or with AVX-512 VNNI; and in plain C for tests.
 *
 * One call carries a batch of packed texts through all layers on the thread that calls, and starts
 * no thread.  Each row of activations is rounded by its own least and largest value to 7 bits, and
 * weights have 7 bits too: AVX2 adds products in 16 bits, and only so do they fit.  Every kind of
 * machine computes the same integers.
 *
 * The widths of hidden, inner and heads are multiples of 32, as models/kernel/weights.py makes sure.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(PORTABLE)
enum { LANES = 16, ROWS = 2, BLOCKS = 2 };
#elif defined(__AVX512VNNI__)
#include <immintrin.h>
enum { LANES = 16, ROWS = 6, BLOCKS = 4 };
#else
#include <immintrin.h>
enum { LANES = 8, ROWS = 8, BLOCKS = 1 };
#endif
/* STRIP: rows that go through the inner network together, a multiple of every ROWS. */
enum { STEP = 4, WORD_BLOCK = 32, LEVELS = 127, ALIGN = 64, STRIP = 48 };
enum { PLAIN, GELU };

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef vf vf_loose __attribute__((aligned(4)));
#define AT(pointer) (*(const vf_loose *)(pointer))
#define PUT(pointer, value) (*(vf_loose *)(pointer) = (value))
#define EVERY(n, i) for (int i = 0; i < (n); i++)
#define INLINE static inline __attribute__((always_inline))

/* codes: blocks of LANES outputs; within a block 4 inputs of each output lie together.
 * deep: of each block, whether four products of any row's pairs of codes fit into 16 bits. */
typedef struct {
    int32_t inputs, outputs;
    const int8_t *codes;
    const uint8_t *deep;
    const float *steps, *sums, *bias; /* of each output; sums of its codes */
} Dense;

typedef struct {
    const float *scale, *bias;
} Norm;

typedef struct {
    Dense projection, attended, inner, outer; /* projection: queries, keys and values */
    Norm first, second;
} Layer;

typedef struct {
    int32_t hidden, layers, heads;
    float epsilon;
    const uint8_t *words; /* two 4-bit codes to a byte, the first one low */
    const float *word_scales, *positions;
    Norm norm;
    const Layer *layer;
} Encoder;

/* Rows in 7 bits: value = least + step x code. */
typedef struct {
    uint8_t *codes;
    float *least, *step;
} Rounded;

INLINE vf all(float value) { return value - (vf){0}; }

INLINE float total(vf values) {
    float sum = 0;
    EVERY(LANES, i) sum += values[i];
    return sum;
}

#if defined(PORTABLE)
INLINE vf largest(vf a, vf b) {
    EVERY(LANES, i) a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}
INLINE vf smallest(vf a, vf b) { return -largest(-a, -b); }
#elif defined(__AVX512VNNI__)
INLINE vf largest(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE vf smallest(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
#else
INLINE vf largest(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE vf smallest(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
#endif

/* e to the x, within 5e-5 of it. */
INLINE vf exponential(vf x) {
    const float magic = 12582912.0f; /* adding it rounds to whole numbers */
    x = smallest(largest(x, all(-87.0f)), all(87.0f));
    vf shifted = x * 1.44269504f + magic;
    vf rest = x - (shifted - magic) * 0.69314718f;
    vf power = rest * 4.1665795e-2f + 1.6666665e-1f;
    power = power * rest + 0.5f;
    power = (power * rest + 1.0f) * rest + 1.0f;
    return (vf)((vi)power + (((vi)shifted) << 23));
}

/* x/2 (1 + tanh(...)), the usual approximation of x times the normal distribution. */
INLINE vf gelu(vf x) {
    return x / (1.0f + exponential(x * (x * x * -0.0713548162726f - 1.59576912161f)));
}

static void normalise(float *row, int width, Norm norm, float epsilon) {
    vf sum = {0}, squares = {0};
    for (int i = 0; i < width; i += LANES) sum += AT(row + i);
    const float mean = total(sum) / width;
    for (int i = 0; i < width; i += LANES) {
        vf centred = AT(row + i) - mean;
        squares += centred * centred;
    }
    const float scale = 1.0f / __builtin_sqrtf(total(squares) / width + epsilon);
    for (int i = 0; i < width; i += LANES)
        PUT(row + i, (AT(row + i) - mean) * scale * AT(norm.scale + i) + AT(norm.bias + i));
}

static void round_row(const float *row, int width, Rounded to, int at) {
    vf low = AT(row), high = low;
    for (int i = LANES; i < width; i += LANES) {
        low = smallest(low, AT(row + i));
        high = largest(high, AT(row + i));
    }
    float least = low[0], most = high[0];
    EVERY(LANES, i) {
        least = low[i] < least ? low[i] : least;
        most = high[i] > most ? high[i] : most;
    }
    const float step = (most - least) / LEVELS, per_step = step > 1e-30f ? 1 / step : 0;
    uint8_t *codes = to.codes + (size_t)at * width;
    for (int i = 0; i < width; i += 32) {
        typedef uint8_t bytes __attribute__((vector_size(32)));
        typedef int32_t wide __attribute__((vector_size(128)));
        typedef float floats __attribute__((vector_size(128), aligned(4)));
        floats values = *(const floats *)(row + i);
        bytes narrow = __builtin_convertvector(__builtin_convertvector((values - least) * per_step + 0.5f, wide), bytes);
        memcpy(codes + i, &narrow, 32);
    }
    to.least[at] = least;
    to.step[at] = step;
}

INLINE int32_t four_at(const uint8_t *codes) {
    int32_t four;
    memcpy(&four, codes, 4);
    return four;
}

/* Adds ROWS rows of codes times `blocks` blocks of outputs.  depth: products added in 16 bits. */
INLINE void add_products(const uint8_t *codes, const int8_t *weights, int inputs, int blocks, int depth,
                         vi sums[ROWS][BLOCKS]) {
#if defined(PORTABLE)
    (void)depth;
    for (int k = 0; k < inputs; k += STEP)
        EVERY(ROWS, row) EVERY(blocks, block) EVERY(LANES, i) EVERY(STEP, l)
            sums[row][block][i] +=
                codes[row * inputs + k + l] * weights[(block * inputs + k) * LANES + i * STEP + l];
#elif defined(__AVX512VNNI__)
    (void)depth;
    for (int k = 0; k < inputs; k += STEP)
        EVERY(ROWS, row) {
            __m512i left = _mm512_set1_epi32(four_at(codes + row * inputs + k));
            EVERY(blocks, block) {
                __m512i right = _mm512_loadu_si512(weights + (block * inputs + k) * LANES);
                sums[row][block] = (vi)_mm512_dpbusd_epi32((__m512i)sums[row][block], left, right);
            }
        }
#else
    (void)blocks;
    const __m256i ones = _mm256_set1_epi16(1);
    for (int k = 0; k < inputs; k += depth * STEP) {
        __m256i right[4];
        EVERY(depth, d) right[d] = _mm256_loadu_si256((const __m256i *)(weights + (k + d * STEP) * LANES));
        EVERY(ROWS, row) {
            const uint8_t *left = codes + row * inputs + k;
            __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi32(four_at(left)), right[0]);
            for (int d = 1; d < depth; d++)
                pairs = _mm256_add_epi16(
                    pairs, _mm256_maddubs_epi16(_mm256_set1_epi32(four_at(left + d * STEP)), right[d]));
            sums[row][0] += (vi)_mm256_madd_epi16(pairs, ones);
        }
    }
#endif
}

INLINE void tile(const Dense *dense, Rounded from, int row, int column, int blocks, int depth, int kind,
                 const float *added, float *to) {
    vi sums[ROWS][BLOCKS];
    memset(sums, 0, sizeof sums);
    add_products(from.codes + (size_t)row * dense->inputs,
                 dense->codes + (size_t)column * dense->inputs, dense->inputs, blocks, depth, sums);
    EVERY(ROWS, r) EVERY(blocks, block) {
        const int output = column + block * LANES;
        const size_t at = (size_t)(row + r) * dense->outputs + output;
        vf value = __builtin_convertvector(sums[r][block], vf) * from.step[row + r];
        value = (value + AT(dense->sums + output) * from.least[row + r]) * AT(dense->steps + output);
        value += AT(dense->bias + output);
        if (kind == GELU) value = gelu(value);
        if (added) value += AT(added + at);
        PUT(to + at, value);
    }
}

/* to = kind(from x dense + bias) + added; rows is a multiple of ROWS. */
static void multiply(const Dense *dense, Rounded from, int rows, int kind, const float *added, float *to) {
#define TILES(blocks, depth, kind) \
    for (int row = 0; row < rows; row += ROWS) \
        tile(dense, from, row, column, blocks, depth, kind, added, to)
    int column = 0;
    for (; column + BLOCKS * LANES <= dense->outputs; column += BLOCKS * LANES) {
        const int deep = dense->deep[column / LANES];
        if (deep && kind == GELU) TILES(BLOCKS, 4, GELU);
        else if (deep) TILES(BLOCKS, 4, PLAIN);
        else if (kind == GELU) TILES(BLOCKS, 2, GELU);
        else TILES(BLOCKS, 2, PLAIN);
    }
    for (; column < dense->outputs; column += LANES) TILES(1, 2, kind);
}

/* c (m x n) = a (m x k) times b (k x n), n a multiple of 2 x LANES and m of 4. */
static void small_product(int m, int n, int k, const float *a, int a_width, const float *b, int b_width,
                          float *c, int c_width) {
    for (int i = 0; i < m; i += 4)
        for (int j = 0; j < n; j += 2 * LANES) {
            vf sums[4][2] = {{{0}}};
            for (int l = 0; l < k; l++) {
                const vf left = AT(b + l * b_width + j), right = AT(b + l * b_width + j + LANES);
                EVERY(4, r) {
                    const vf one = all(a[(i + r) * a_width + l]);
                    sums[r][0] += one * left;
                    sums[r][1] += one * right;
                }
            }
            EVERY(4, r) {
                PUT(c + (i + r) * c_width + j, sums[r][0]);
                PUT(c + (i + r) * c_width + j + LANES, sums[r][1]);
            }
        }
}

INLINE int up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

/* One text's attention; rows: queries, keys and values, its first row on; to: its rows mixed.
 * spare: (width + 2 x length) x padded floats.  Rows behind the text's are read and thrown away. */
static void attend(const float *rows, int length, int hidden, int heads, float *to, float *spare) {
    const int width = hidden / heads, padded = up(length, 2 * LANES), tall = up(length, 4);
    float *keys = spare, *shares = keys + width * padded, *mixed = shares + tall * padded;
    const float scale = 1.0f / __builtin_sqrtf(width);
    EVERY(heads, head) {
        const float *query = rows + head * width, *key = query + hidden, *value = key + hidden;
        EVERY(width, i) {
            EVERY(length, j) keys[i * padded + j] = key[(size_t)j * 3 * hidden + i] * scale;
            for (int j = length; j < padded; j++) keys[i * padded + j] = 0;
        }
        small_product(tall, padded, width, query, 3 * hidden, keys, padded, shares, padded);
        EVERY(length, i) {
            float *row = shares + i * padded;
            for (int j = length; j < padded; j++) row[j] = -1e30f;
            vf high = AT(row), sum = {0};
            for (int j = LANES; j < padded; j += LANES) high = largest(high, AT(row + j));
            float most = high[0];
            EVERY(LANES, l) most = high[l] > most ? high[l] : most;
            for (int j = 0; j < padded; j += LANES) {
                vf share = exponential(AT(row + j) - most);
                PUT(row + j, share);
                sum += share;
            }
            const float per_sum = 1.0f / (total(sum));
            for (int j = 0; j < padded; j += LANES) PUT(row + j, AT(row + j) * per_sum);
        }
        small_product(tall, width, length, shares, padded, value, 3 * hidden, mixed, width);
        EVERY(length, i) memcpy(to + (size_t)i * hidden + head * width, mixed + i * width, 4 * width);
    }
}

static void embed(const Encoder *encoder, int64_t word, int place, float *to) {
    const int hidden = encoder->hidden;
    const uint8_t *codes = encoder->words + (size_t)word * hidden / 2;
    const float *scales = encoder->word_scales + (size_t)word * hidden / WORD_BLOCK;
    const float *position = encoder->positions + (size_t)place * hidden;
    EVERY(hidden / 2, i) {
        const float scale = scales[2 * i / WORD_BLOCK];
        to[2 * i] = (float)((int8_t)(codes[i] << 4) >> 4) * scale + position[2 * i];
        to[2 * i + 1] = (float)((int8_t)codes[i] >> 4) * scale + position[2 * i + 1];
    }
    normalise(to, hidden, encoder->norm, encoder->epsilon);
}

static void round_rows(const float *rows, int count, int width, Rounded to) {
    EVERY(count, row) round_row(rows + (size_t)row * width, width, to, row);
}

/* What encode needs beside its results; in bytes. */
size_t spare_bytes(const Encoder *encoder, int tokens, int longest) {
    const size_t rows = up(tokens, ROWS) + 4, hidden = encoder->hidden;
    const size_t inner = encoder->layer[0].inner.outputs, padded = up(longest, 2 * LANES);
    const size_t wide = inner > 3 * hidden ? inner : 3 * hidden;
    return 4 * rows * (2 * hidden + wide + 2) + rows * inner +
           4 * (padded + 4) * (2 * padded + 2 * hidden) + 8 * ALIGN;
}

static void *take(char **spare, size_t bytes) {
    void *taken = *spare;
    *spare += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    return taken;
}

/* States of all tokens, (tokens x hidden), of texts whose tokens begin at starts[0..texts - 1] and
 * end at starts[texts].  spare: spare_bytes of zeros, aligned to 64; it may be used again. */
void encode(const Encoder *encoder, const int64_t *ids, const int32_t *starts, int texts,
            float *states, char *spare) {
    const int hidden = encoder->hidden, tokens = starts[texts], rows = up(tokens, ROWS);
    const int inner = encoder->layer[0].inner.outputs;
    const int wide = inner > 3 * hidden ? inner : 3 * hidden;
    float *now = take(&spare, 4 * (size_t)rows * hidden);
    float *mixed = take(&spare, 4 * (size_t)rows * hidden);
    float *between = take(&spare, 4 * (size_t)(rows + 4) * wide);
    Rounded rounded = {take(&spare, (size_t)rows * inner), take(&spare, 4 * rows), take(&spare, 4 * rows)};
    EVERY(texts, text) for (int at = starts[text]; at < starts[text + 1]; at++)
        embed(encoder, ids[at], at - starts[text], now + (size_t)at * hidden);
    for (int at = tokens; at < rows; at++) {
        memset(now + (size_t)at * hidden, 0, 4 * hidden);
        memset(mixed + (size_t)at * hidden, 0, 4 * hidden);
    }
    EVERY(encoder->layers, number) {
        const Layer *layer = encoder->layer + number;
        round_rows(now, rows, hidden, rounded);
        multiply(&layer->projection, rounded, rows, PLAIN, NULL, between);
        EVERY(texts, text)
            attend(between + (size_t)starts[text] * 3 * hidden, starts[text + 1] - starts[text], hidden,
                   encoder->heads, mixed + (size_t)starts[text] * hidden, (float *)spare);
        round_rows(mixed, rows, hidden, rounded);
        multiply(&layer->attended, rounded, rows, PLAIN, now, now);
        EVERY(rows, row) normalise(now + (size_t)row * hidden, hidden, layer->first, encoder->epsilon);
        for (int row = 0; row < rows; row += STRIP) {
            float *strip = now + (size_t)row * hidden;
            const int count = rows - row < STRIP ? rows - row : STRIP;
            round_rows(strip, count, hidden, rounded);
            multiply(&layer->inner, rounded, count, GELU, NULL, between);
            round_rows(between, count, inner, rounded);
            multiply(&layer->outer, rounded, count, PLAIN, strip, strip);
        }
        EVERY(rows, row) normalise(now + (size_t)row * hidden, hidden, layer->second, encoder->epsilon);
    }
    memcpy(states, now, 4 * (size_t)tokens * hidden);
}

/* Rows of floats times a dense layer; for tests, and for a look at whether this machine adds up.
 * rows is a multiple of ROWS. */
void product(const Dense *dense, const float *from, int rows, float *to, char *spare) {
    Rounded rounded = {take(&spare, (size_t)rows * dense->inputs), take(&spare, 4 * rows), take(&spare, 4 * rows)};
    round_rows(from, rows, dense->inputs, rounded);
    multiply(dense, rounded, rows, PLAIN, NULL, to);
}

/* Outputs in a block of a Dense's codes. */
int lanes(void) { return LANES; }

/* Whether this processor has what this library was compiled for. */
int runs_here(void) {
#if defined(PORTABLE)
    return 1;
#elif defined(__AVX512VNNI__)
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#else
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
}
