// A library with the functions of ONNX Runtime's C API that the bridge calls, for what the real one does not do on demand: an old version,
// a provider that fails, a model with other inputs. Its model answers every token with the next one, and proves at every run that the
// cache holds what the runs before it left there. Built by the tests, with what is to go wrong as macros.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "1.32.0"
#endif
// The provider before the CPU's.
#ifndef PROVIDER
#define PROVIDER "DmlExecutionProvider"
#endif
// The run that fails, counted from 1 over the life of the process; 0 for none.
#ifndef FAILING_RUN
#define FAILING_RUN 0
#endif
// A code of OrtErrorCode.
#ifndef FAILING_SESSION
#define FAILING_SESSION 0
#endif
#ifndef FAILING_PROVIDER
#define FAILING_PROVIDER 0
#endif
// What is logged before the provider fails; NULL for nothing.
#ifndef LOGGED
#define LOGGED NULL
#endif
// Of three operations, how many are left to the CPU.
#ifndef LEFT_TO_CPU
#define LEFT_TO_CPU 0
#endif
#ifndef FAILING_BINDING
#define FAILING_BINDING 0
#endif
// Whether a run lasts until it is broken off.
#ifndef ENDLESS
#define ENDLESS 0
#endif
// Whether several tokens are always the first ones, and the cache is read nowhere but where it is written, as DirectML's attention has it.
#ifndef BY_TOKEN
#define BY_TOKEN 0
#endif
#ifndef POSITIONS
#define POSITIONS 0
#endif
#ifndef MASK
#define MASK "attention_mask"
#endif
#ifndef LOGITS
#define LOGITS "logits"
#endif
#ifndef EXTRA
#define EXTRA 0
#endif
#ifndef COLUMNS
#define COLUMNS 320
#endif
#ifndef HEADS
#define HEADS 2
#endif
// Of keys, values and logits: 1 for f32, 10 for f16, 16 for bf16.
#ifndef TYPE
#define TYPE 1
#endif
// Whether the last rows alone can be asked for.
#ifndef TAKES_CHANGES
#define TAKES_CHANGES 1
#endif

enum { LAYERS = 2, SIZE = 4, VOCABULARY = 320, I64 = 7, FAIL = 1 };

typedef struct {
    int code;
    char words[256];
} status;
typedef struct {
    int type;
    int64_t rank, extents[4];
} info;
typedef struct {
    info of;
    void *data;
    bool isOwn;
    int owners;
} value;
typedef struct {
    bool tellsAssignment;
} options;
typedef struct {
    bool selects, tellsAssignment;
} session;
typedef struct {
    volatile bool isTerminated;
} runOptions;
typedef struct {
    char names[32][64];
    value *values[32];
    // Made anew at every run.
    bool isFree[32];
    int count;
} ports;
typedef struct {
    session *of;
    ports in, out;
} binding;

static status *fail(int code, const char *words) {
    status *made = calloc(1, sizeof *made);
    made->code = code;
    snprintf(made->words, sizeof made->words, "%s", words);
    return made;
}
static char *copy(const char *text) { return strcpy(malloc(strlen(text) + 1), text); }
static status *unknown(void) { return fail(FAIL, "a function that the fake does not have"); }

static int errorCode(status *of) { return of->code; }
static const char *errorMessage(status *of) { return of->words; }
static void release(void *object) { free(object); }
static status *make(void **result) {
    *result = calloc(1, 8192);
    return NULL;
}
typedef void (*logger)(void *given, int severity, const char *category, const char *name, const char *place, const char *message);
static logger logged;
static status *createEnvironment(logger log, void *given, int level, const char *name, void **result) {
    logged = log;
    return make(result);
}
static status *nothing(void) { return NULL; }

static status *availableProviders(char ***names, int *count) {
    *names = malloc(2 * sizeof(char *));
    (*names)[0] = copy(PROVIDER);
    (*names)[1] = copy("CPUExecutionProvider");
    *count = 2;
    return NULL;
}
static status *freeProviders(char **names, int count) {
    for (int i = 0; i < count; i++) free(names[i]);
    free(names);
    return NULL;
}
static status *allocatorFree(void *allocator, void *memory) {
    free(memory);
    return NULL;
}

