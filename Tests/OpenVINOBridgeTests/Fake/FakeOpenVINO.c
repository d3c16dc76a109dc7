// A library with the functions of OpenVINO's C API that the bridge calls, for what the real one does not do on demand: an old
// version, a device that fails, a model with other inputs. Its model has a vocabulary of 320 and answers every token with the
// next one. Built by the tests, with what is to go wrong as macros.

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "2026.4.1-1-fake"
#endif
#ifndef DEVICES
#define DEVICES "CPU"
#endif
// The run that fails, counted from 1 over the life of the process; 0 for none.
#ifndef FAILING_RUN
#define FAILING_RUN 0
#endif
#ifndef FAILING_COMPILE
#define FAILING_COMPILE 0
#endif
#ifndef FAILING_REQUEST
#define FAILING_REQUEST 0
#endif
#ifndef POSITIONS
#define POSITIONS "position_ids"
#endif
#ifndef COLUMNS
#define COLUMNS 320
#endif

enum { VOCABULARY = 320, F32 = 4, I32 = 9, I64 = 10, GENERAL_ERROR = -1 };

typedef struct {
    const char *name;
    uint32_t type;
    int64_t rank;
} port;
typedef struct {
    uint32_t type;
    int64_t rank, extents[4];
    void *data;
    int owners;
} tensor;
typedef struct {
    char *text;
    bool selects;
} model;
typedef struct {
    bool selects;
    char *settings;
} compiled;
typedef struct {
    tensor *inputs[8];
    tensor *logits;
    int64_t cached;
    bool selects;
} request;
typedef struct {
    const char *key;
    const void *value;
} property;

static const char *message = "";
static const port ports[] = {{"input_ids", I64, 2},   {"attention_mask", I64, 2},     {POSITIONS, I64, 2},
                             {"beam_idx", I32, 1},    {"swiftlet_first_row", I64, 1}};

static char *copy(const char *text) { return strcpy(malloc(strlen(text) + 1), text); }
static int fail(const char *reason) {
    message = reason;
    return GENERAL_ERROR;
}

const char *ov_get_last_err_msg(void) { return copy(message); }
const char *ov_get_error_info(int status) { return "general error"; }
void ov_free(const char *text) { free((void *)text); }

int ov_get_openvino_version(const char **version) {
    version[0] = copy(VERSION);
    version[1] = copy("fake");
    return 0;
}
void ov_version_free(const char **version) {
    free((void *)version[0]);
    free((void *)version[1]);
}

int ov_core_create(void **core) {
    *core = malloc(1);
    return 0;
}
void ov_core_free(void *core) { free(core); }

typedef struct {
    char **names;
    size_t count;
} names;
int ov_core_get_available_devices(void *core, names *list) {
    list->names = malloc(sizeof(char *));
    list->names[0] = copy(DEVICES);
    list->count = 1;
    return 0;
}
void ov_available_devices_free(names *list) {
    free(list->names[0]);
    free(list->names);
}
int ov_core_get_property(void *core, const char *device, const char *key, char **value) {
    if (strcmp(key, "SUPPORTED_PROPERTIES") == 0) *value = copy("FULL_DEVICE_NAME WEIGHTS_PATH");
    else if (strcmp(key, "FULL_DEVICE_NAME") == 0) *value = copy("A  device of   nobody");
    else if (strcmp(key, "OPTIMIZATION_CAPABILITIES") == 0) *value = copy("FP32 WINOGRAD INT8 EXPORT_IMPORT");
    else if (strcmp(key, "NPU_DEVICE_TOTAL_MEM_SIZE") == 0) *value = copy("1073741824");
    else return fail("Exception from src/x.cpp:1:\nno such property");
    return 0;
}

int ov_core_read_model(void *core, const char *xml, const char *bin, void **result) {
    FILE *file = fopen(xml, "rb");
    if (!file) return fail("cannot open");
    model *made = calloc(1, sizeof *made);
    made->text = calloc(1, 1 << 20);
    size_t count = fread(made->text, 1, (1 << 20) - 1, file);
    fclose(file);
    for (size_t i = 0; i + 18 < count; i++) made->selects |= memcmp(made->text + i, "swiftlet_first_row", 18) == 0;
    *result = made;
    return 0;
}
void ov_model_free(void *handle) {
    free(((model *)handle)->text);
    free(handle);
}

static int compile(model *from, compiled **result) {
    if (FAILING_COMPILE) return fail("Exception from src/inference/src/x.cpp:117:\nthe compiler of the device gave up\n\n");
    *result = calloc(1, sizeof **result);
    (*result)->selects = from->selects;
    (*result)->settings = calloc(1, 4096);
    return 0;
}
static void keep(compiled *made, const char *key, const char *value) {
    snprintf(made->settings + strlen(made->settings), 4096 - strlen(made->settings), "%s=%s;", key, value);
}
#ifdef VARIADIC
int ov_core_compile_model(void *core, void *from, const char *device, size_t count, compiled **result, ...) {
    if (compile(from, result)) return GENERAL_ERROR;
    va_list list;
    va_start(list, result);
    for (size_t i = 0; i < count; i += 2) {
        const char *key = va_arg(list, const char *);
        keep(*result, key, va_arg(list, const char *));
    }
    va_end(list);
    return 0;
}
#else
int ov_core_compile_model_props(
    void *core, void *from, const char *device, size_t count, const property *settings, compiled **result) {
    if (compile(from, result)) return GENERAL_ERROR;
    for (size_t i = 0; i < count; i++) keep(*result, settings[i].key, settings[i].value);
    return 0;
}
#endif

