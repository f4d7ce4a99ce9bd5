import './window.mjs';
import convnetjs from 'convnetjs';
import { peer } from '../../peers/convnetjs.mjs';

export const open = () => peer({ convnetjs });
