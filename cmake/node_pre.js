// Emscripten 3.1.6 would fetch() its .wasm from a file path, which Node's fetch refuses.
delete globalThis.fetch;
