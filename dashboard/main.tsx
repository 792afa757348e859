/** The page's entry. */
import { render } from 'preact';
import { App } from './App';
import { followTheme } from './fluent';
import './styles/page.css';
import './styles/parts.css';
import './styles/views.css';

followTheme();
const place = document.getElementById('page');
if (place !== null) render(<App />, place);
