import type { ComponentType, ReactNode } from 'react';
import { MoonIcon, SunIcon, SystemThemeIcon } from '../ui/icons.ts';
import { chooseTheme, type Theme, themes, useTheme } from '../view-state/theme.ts';

const looks: Readonly<Record<Theme, { readonly label: string; readonly Icon: ComponentType }>> = {
  system: { label: 'System', Icon: SystemThemeIcon },
  light: { label: 'Light', Icon: SunIcon },
  dark: { label: 'Dark', Icon: MoonIcon },
};

export function ThemeSwitch(): ReactNode {
  const chosen = useTheme((state) => state.theme);
  return (
    <fieldset className="theme-switch">
      <legend className="visually-hidden">Light or dark</legend>
      {themes.map((theme) => {
        const { label, Icon } = looks[theme];
        return (
          <label key={theme} title={label}>
            <input
              type="radio"
              name="theme"
              className="visually-hidden"
              checked={chosen === theme}
              onChange={() => chooseTheme(theme)}
            />
            <Icon />
            <span className="visually-hidden">{label}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