static status *appendProvider(options *to, const char *name, const char *const *keys, const char *const *values, size_t count) {
    if (FAILING_PROVIDER && LOGGED) logged(NULL, 3, "onnxruntime", "Default", "x.cc:1", LOGGED);
    if (FAILING_PROVIDER) return fail(FAIL, "/onnxruntime_src/onnxruntime/core/x.cc:1 no adapter was found");
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i], "device_id") != 0) return fail(2, "an unknown setting of the provider");
    return NULL;
}
static status *addConfigEntry(options *to, const char *key, const char *text) {
    if (strcmp(key, "session.record_ep_graph_assignment_info") == 0) to->tellsAssignment = strcmp(text, "1") == 0;
    return strcmp(key, "no.such") == 0 ? fail(2, "no such entry") : NULL;
}

static status *makeSession(bool selects, options *with, session **result) {
    if (FAILING_SESSION) return fail(FAILING_SESSION, "/onnxruntime_src/onnxruntime/core/x.cc:182 the model was refused");
    *result = calloc(1, sizeof **result);
    (*result)->selects = selects;
    (*result)->tellsAssignment = with->tellsAssignment;
    return NULL;
}
static status *createSession(void *environment, const char *path, options *with, session **result) {
    return makeSession(false, with, result);
}
static status *createSessionFromArray(void *environment, const char *bytes, size_t count, options *with, session **result) {
    if (!TAKES_CHANGES) return fail(FAIL, "only files");
    bool selects = false;
    for (size_t i = 0; i + 18 <= count; i++) selects |= memcmp(bytes + i, "swiftlet_first_row", 18) == 0;
    return makeSession(selects, with, result);
}

// Inputs: ids, mask, positions, first row, what nobody knows, and the cache.
static int inputs(session *of, char names[32][64], info *infos) {
    int count = 0;
    info ids = {I64, 2, {-1, -1}};
    strcpy(names[count], "input_ids");
    infos[count++] = ids;
    strcpy(names[count], MASK);
    infos[count++] = ids;
    if (POSITIONS) {
        strcpy(names[count], "position_ids");
        infos[count++] = ids;
    }
    if (of->selects) {
        info row = {I64, 1, {1}};
        strcpy(names[count], "swiftlet_first_row");
        infos[count++] = row;
    }
    if (EXTRA) {
        strcpy(names[count], "beam_idx");
        infos[count++] = ids;
    }
    for (int i = 0; i < 2 * LAYERS; i++) {
        info cache = {TYPE, 4, {-1, HEADS, -1, SIZE}};
        snprintf(names[count], 64, "past_key_values.%d.%s", i / 2, i % 2 ? "value" : "key");
        infos[count++] = cache;
    }
    return count;
}
static int outputs(char names[32][64], info *infos) {
    int count = 0;
    info logits = {TYPE, 3, {-1, -1, COLUMNS}};
    strcpy(names[count], LOGITS);
    infos[count++] = logits;
    for (int i = 0; i < 2 * LAYERS; i++) {
        info cache = {TYPE, 4, {-1, HEADS, -1, SIZE}};
        snprintf(names[count], 64, "present.%d.%s", i / 2, i % 2 ? "value" : "key");
        infos[count++] = cache;
    }
    return count;
}
static status *inputCount(session *of, size_t *count) {
    char names[32][64];
    info infos[32];
    *count = inputs(of, names, infos);
    return NULL;
}
static status *outputCount(session *of, size_t *count) {
    char names[32][64];
    info infos[32];
    *count = outputs(names, infos);
    return NULL;
}
static status *inputName(session *of, size_t index, void *allocator, char **name) {
    char names[32][64];
    info infos[32];
    inputs(of, names, infos);
    *name = copy(names[index]);
    return NULL;
}
static status *outputName(session *of, size_t index, void *allocator, char **name) {
    char names[32][64];
    info infos[32];
    outputs(names, infos);
    *name = copy(names[index]);
    return NULL;
}
static status *inputType(session *of, size_t index, info **result) {
    char names[32][64];
    info infos[32];
    inputs(of, names, infos);
    *result = memcpy(malloc(sizeof(info)), &infos[index], sizeof(info));
    return NULL;
}
static status *outputType(session *of, size_t index, info **result) {
    char names[32][64];
    info infos[32];
    outputs(names, infos);
    *result = memcpy(malloc(sizeof(info)), &infos[index], sizeof(info));
    return NULL;
}
static status *outputMemory(session *of, void **memories, size_t count) {
    static int device;
    for (size_t i = 0; i < count; i++) memories[i] = &device;
    return NULL;
}

