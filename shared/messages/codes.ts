import { cameraCodes } from './codes/cameras.ts';
import { cloudCodes } from './codes/cloud.ts';
import { commandLineCodes } from './codes/command-line.ts';
import { deliveryCodes } from './codes/delivery.ts';
import { doctorCodes } from './codes/doctor.ts';
import { folderCodes } from './codes/folder.ts';
import { gigeCodes } from './codes/gige.ts';
import { ingestCodes } from './codes/ingest.ts';
import { settingsCodes } from './codes/settings.ts';
import { situationCodes } from './codes/situation.ts';
import { sourceCodes } from './codes/sources.ts';
import { storeCodes } from './codes/store.ts';
import { windowCodes } from './codes/window.ts';
import type { CodeFacts } from './param-kinds.ts';
import { code } from './param-kinds.ts';

/**
 * Everything that the gateway can say to a person: how grave it is, who must act, and what fills the gaps of its words.
 * The words themselves are in `en.json`, under the same code: `headline` for what is read from two metres, `text` for
 * what happened, `hint` for what to do about it.
 */
export const codes = {
  /** A sentence of before there were codes. */
  legacy: code('act', 'nobody', { text: 'sentence', hint: 'sentence' }),
  ...situationCodes,
  ...sourceCodes,
  ...doctorCodes,
  ...commandLineCodes,
  ...gigeCodes,
  ...cameraCodes,
  ...cloudCodes,
  ...deliveryCodes,
  ...storeCodes,
  ...windowCodes,
  ...settingsCodes,
  ...ingestCodes,
  ...folderCodes,
} as const satisfies Readonly<Record<string, CodeFacts>>;

export type Code = keyof typeof codes;
