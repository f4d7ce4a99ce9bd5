// The list of lessons.
import '../style.css';
import './lessons.css';
import { applyTheme } from '../app/theme';
import '../elements/theme-toggle';

applyTheme();
