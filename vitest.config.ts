import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '@wasm-threads': fileURLToPath(new URL('build/wasm-threads', import.meta.url)),
      '@wasm': fileURLToPath(new URL('build/wasm', import.meta.url)),
    },
  },
  test: { include: ['tests/web/**/*.test.ts'] },
});