// Two parts of the graph: what the provider computes, and what is left. Parts and operations are addresses of numbers.
static const char *const kinds[] = {"MatMul", "MatMul", "GroupQueryAttention"};
static const int places[] = {0, 1, 2};
static const void *const partsOfGraph[] = {&places[0], &places[1]}, *const operationsOfGraph[] = {&places[0], &places[1], &places[2]};
static status *parts(session *of, const void *const **list, size_t *count) {
    if (!of->tellsAssignment) return fail(FAIL, "it was not recorded");
    *list = partsOfGraph;
    *count = LEFT_TO_CPU ? 2 : 1;
    return NULL;
}
static status *partProvider(const int *of, const char **name) {
    *name = *of == 0 ? PROVIDER : "CPUExecutionProvider";
    return NULL;
}
static status *partOperations(const int *of, const void *const **list, size_t *count) {
    *list = operationsOfGraph + (*of == 0 ? 0 : 3 - LEFT_TO_CPU);
    *count = *of == 0 ? 3 - LEFT_TO_CPU : LEFT_TO_CPU;
    return NULL;
}
static status *operationKind(const int *of, const char **kind) {
    *kind = kinds[*of];
    return NULL;
}

static status *tensorInfo(info *of, info **result) {
    *result = of;
    return NULL;
}
static status *elementType(info *of, int *type) {
    *type = of->type;
    return NULL;
}
static status *rank(info *of, size_t *count) {
    *count = of->rank;
    return NULL;
}
static status *extents(info *of, int64_t *into, size_t count) {
    memcpy(into, of->extents, count * 8);
    return NULL;
}

static status *createHostMemoryInfo(int allocator, int memory, void **result) { return make(result); }
static size_t bytes(info of) {
    size_t count = of.type == I64 ? 8 : of.type == 1 ? 4 : 2;
    for (int64_t i = 0; i < of.rank; i++) count *= of.extents[i];
    return count;
}
static status *createTensor(void *memory, void *data, size_t count, const int64_t *shape, size_t rank, int type, value **result) {
    value *made = calloc(1, sizeof *made);
    made->of.type = type;
    made->of.rank = rank;
    memcpy(made->of.extents, shape, rank * 8);
    made->data = data;
    made->owners = 1;
    *result = made;
    return bytes(made->of) > count ? fail(2, "not enough memory for the shape") : NULL;
}
static value *own(info of) {
    value *made = calloc(1, sizeof *made);
    made->of = of;
    made->data = calloc(1, bytes(of) + 8);
    made->isOwn = true;
    made->owners = 1;
    return made;
}
static void freeValue(value *of) {
    if (!of || --of->owners > 0) return;
    if (of->isOwn) free(of->data);
    free(of);
}
static status *createAllocator(session *of, void *memory, void **result) { return make(result); }
static status *allocateTensor(void *allocator, const int64_t *shape, size_t rank, int type, value **result) {
    info of = {type, rank};
    memcpy(of.extents, shape, rank * 8);
    *result = own(of);
    return NULL;
}
static status *tensorData(value *of, void **data) {
    *data = of->data;
    return NULL;
}
static status *tensorType(value *of, info **result) {
    *result = memcpy(malloc(sizeof(info)), &of->of, sizeof(info));
    return NULL;
}

