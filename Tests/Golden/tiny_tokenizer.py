"""A working SentencePiece-style BPE tokenizer of 304 pieces, with Phi-3's added tokens behind them.

The pieces are trained on the sentences below; 256 of them are bytes, so every text has ids.
"""

import io
import json

import gguf
import sentencepiece

UNKNOWN, BOS, EOS = 0, 1, 2
PIECES = 304
END_OF_TEXT = PIECES

SPECIALS = ["<|endoftext|>", "<|assistant|>", "<|placeholder1|>", "<|placeholder2|>", "<|placeholder3|>",
            "<|placeholder4|>", "<|system|>", "<|end|>", "<|placeholder5|>", "<|placeholder6|>", "<|user|>"]  # fmt: skip

# Phi-3-mini's chat format, as its tokenizer_config.json spells it: engines know a format by this text.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)

SENTENCES = """the swift flies over the barn and the river in the evening
there is a swift in the tower and another in the eaves
when the rain comes the swifts rise above it and wait
a small bird with long wings sleeps in the air
in the summer they are here and in the winter they are not""".splitlines()


def train():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES), model_writer=model, model_type="bpe", vocab_size=PIECES,
        byte_fallback=True, character_coverage=1.0, unk_id=UNKNOWN, bos_id=BOS, eos_id=EOS, pad_id=-1,
        normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1, minloglevel=2)  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


PROCESSOR = train()


def table(vocabulary_size, chat):
    """Texts, scores and GGUF token types of every id; ids that mean nothing are unused."""
    kind = gguf.TokenType
    tokens = [PROCESSOR.id_to_piece(i) for i in range(PIECES)]
    scores = [PROCESSOR.get_score(i) for i in range(PIECES)]
    kinds = [
        kind.UNKNOWN if i == UNKNOWN else kind.CONTROL if PROCESSOR.is_control(i)
        else kind.BYTE if PROCESSOR.is_byte(i) else kind.NORMAL
        for i in range(PIECES)
    ]  # fmt: skip
    specials = SPECIALS if chat else []
    unused = [f"[PAD{i}]" for i in range(PIECES + len(specials), vocabulary_size)]
    tokens += specials + unused
    scores += [-1000.0] * (len(specials) + len(unused))
    kinds += [kind.CONTROL] * len(specials) + [kind.UNUSED] * len(unused)
    return tokens, scores, [int(k) for k in kinds]


def merges(vocabulary):
    """Every way to put a piece together from two others, in the order in which the pieces were learnt."""
    return [
        [piece[:cut], piece[cut:]]
        for piece, identifier in sorted(vocabulary.items(), key=lambda item: item[1])
        if not PROCESSOR.is_byte(identifier) and not PROCESSOR.is_control(identifier)
        for cut in range(1, len(piece))
        if piece[:cut] in vocabulary and piece[cut:] in vocabulary
    ]


def added_tokens(chat):
    named = [(UNKNOWN, "<unk>"), (BOS, "<s>"), (EOS, "</s>")]
    named += [(PIECES + i, text) for i, text in enumerate(SPECIALS)] if chat else []
    strips = [EOS] + [i for i, text in named if text.startswith("<|") and i != END_OF_TEXT]
    return [
        {"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": chat and i in strips,
         "normalized": False, "special": not (chat and i == EOS)}
        for i, text in named
    ]  # fmt: skip


def write(folder, chat):
    vocabulary = {PROCESSOR.id_to_piece(i): i for i in range(PIECES)}
    to_marks = [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]
    to_spaces = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                 {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]  # fmt: skip
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added_tokens(chat),
        "normalizer": {"type": "Sequence", "normalizers": to_marks},
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": to_spaces},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True,
            "vocab": vocabulary, "merges": [" ".join(pair) for pair in merges(vocabulary)],
        },
    }  # fmt: skip
    end = "<|endoftext|>" if chat else "</s>"
    config = {
        "add_bos_token": False, "add_eos_token": False, "bos_token": "<s>", "eos_token": end, "unk_token": "<unk>",
        "added_tokens_decoder": {
            str(token["id"]): {key: value for key, value in token.items() if key != "id"}
            for token in added_tokens(chat)
        },
        "tokenizer_class": "LlamaTokenizer",
    }  # fmt: skip
    if chat:
        config["chat_template"] = CHAT_TEMPLATE
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    check(folder, added_tokens(chat))


def check(folder, added):
    """tokenizer.json and the trained model must agree, or the files are worthless."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in SENTENCES + ["Zürich, 東京!", " two  spaces", "theswiftther"]:
        assert tokenizer.encode(text, add_special_tokens=False).ids == PROCESSOR.encode(text), text
    for token in added:
        assert tokenizer.token_to_id(token["content"]) == token["id"], token
