import type { ReactNode } from 'react';
import { SignChoice } from '../ui/choice.tsx';
import { MoonIcon, SunIcon, SystemThemeIcon } from '../ui/icons.ts';
import { chooseTheme, useTheme } from '../view-state/theme.ts';

const options = [
  { value: 'system', label: 'System', Icon: SystemThemeIcon },
  { value: 'light', label: 'Light', Icon: SunIcon },
  { value: 'dark', label: 'Dark', Icon: MoonIcon },
] as const;

export function ThemeSwitch(): ReactNode {
  const chosen = useTheme((state) => state.theme);
  return (
    <SignChoice
      legend="Light or dark"
      className="theme-switch"
      options={options}
      chosen={chosen}
      onChoose={chooseTheme}
    />
  );
}
