import { code } from '../param-kinds.ts';

/** What a source says of itself. */
export const sourceCodes = {
  'source-starting': code('waiting', 'nobody'),
  'source-scanning': code('busy', 'nobody'),
  'source-watching': code('good', 'nobody'),
  'source-polling': code('good', 'nobody'),
  'folder-silent': code('alarm', 'site', { since: 'instant' }),
} as const;
