// As in the page: its main thread compiles while the worker starts.
import * as glue from '@wasm/convolab.first.js';
import { loadAlone } from '../../../../web/src/engine/build';
import { handedOver } from '../../../../web/src/engine/files';
import { picturesOf } from '../../nets.mjs';
import { firstAnswer } from '../../peers/convolab.mjs';
import { start } from './start.mjs';

const module = loadAlone({ handed: handedOver() }, Promise.resolve(glue));
void start(async (net) => firstAnswer(await module, net, picturesOf(net, 1)));
