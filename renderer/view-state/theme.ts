import { create } from 'zustand';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The same key is read by `public/theme-boot.js` before the first paint. */
const KEY = 'theme';

const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value);

function storedTheme(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return isTheme(value) ? value : 'system';
  } catch {
    return 'system';
  }
}

export const useTheme = create<{ readonly theme: Theme }>()(() => ({ theme: storedTheme() }));

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage refused: the choice holds until the window closes.
  }
  useTheme.setState({ theme });
}