static status *setTerminate(runOptions *of) {
    of->isTerminated = true;
    return NULL;
}
static status *unsetTerminate(runOptions *of) {
    of->isTerminated = false;
    return NULL;
}
static status *createBinding(session *of, binding **result) {
    if (FAILING_BINDING) return fail(FAIL, "no memory left on the device");
    *result = calloc(1, sizeof **result);
    (*result)->of = of;
    return NULL;
}
static void clear(ports *of) {
    for (int i = 0; i < of->count; i++) freeValue(of->values[i]);
}
static void freeBinding(binding *of) {
    clear(&of->in);
    clear(&of->out);
    free(of);
}
static status *bind(ports *to, const char *name, value *what) {
    int i = 0;
    while (i < to->count && strcmp(to->names[i], name) != 0) i++;
    if (i == to->count) strcpy(to->names[to->count++], name);
    freeValue(to->values[i]);
    to->values[i] = what;
    to->isFree[i] = !what;
    if (what) what->owners++;
    return NULL;
}
static status *bindInput(binding *of, const char *name, value *what) { return bind(&of->in, name, what); }
static status *bindOutput(binding *of, const char *name, value *what) { return bind(&of->out, name, what); }
static status *bindOutputToMemory(binding *of, const char *name, void *memory) { return bind(&of->out, name, NULL); }
static status *boundOutputs(binding *of, void *allocator, value ***result, size_t *count) {
    *result = malloc(sizeof(value *) * (of->out.count + 1));
    *count = of->out.count;
    for (int i = 0; i < of->out.count; i++) {
        (*result)[i] = of->out.values[i];
        of->out.values[i]->owners++;
    }
    return NULL;
}
static value *named(ports *of, const char *name) {
    for (int i = 0; i < of->count; i++)
        if (strcmp(of->names[i], name) == 0) return of->values[i];
    return NULL;
}

// Small whole numbers are exact in each of the types.
static void put(value *in, int64_t index, int number) {
    float wide = number;
    uint32_t bits;
    memcpy(&bits, &wide, 4);
    if (in->of.type == 1) ((float *)in->data)[index] = wide;
    else if (in->of.type == 16) ((uint16_t *)in->data)[index] = bits >> 16;
    else ((uint16_t *)in->data)[index] = number == 0 ? 0 : (bits >> 13) - (112 << 10);
}
static int get(value *in, int64_t index) {
    uint32_t bits = ((uint32_t *)in->data)[0];
    float wide;
    if (in->of.type == 1) return ((float *)in->data)[index];
    uint16_t half = ((uint16_t *)in->data)[index];
    if (half == 0) return 0;
    bits = in->of.type == 16 ? (uint32_t)half << 16 : ((uint32_t)half + (112 << 10)) << 13;
    memcpy(&wide, &bits, 4);
    return wide;
}

