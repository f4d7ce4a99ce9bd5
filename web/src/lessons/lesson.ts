// A lesson's page.
import '../style.css';
import './lessons.css';
import { applyTheme } from '../app/theme';
import '../elements/theme-toggle';
import '../exhibits/exhibit';
import '../exhibits/question';
import { keepInAddress } from './address';

applyTheme();
keepInAddress(document);
