// The logits that llama.cpp computes: `logits MODEL.gguf TOKENS OUT.f32 ID…` writes a row of floats for each id, as the
// machine has them. Built against a checkout by agree.py.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "llama.h"

int main(int count, char ** arguments) {
    if (count < 5) {
        std::fprintf(stderr, "usage: logits MODEL.gguf THREADS OUT.f32 ID...\n");
        return 64;
    }
    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level >= GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
    }, nullptr);
    llama_backend_init();
    llama_model * model = llama_model_load_from_file(arguments[1], llama_model_default_params());
    if (!model) return 65;

    std::vector<llama_token> ids;
    for (int i = 4; i < count; ++i) ids.push_back(std::atoi(arguments[i]));
    llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = (uint32_t) ids.size();
    parameters.n_threads = parameters.n_threads_batch = std::atoi(arguments[2]);
    // As exact as it can: no half precision in the cache.
    parameters.type_k = parameters.type_v = GGML_TYPE_F32;
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context * context = llama_init_from_model(model, parameters);
    if (!context) return 70;

    llama_batch batch = llama_batch_init((int32_t) ids.size(), 0, 1);
    for (size_t i = 0; i < ids.size(); ++i) {
        batch.token[i] = ids[i];
        batch.pos[i] = (llama_pos) i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = 1;
    }
    batch.n_tokens = (int32_t) ids.size();
    if (llama_decode(context, batch) != 0) return 70;

    const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    std::FILE * file = std::fopen(arguments[3], "wb");
    if (!file) return 74;
    for (size_t i = 0; i < ids.size(); ++i) {
        std::fwrite(llama_get_logits_ith(context, (int32_t) i), sizeof(float), vocabulary, file);
    }
    return std::fclose(file) == 0 ? 0 : 74;
}
