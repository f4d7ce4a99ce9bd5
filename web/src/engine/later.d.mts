/** Imports for the engine's first file, whose functions that are absent come with the later one. */
export function inTwo(
  imports: WebAssembly.Imports,
  compileNow: () => WebAssembly.Module,
): {
  imports: WebAssembly.Imports;
  /** Told of the instance of the first file. */
  begin(instance: WebAssembly.Instance): void;
  /** Puts the later file's functions in their places, once. */
  add(module: WebAssembly.Module): void;
};
