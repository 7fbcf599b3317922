import type { Config } from '../../shared/config.ts';
import { message } from '../../shared/messages/message.ts';
import { createWords, fullEnglish } from '../../shared/messages/words.ts';
import type { AskProxy } from '../gateway/gateway-options.ts';
import { recoverStore } from '../gateway/maintenance/recover-store.ts';
import { verifyStore } from '../gateway/maintenance/verify-store.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import type { Files } from '../gateway/platform/files.ts';
import { silentLogger } from '../gateway/platform/logger.ts';
import { findCameras, type UsbCameras } from '../gateway/wiring/cameras.ts';
import { openDeviceSetup } from '../gateway/wiring/device-setup.ts';
import {
  keyringShut,
  neededToProvision,
  secretsOf,
  secretsToProvision,
  shutOf,
} from '../gateway/wiring/shut-keyring.ts';
import { examineSite } from '../gateway/wiring/site-doctor.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { loadConfig } from '../settings/config-file.ts';
import { Secrets } from '../settings/secrets.ts';
import { exitCodes, type RunOptions } from './arguments.ts';
import { printCameras } from './cameras.ts';
import { printDoctor } from './doctor.ts';
import { printLedger, printRecovery } from './ledger.ts';
import { failureText, type Output } from './output.ts';
import { runProvision } from './provision.ts';
import type { Plan } from './run-plan.ts';

const unlockMilliseconds = 20_000;

export type TaskOptions = Extract<RunOptions, { command: 'provision' | 'doctor' | 'ledger' | 'recover' | 'cameras' }>;

export type TaskContext = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keyring: Keyring;
  readonly files: Files;
  readonly version: string;
  readonly nativeBinding: string | undefined;
  readonly output: Output;
  readonly usbCameras: UsbCameras;
  readonly askProxy?: AskProxy;
  readonly signal: AbortSignal;
};

export const isTask = (options: RunOptions): options is TaskOptions =>
  ['provision', 'doctor', 'ledger', 'recover', 'cameras'].includes(options.command);

/** `provision`, `doctor`, `ledger`, `recover` and `cameras`: one thing each, without a window. Resolves with the exit code. */
export async function runTask(
  options: TaskOptions,
  plan: Pick<Plan, 'dataDir' | 'configFile'>,
  context: TaskContext,
): Promise<number> {
  const { output } = context;
  try {
    if (options.command === 'ledger') return await runLedger(options, plan, context);
    if (options.command === 'cameras') return await runCameras(options, plan, context);
    const config = await readConfig(plan.configFile, output);
    if (config === null) return exitCodes.badConfiguration;
    if (options.command === 'recover') return await runRecover(options.json, config, plan.dataDir, context);
    const { environment, keyring, files, signal } = context;
    const secrets = new Secrets({ dataDir: plan.dataDir, environment, keyring, clock: systemClock, files });
    await secrets.load(options.command === 'doctor' ? secretsOf(config) : secretsToProvision(config));
    try {
      await untilUnlocked(secrets, signal);
      return options.command === 'doctor'
        ? await runDoctor(options.json, config, plan.dataDir, secrets, context)
        : await provision(options, config, secrets, context);
    } finally {
      secrets.close();
    }
  } catch (error) {
    output.complain(failureText(error));
    return exitCodes.failed;
  }
}

async function readConfig(file: string, { complain }: Output): Promise<Config | null> {
  const loaded = await loadConfig(file);
  if (loaded.kind === 'loaded') return loaded.config;
  const faults = loaded.kind === 'missing' ? [{ path: file, message: message('no-config-file') }] : loaded.faults;
  for (const fault of faults)
    complain(fullEnglish(message('config-fault', { setting: fault.path, fault: fault.message })));
  return null;
}

/** Whoever gave the command has so long to unlock the keyring, where there is one. */
async function untilUnlocked(secrets: Secrets, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const cancel = systemClock.after(unlockMilliseconds, () => late.abort());
  await secrets.until((state) => state === null || state === 'absent', AbortSignal.any([signal, late.signal]));
  cancel();
}

async function provision(
  { token, name }: Extract<TaskOptions, { command: 'provision' }>,
  { cloud }: Config,
  secrets: Secrets,
  { version, output, signal, askProxy }: TaskContext,
): Promise<number> {
  const wait = neededToProvision({ cloud }, secrets);
  if (wait !== null) {
    const shut = keyringShut(wait);
    const { text, hint } = createWords();
    output.complain(`${text(shut)}\n${hint(shut)}`);
    return exitCodes.failed;
  }
  const setup = openDeviceSetup({ cloud, proxyPassword: secrets.all().proxyPassword, askProxy, version });
  try {
    const request = { token, deviceId: cloud.deviceId, name: name ?? cloud.deviceId };
    return await runProvision({ ...setup, secrets }, request, output, signal);
  } finally {
    await setup.close();
  }
}

function runDoctor(
  json: boolean,
  config: Config,
  dataDir: string,
  secrets: Secrets,
  { files, version, output, signal, askProxy }: TaskContext,
): Promise<number> {
  const checks = examineSite({
    config,
    dataDir,
    secrets: secrets.all(),
    secretProblems: secrets.problems,
    shut: shutOf(config, secrets),
    askProxy,
    files,
    clock: systemClock,
    signal,
    userAgent: `acusight-line-gateway/${version}`,
  });
  return printDoctor(checks, json, output);
}

async function runRecover(
  json: boolean,
  config: Config,
  dataDir: string,
  { files, nativeBinding, output }: TaskContext,
): Promise<number> {
  const report = await recoverStore({
    dataDir,
    config,
    files,
    clock: systemClock,
    logger: silentLogger,
    nativeBinding,
  });
  return printRecovery(report, json, output);
}

async function runCameras(
  { configFile, addresses, json }: Extract<TaskOptions, { command: 'cameras' }>,
  plan: Pick<Plan, 'configFile'>,
  { output, usbCameras }: TaskContext,
): Promise<number> {
  const config = configFile === null ? null : await readConfig(plan.configFile, output);
  if (configFile !== null && config === null) return exitCodes.badConfiguration;
  const found = await findCameras({ sources: config?.sources ?? [], addresses, usb: usbCameras });
  return printCameras(found, json, output);
}

async function runLedger(
  options: Extract<TaskOptions, { command: 'ledger' }>,
  plan: Pick<Plan, 'dataDir' | 'configFile'>,
  { files, nativeBinding, output }: TaskContext,
): Promise<number> {
  // The file only lends its sources' names: without one, their ids do.
  const config = options.configFile === null ? null : await readConfig(plan.configFile, output);
  if (options.configFile !== null && config === null) return exitCodes.badConfiguration;
  const names = new Map((config?.sources ?? []).map(({ id, name }) => [id, name ?? id]));
  const report = await verifyStore({ dataDir: plan.dataDir, files, nativeBinding });
  return printLedger(report, names, options.json, output);
}
