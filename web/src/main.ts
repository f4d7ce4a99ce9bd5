import { begun } from './app/ahead';
import './style.css';
import { applyTheme } from './app/theme';

applyTheme();
// A worker begins only while the page's own thread has nothing to do, and these elements are a tenth
// of a second's work: first the one, then the other.
void begun.then(() => import('./app/app'));