void ov_compiled_model_free(compiled *handle) {
    free(handle->settings);
    free(handle);
}
int ov_compiled_model_get_property(compiled *handle, const char *key, char **value) {
    if (strcmp(key, "EXECUTION_DEVICES") == 0) *value = copy(DEVICES);
    else if (strcmp(key, "SETTINGS") == 0) *value = copy(handle->settings);
    else return fail("no such property");
    return 0;
}
int ov_compiled_model_inputs_size(compiled *handle, size_t *count) {
    *count = handle->selects ? 5 : 4;
    return 0;
}
int ov_compiled_model_input_by_index(compiled *handle, size_t index, void **result) {
    *result = memcpy(malloc(sizeof(port)), &ports[index], sizeof(port));
    return 0;
}
int ov_compiled_model_outputs_size(compiled *handle, size_t *count) {
    *count = 1;
    return 0;
}
int ov_compiled_model_output_by_index(compiled *handle, size_t index, void **result) {
    port logits = {"logits", F32, 3};
    *result = memcpy(malloc(sizeof(port)), &logits, sizeof(port));
    return 0;
}
int ov_compiled_model_create_infer_request(compiled *handle, request **result) {
    if (FAILING_REQUEST) return fail("no memory left on the device");
    *result = calloc(1, sizeof **result);
    (*result)->selects = handle->selects;
    return 0;
}

int ov_port_get_any_name(port *handle, char **name) {
    *name = copy(handle->name);
    return 0;
}
int ov_port_get_element_type(port *handle, uint32_t *type) {
    *type = handle->type;
    return 0;
}
typedef struct {
    int64_t rank[2];
    int64_t (*extents)[2];
} bounds;
int ov_port_get_partial_shape(port *handle, bounds *shape) {
    shape->rank[0] = shape->rank[1] = handle->rank;
    shape->extents = malloc(sizeof(int64_t[2]) * handle->rank);
    for (int64_t i = 0; i < handle->rank; i++) {
        shape->extents[i][0] = 0;
        shape->extents[i][1] = -1;
    }
    if (handle->rank == 3) shape->extents[2][0] = shape->extents[2][1] = COLUMNS;
    return 0;
}
void ov_partial_shape_free(bounds *shape) { free(shape->extents); }
void ov_output_const_port_free(void *handle) { free(handle); }

typedef struct {
    int64_t rank;
    int64_t *extents;
} shape;
static tensor *make(uint32_t type, int64_t rank, const int64_t *extents) {
    tensor *made = calloc(1, sizeof *made);
    made->type = type;
    made->rank = rank;
    made->owners = 1;
    size_t count = 1;
    for (int64_t i = 0; i < rank; i++) count *= made->extents[i] = extents[i];
    made->data = calloc(count + 1, type == I64 ? 8 : 4);
    return made;
}
int ov_tensor_create(uint32_t type, shape of, tensor **result) {
    *result = make(type, of.rank, of.extents);
    return 0;
}
void ov_tensor_free(tensor *handle) {
    if (handle && --handle->owners == 0) {
        free(handle->data);
        free(handle);
    }
}
int ov_tensor_data(tensor *handle, void **data) {
    *data = handle->data;
    return 0;
}
int ov_tensor_get_element_type(tensor *handle, uint32_t *type) {
    *type = handle->type;
    return 0;
}
int ov_tensor_get_shape(tensor *handle, shape *result) {
    result->rank = handle->rank;
    result->extents = memcpy(malloc(sizeof(int64_t) * 4), handle->extents, sizeof(int64_t) * 4);
    return 0;
}
int ov_shape_free(shape *handle) {
    free(handle->extents);
    return 0;
}

int ov_infer_request_set_tensor(request *handle, const char *name, tensor *value) {
    for (int i = 0; i < 5; i++)
        if (strcmp(ports[i].name, name) == 0) {
            ov_tensor_free(handle->inputs[i]);
            handle->inputs[i] = value;
            value->owners++;
            return 0;
        }
    return fail("no such input");
}
int ov_infer_request_infer(request *handle) {
    static int runs = 0;
    if (++runs == FAILING_RUN) return fail("Exception from src/x.cpp:1:\nthe device was lost");
    const int64_t *ids = handle->inputs[0]->data, *positions = handle->inputs[2]->data;
    int64_t count = handle->inputs[0]->extents[1];
    // The cache and what is said of it must agree.
    if (handle->inputs[1]->extents[1] != handle->cached + count) return fail("a mask of another length");
    for (int64_t i = 0; i < count; i++)
        if (positions[i] != handle->cached + i) return fail("positions that do not follow");
    handle->cached += count;
    int64_t first = handle->selects ? ((int64_t *)handle->inputs[4]->data)[1] : 0;
    int64_t extents[3] = {1, count - first, VOCABULARY};
    ov_tensor_free(handle->logits);
    handle->logits = make(F32, 3, extents);
    for (int64_t i = first; i < count; i++)
        ((float *)handle->logits->data)[(i - first) * VOCABULARY + (ids[i] + 1) % VOCABULARY] = 1;
    return 0;
}
int ov_infer_request_get_tensor(request *handle, const char *name, tensor **result) {
    if (!handle->logits) return fail("nothing was run");
    handle->logits->owners++;
    *result = handle->logits;
    return 0;
}
void ov_infer_request_free(request *handle) {
    for (int i = 0; i < 5; i++) ov_tensor_free(handle->inputs[i]);
    ov_tensor_free(handle->logits);
    free(handle);
}
