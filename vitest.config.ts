import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '@wasm-threads': fileURLToPath(new URL('build/wasm-threads', import.meta.url)),
      '@wasm': fileURLToPath(new URL('build/wasm', import.meta.url)),
    },
  },
  // No test depends on time: the limit is for what never ends.
  test: { include: ['tests/web/**/*.test.ts'], testTimeout: 60_000 },
});
