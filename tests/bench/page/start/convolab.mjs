import { loadAlone } from '../../../../web/src/engine/build';
import { picturesOf } from '../../nets.mjs';
import { firstAnswer } from '../../peers/convolab.mjs';
import { start } from './start.mjs';

void start(async (net) => firstAnswer(await loadAlone(), net, picturesOf(net, 20)));
