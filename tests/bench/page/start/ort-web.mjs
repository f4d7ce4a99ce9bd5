import { open } from '../load/ort-web.mjs';
import { startPeer } from './start.mjs';

void startPeer(open);
