import './app/ahead';
import './style.css';
import { applyTheme } from './app/theme';
import './app/app';

applyTheme();
