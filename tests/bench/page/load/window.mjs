// Where ConvNetJS looks for random numbers as it loads.
globalThis.window ??= globalThis;
