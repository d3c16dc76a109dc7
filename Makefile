# Two commands matter: `make run` and `make test`. Both bring what they need, and do nothing twice.

MODEL ?= weights/SmolLM2-135M-Instruct.Q4_1.gguf
DEFAULT_PROMPT := What is the capital of France, and what is it known for?

# The prompt reaches the shell by its environment, unexpanded: quotes and dollars in it mean themselves.
export SWIFTLET_PROMPT := $(if $(value PROMPT),$(value PROMPT),$(DEFAULT_PROMPT))
unexport PROMPT

BUILD := swift build -c release
# One test at a time: kernels take every core, and a server that waits for one would look as if it hung.
TEST := swift test -c release --no-parallel
FORMATTED := Package.swift Sources Tests $(addprefix Benchmarks/,Package.swift Benchmarks Counts Ladder Operations)

.PHONY: run test build build-tests install weights openvino onnxruntime bench bench-kernels counts ladder symbols format lint clean

## Build, bring the default model and answer PROMPT with MODEL. Standard input would be part of the prompt.
run: build weights
	@"$$($(BUILD) --show-bin-path)/swiftlet" run "$(MODEL)" -- "$$SWIFTLET_PROMPT" </dev/null

## Build and run every test.
test: build-tests weights openvino onnxruntime
	$(TEST) --skip-build

build: install
	@$(BUILD) --product swiftlet >&2

# The executable too: tests start it as a user would.
build-tests: install
	$(BUILD) --build-tests

install:
	@scripts/install.sh

weights: install
	@weights/fetch.sh >/dev/null

## OpenVINO's libraries, for the tests of the bridge to it. Without them those are skipped.
openvino: install
	@scripts/openvino.sh

## ONNX Runtime's library, the same way.
onnxruntime: install
	@scripts/onnxruntime.sh

## Prompt and generation speed of MODEL.
bench: build weights
	@"$$($(BUILD) --show-bin-path)/swiftlet" bench "$(MODEL)"

## Each operation against its own yardstick; a package of its own, slow to build the first time.
bench-kernels: counts
	cd Benchmarks && swift package -c release benchmark

## Instructions and allocations of each kernel, held against Benchmarks/Thresholds.
counts: install
	cd Benchmarks && swift run -c release Counts

## The INT4 product from the naive loop to the tuned tile, step by step: Benchmarks/Ladder/README.md.
ladder: install
	cd Benchmarks && swift run -c release Ladder

## The one test of the instruction-set objects: none may lend its symbols to another CPU's code.
symbols: build-tests
	$(TEST) --skip-build --filter ArchitectureTests.SymbolTests

format:
	swift format --in-place --recursive $(FORMATTED)

lint:
	swift format lint --strict --recursive $(FORMATTED)

clean:
	swift package clean
	rm -rf .build Benchmarks/.build
