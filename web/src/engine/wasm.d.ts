// What Emscripten makes of web/wasm/bindings.cpp.
declare module '@wasm/convolab.js' {
  import type { EngineModule } from './module';
  const create: (options: { locateFile(name: string): string }) => Promise<EngineModule>;
  export default create;
}
