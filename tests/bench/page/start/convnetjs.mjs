import { open } from '../load/convnetjs.mjs';
import { startPeer } from './start.mjs';

void startPeer(open);