static status *run(session *of, runOptions *with, binding *bound) {
    static int runs = 0;
    if (++runs == FAILING_RUN) return fail(FAIL, "/onnxruntime_src/onnxruntime/core/x.cc:9 the device was lost");
    for (int i = 0; ENDLESS && i < 20000 && !with->isTerminated; i++) usleep(1000);
    if (with->isTerminated) return fail(FAIL, "Exiting due to terminate flag being set to true.");
    value *ids = named(&bound->in, "input_ids"), *mask = named(&bound->in, MASK);
    if (!ids || !mask) return fail(2, "an input is missing");
    int64_t count = ids->of.extents[1], total = 0;
    for (int64_t i = 0; i < mask->of.extents[1]; i++) total += ((int64_t *)mask->data)[i];
    int64_t past = total - count;
    if (past < 0) return fail(2, "a mask that is too short");
    if (BY_TOKEN && count > 1 && past > 0) return fail(2, "several tokens behind others");
    if (POSITIONS)
        for (int64_t i = 0; i < count; i++)
            if (((int64_t *)named(&bound->in, "position_ids")->data)[i] != past + i) return fail(2, "positions that do not follow");
    for (int i = 0; i < 2 * LAYERS; i++) {
        char name[64];
        snprintf(name, 64, "past_key_values.%d.%s", i / 2, i % 2 ? "value" : "key");
        value *from = named(&bound->in, name);
        if (!from || from->of.extents[2] < past) return fail(2, "a cache that is too short");
        int64_t room = from->of.extents[2];
        for (int head = 0; head < HEADS; head++)
            for (int64_t p = 0; p < past; p++)
                for (int d = 0; d < SIZE; d++)
                    if (get(from, (head * room + p) * SIZE + d) != 1 + (p + head + d + i) % 100)
                        return fail(2, "a cache that holds something else");
        int at = 1;
        snprintf(name, 64, "present.%d.%s", i / 2, i % 2 ? "value" : "key");
        while (at < bound->out.count && strcmp(bound->out.names[at], name) != 0) at++;
        if (at == bound->out.count) return fail(2, "an output is missing");
        value *to = bound->out.values[at];
        if (bound->out.isFree[at]) {
            if (BY_TOKEN) return fail(2, "a cache that is not written in place");
            if (to) return fail(2, "an output that is still of the last run's length");
            info wanted = {TYPE, 4, {1, HEADS, total, SIZE}};
            bound->out.values[at] = to = own(wanted);
        } else if (to->data != from->data || room < total) {
            return fail(2, "a cache that is not shared, or too short");
        }
        int64_t length = to->of.extents[2];
        for (int head = 0; head < HEADS; head++)
            for (int64_t p = to->data == from->data ? past : 0; p < total; p++)
                for (int d = 0; d < SIZE; d++) put(to, (head * length + p) * SIZE + d, 1 + (p + head + d + i) % 100);
    }
    int64_t first = of->selects ? *(int64_t *)named(&bound->in, "swiftlet_first_row")->data : 0;
    info wanted = {TYPE, 3, {1, count - first, VOCABULARY}};
    freeValue(bound->out.values[0]);
    bound->out.values[0] = own(wanted);
    for (int64_t i = first; i < count; i++)
        put(bound->out.values[0], (i - first) * VOCABULARY + (((int64_t *)ids->data)[i] + 1) % VOCABULARY, 1);
    return NULL;
}

static void *table[512];
static const void *getAPI(uint32_t version) {
    static const struct {
        int index;
        void *function;
    } entries[] = {
        {1, errorCode}, {2, errorMessage}, {4, createEnvironment}, {6, nothing}, {7, createSession},
        {8, createSessionFromArray}, {10, make}, {17, nothing}, {24, nothing}, {30, inputCount}, {31, outputCount},
        {33, inputType}, {34, outputType}, {36, inputName}, {37, outputName}, {39, make}, {46, setTerminate},
        {47, unsetTerminate}, {48, allocateTensor}, {49, createTensor}, {51, tensorData}, {55, tensorInfo}, {60, elementType}, {61, rank},
        {62, extents}, {65, tensorType}, {69, createHostMemoryInfo}, {76, allocatorFree}, {78, make}, {92, release},
        {93, release}, {94, release}, {95, release}, {96, freeValue}, {97, release}, {98, release}, {99, release},
        {100, release}, {125, availableProviders}, {126, freeProviders}, {130, addConfigEntry}, {131, createAllocator},
        {132, release}, {133, run},
        {134, createBinding}, {135, freeBinding}, {136, bindInput}, {137, bindOutput}, {138, bindOutputToMemory},
        {140, boundOutputs}, {203, nothing}, {216, appendProvider}, {381, outputMemory},
        {407, parts}, {408, partProvider}, {409, partOperations}, {412, operationKind},
    };
    if ((int)version > atoi(strchr(VERSION, '.') + 1)) return NULL;
    for (int i = 0; i < 512; i++) table[i] = unknown;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) table[entries[i].index] = entries[i].function;
    return table;
}
static const char *getVersion(void) { return VERSION; }
static const struct {
    const void *(*api)(uint32_t);
    const char *(*version)(void);
} base = {getAPI, getVersion};
const void *OrtGetApiBase(void) { return &base; }
