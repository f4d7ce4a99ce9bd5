// The part of scripts/split.mjs's two files that comes later. A thread has a table of its own, so it
// fetches that file itself before it begins; one that cannot never begins, and the others go on.
/* global Module, self, fetch */
{
  const begin = self.onmessage;
  const instantiate = Module.instantiateWasm;
  let later;
  Module.instantiateWasm = (imports, receive) => {
    const unused = new Proxy({}, { get: () => () => {} });
    return instantiate({ ...imports, l: unused }, (instance, ...others) => {
      new WebAssembly.Instance(later, { f: instance.exports });
      return receive(instance, ...others);
    });
  };
  self.onmessage = async (event) => {
    if (event.data.cmd === 'load')
      later = await WebAssembly.compileStreaming(fetch(self.location.hash.slice(1)));
    begin(event);
  };
}
