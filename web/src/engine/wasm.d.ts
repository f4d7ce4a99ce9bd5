// What Emscripten makes of web/wasm/bindings.cpp: a CreateModule of module.ts.
declare module '@wasm/convolab.js' {
  const create: unknown;
  export default create;
}
/** The same for the module in two files. */
declare module '@wasm/convolab.first.js' {
  const create: unknown;
  export default create;
}
declare module '@wasm/convolab_gpu.js' {
  const create: unknown;
  export default create;
}
declare module '@wasm/convolab_probe.js' {
  const create: unknown;
  export default create;
}
/** Of web/wasm/inspector.cpp: inspector/drawing.ts has its types. */
declare module '@wasm/convolab_inspector.js' {
  const create: unknown;
  export default create;
}
