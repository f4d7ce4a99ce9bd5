// Runs problems of tests/kernels on a GpuDevice, in node and in a browser alike.

/** What is wrong with problem number `index`, or nothing. */
export async function prove(proofs, device, index, accumulate) {
  const check = (call) => new Promise((done) => proofs.check(call, done));
  try {
    const refused = proofs.prepare(index, accumulate);
    if (refused) return refused;
    const failed = await device.settled();
    if (failed) return failed;
    for (let call = 0; call < proofs.calls(); call++) {
      // Twice: the second time must give the same bits.
      for (let time = 0; time < 2; time++) {
        proofs.run(call);
        const wrong = await check(call);
        if (wrong) return wrong;
      }
    }
    return '';
  } finally {
    proofs.end();
  }
}
