// What Emscripten makes of web/wasm/bindings.cpp: a CreateModule of module.ts.
declare module '@wasm/convolab.js' {
  const create: unknown;
  export default create;
}
declare module '@wasm/convolab_gpu.js' {
  const create: unknown;
  export default create;
}
