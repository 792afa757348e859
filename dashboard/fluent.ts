/** The Fluent components the page uses, and the theme that follows the reader's. */
import '@fluentui/web-components/button.js';
import '@fluentui/web-components/tab.js';
import '@fluentui/web-components/tablist.js';
import { setTheme } from '@fluentui/web-components/theme/set-theme.js';
import { webDarkTheme, webLightTheme } from '@fluentui/tokens';

/** As the rest of the page. */
const fontFamilyBase = 'var(--font)';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Light or dark as the reader's system says, also when that changes. */
export function followTheme(): void {
  const apply = (): void => setTheme({ ...(dark.matches ? webDarkTheme : webLightTheme), fontFamilyBase });
  dark.addEventListener('change', apply);
  apply();
}
