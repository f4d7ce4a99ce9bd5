import { open } from '../load/tfjs-wasm.mjs';
import { startPeer } from './start.mjs';

void startPeer(open);
