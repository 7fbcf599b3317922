import type { z } from 'zod';
import { settingRules } from './messages/codes/settings.ts';
import { isMessage, type Message, message } from './messages/message.ts';

/** What a setting of the configuration file should be: a schema names the rule, and its words are made at the edge. */

export type SettingRule = (typeof settingRules)[number];

/** For a schema: the message of its issue. */
export const should = (rule: SettingRule): SettingRule => rule;

const isRule = (text: string): text is SettingRule => (settingRules as readonly string[]).includes(text);
const rule = (context: SettingRule): Message => message('bad-setting', { context });

/** What is wrong with a setting, as its schema found it with `reportInput`. */
export function settingFault(issue: z.core.$ZodIssue): Message {
  if (issue.code === 'custom' && isMessage(issue.params)) return issue.params;
  if (isRule(issue.message)) return rule(issue.message);
  switch (issue.code) {
    case 'invalid_type':
      return rule(issue.input === undefined ? 'missing' : (types[issue.expected] ?? 'other-value'));
    case 'too_small': {
      const least = Number(issue.minimum);
      if (issue.origin === 'string' || issue.origin === 'array') return rule('empty');
      return message('setting-too-small', { context: issue.inclusive === false ? 'more' : 'least', least });
    }
    case 'too_big': {
      const context = issue.inclusive === false ? 'less' : (sizes[issue.origin] ?? 'number');
      return message('setting-too-large', { context, most: Number(issue.maximum) });
    }
    case 'invalid_value':
      return message('setting-none-of', { values: written(issue.values) });
    case 'invalid_format':
      return issue.format === 'ipv4' ? rule('ipv4') : rule('other-value');
    default:
      return rule('other-value');
  }
}

const types: Readonly<Record<string, SettingRule>> = {
  string: 'text',
  number: 'number',
  int: 'whole-number',
  boolean: 'yes-or-no',
  array: 'list',
  object: 'group',
  record: 'group',
};
const sizes: Readonly<Record<string, 'letters' | 'list'>> = { string: 'letters', array: 'list' };

const written = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');
