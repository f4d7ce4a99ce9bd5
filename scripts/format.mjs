// npm run format: clang-format for C++, prettier for the rest, in place.
import { bin, filesUnder, must } from './lib/run.mjs';
import { setup } from './setup.mjs';

export const cppFiles = () => filesUnder(['engine', 'tests', 'web/wasm'], ['.cpp', '.hpp']);
export const prettierArgs = ['--log-level', 'warn', '.'];

if (process.argv[1] === import.meta.filename) {
  await setup('tests');
  must('clang-format', ['-i', ...cppFiles()]);
  must(bin('prettier'), ['--write', ...prettierArgs]);
}
