// The engine's WebAssembly comes in two files (scripts/split.mjs): what visitors wait for, and what is
// fetched behind it. Until that is here, the first has placeholders for its functions.

/**
 * For an instance of the first file: `imports` completed by the placeholders, and what to do with the
 * instance and with the later file's module. A placeholder that is called before that is here gets it
 * from `compileNow`.
 */
export function inTwo(imports, compileNow) {
  let first;
  let table;
  let whole = false;
  const add = (module) => {
    if (!whole) new WebAssembly.Instance(module, { f: first });
    whole = true;
  };
  // Embind has kept some of the placeholders: they lead to the functions for good.
  const placeholder =
    (slot) =>
    (...args) => {
      if (!whole) add(compileNow());
      return table.get(Number(slot))(...args);
    };
  return {
    imports: { ...imports, l: new Proxy({}, { get: (_, slot) => placeholder(slot) }) },
    begin(instance) {
      first = instance.exports;
      table = Object.values(first).find((each) => each instanceof WebAssembly.Table);
    },
    add,
  };
}
