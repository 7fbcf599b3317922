import { type Message, message } from '../shared/messages/message.ts';
import { createWords, fullEnglish, inFull } from '../shared/messages/words.ts';
import './runtime/thread-pool.ts';

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app } from 'electron';
import { exitCodes, ownArguments, parseArguments, type RunOptions, usage } from './cli/arguments.ts';
import { logProgress, untilDrained } from './cli/drain.ts';
import { isTask } from './cli/one-shot.ts';
import { performTask } from './cli/perform-task.ts';
import { makePlan, type Plan } from './cli/run-plan.ts';
import type * as demoBundle from './demo/demo.ts';
import { openDataFolder } from './gateway/maintenance/data-folder.ts';
import { sleep, systemClock } from './gateway/platform/clock.ts';
import { endAtOnce } from './gateway/platform/end-at-once.ts';
import { describeCause, OperatorError } from './gateway/platform/errors.ts';
import { nodeFiles } from './gateway/platform/files.ts';
import { jsonLogger } from './gateway/platform/logger.ts';
import { giveSignsOfLife, type SignsOfLife, startAgainCodes } from './gateway/platform/signs-of-life.ts';
import { secretsOf } from './gateway/wiring/shut-keyring.ts';
import { GatewayHost } from './gateway-thread/host.ts';
import { Keeper } from './gateway-thread/keeper.ts';
import { readKeyring } from './keyring/reader.ts';
import { readerSwitch } from './keyring/reader-request.ts';
import { systemKeyring } from './keyring/system-keyring.ts';
import { refuseDebugging } from './runtime/debug-switches.ts';
import { logFile } from './runtime/log-file.ts';
import { appPaths } from './runtime/paths.ts';
import { tooFewFiles } from './runtime/process-limits.ts';
import { RunningMark } from './runtime/running-mark.ts';
import { followSession } from './runtime/session-events.ts';
import { isHeldByAnother, removeMakeshift, shellFolder } from './runtime/shell-folder.ts';
import { systemProxy } from './runtime/system-proxy.ts';
import { loadConfig } from './settings/config-file.ts';
import { provisioner } from './settings/provisioning.ts';
import { Secrets } from './settings/secrets.ts';
import { loadSecrets, secretsLog, untilKeyringAnswers } from './settings/secrets-at-start.ts';
import { UsbPage } from './usb-page/page.ts';
import { registerSchemes } from './window/app-protocol.ts';
import { type Desktop, openDesktop } from './window/desktop.ts';
import { DRAWS_ITSELF, drawSafely, startAgain, watchDrawing } from './window/drawing.ts';
import { makeOperator } from './window/shell-operations.ts';

/** Composition root: what was asked for, one instance a data folder, start, and the order in which everything ends. */

const stopDeadlineMilliseconds = 15_000;
const startAgainMilliseconds = 10_000;
const paths = appPaths(app.getAppPath());
const refusedSwitches = app.isPackaged ? refuseDebugging(app.commandLine) : [];

function main(): void {
  const limits = tooFewFiles();
  if (limits !== null) return leave(exitCodes.failed, linesOf(limits));
  if (process.platform === 'linux' && app.commandLine.hasSwitch(readerSwitch)) return readKeyring();
  const outcome = parseArguments(ownArguments(process.argv, app.isPackaged), process.env);
  if (!outcome.ok) {
    const words = createWords();
    return leave(exitCodes.badConfiguration, `${words.text(outcome.message)}\n${usage(words)}`);
  }
  if (outcome.options.command === 'demo' && !existsSync(paths.demo))
    return leave(exitCodes.badConfiguration, linesOf(message('demo-left-out')));
  const plan = makePlan(outcome.options, join(app.getPath('appData'), 'acusight-line-gateway'));
  const shell = shellFolder(plan.dataDir);
  if (shell !== null) app.setPath('userData', shell.path);
  app.on('quit', () => removeMakeshift(shell));
  const { options } = outcome;
  registerSchemes();
  // It replaces the database, which the store's own lock knows nothing of where there is none.
  if (options.command === 'recover' && !app.requestSingleInstanceLock() && isHeldByAnother(shell))
    return leave(exitCodes.failed, linesOf(message('store-in-use')));
  // Beside a gateway that runs: a task opens no window, and the store refuses a second one by itself.
  if (isTask(options))
    return performTask(options, plan, { paths, nativeBinding: ownBinding(), cleanUp: () => removeMakeshift(shell) });
  drawSafely();
  // Without a window nothing is drawn. And where a service's processes are all told to end together, a missing process
  // for drawing would end this one before the last pictures are settled.
  if (plan.headless) app.commandLine.appendSwitch('in-process-gpu');
  if (options.command === 'demo' && options.cameras) loadDemo().plugInFakeUsbCamera();
  if (!app.requestSingleInstanceLock() && isHeldByAnother(shell)) {
    // The instance that runs has been told, and shows its window.
    return leave(plan.command === 'open' ? 0 : exitCodes.failed, linesOf(message('store-in-use')));
  }
  const signs = giveSignsOfLife(process.env);
  app
    .whenReady()
    .then(() => launch(plan, options, signs))
    .catch((error: unknown) => leave(exitCodes.failed, linesOf(startFailed(error))));
}

/** An addon built for this runtime, where the shipped one does not fit it; never in a package. */
const ownBinding = (): string | undefined => (app.isPackaged ? undefined : process.env['ACUSIGHT_SQLITE_BINDING']);

/** A bundle of its own, which packages leave out. Not waited for: a part of it comes before Electron is ready. */
const loadDemo = (): typeof demoBundle => createRequire(paths.demo)(paths.demo);

async function launch(plan: Plan, options: RunOptions, signs: SignsOfLife): Promise<void> {
  const writeLine = lineWriter(plan);
  const logger = jsonLogger(writeLine, Date.now, fullEnglish);
  const mark = new RunningMark(plan.dataDir);
  watchDrawing(logger);
  if (refusedSwitches.length > 0) logger.log('warn', 'switches-refused', { switches: refusedSwitches });
  const demo = options.command === 'demo' ? await loadDemo().Demo.prepare(options, plan, paths) : null;
  const secrets = new Secrets({
    dataDir: plan.dataDir,
    environment: demo?.environment ?? process.env,
    keyring: systemKeyring(),
    clock: systemClock,
    files: nodeFiles,
  });
  const cameraWindow = new UsbPage({
    page: paths.cameraPage,
    preload: paths.cameraPreload,
    mayOpen: (device) => host.usbDevices.has(device),
    logger,
  });
  const askProxy = systemProxy();
  const host: GatewayHost = new GatewayHost({
    dataDir: plan.dataDir,
    identity: {
      version: app.getVersion(),
      runtime: `Electron ${process.versions.electron}`,
      configFile: plan.configFile,
      demo: demo !== null,
    },
    secrets: () => ({
      ...secrets.all(),
      keySource: secrets.source(),
      keyIsForeign: secrets.isForeign(),
      waiting: secrets.waiting,
    }),
    workerPath: paths.gatewayWorker,
    recoverWorkerPath: paths.recoverWorker,
    workers: paths.workers,
    nativeBinding: ownBinding(),
    events: {
      cameras: cameraWindow,
      askProxy,
      onLog: writeLine,
      onFall: (fall) => void keeper.fell(fall),
      onStoreLost: (fault) => {
        logger.log('error', 'store-lost', { error: fault });
        void keeper.storeLost(fault);
      },
    },
  });
  const logSecrets = secretsLog(secrets, logger);
  secrets.onChange(() => {
    host.secretsChanged();
    logSecrets();
  });
  const start: GatewayHost['start'] = (config) => {
    secrets.need(secretsOf(config));
    return keeper.start(config);
  };
  if (signs.startsAgain === 'system') tellStatus(signs, host);
  const stopProgress = plan.logToStdout ? logProgress(() => host.gateway, logger) : () => undefined;
  let desktop: Desktop | null = null;
  let isFaulty = false;
  const end = once(async (code: number): Promise<void> => {
    let isLate = false;
    try {
      signs.stopping();
      stopProgress();
      keeper.stop();
      secrets.close();
      desktop?.close();
      const stopped = host.stop().then(() => demo?.stop());
      await withDeadline(stopped, stopDeadlineMilliseconds, () => {
        logger.log('warn', 'stop-took-too-long');
        isLate = true;
      });
      cameraWindow.close();
    } catch (error) {
      logger.log('error', 'stop-failed', { error });
    } finally {
      if (!isFaulty) mark.remove();
      // An orderly exit waits for every thread, and one that asks a share which does not answer waits for ever.
      if (isLate || host.hangs) endAtOnce(code);
      app.exit(code);
    }
  });
  const endsByItself = demo !== null || plan.exitWhenDrained;
  const failStart = (error: unknown): Promise<void> => {
    process.stderr.write(`${linesOf(startFailed(error))}\n`);
    const isConfiguration = error instanceof OperatorError && error.code === 'folder-overlap';
    return end(isConfiguration ? exitCodes.badConfiguration : exitCodes.failed);
  };
  const keeper: Keeper = new Keeper({
    host,
    clock: systemClock,
    logger,
    endsByItself,
    headless: plan.headless,
    fail: failStart,
    startOver: () => {
      logger.log('error', 'threads-left', { threads: host.threadsLeft });
      return endToStartAgain(startAgainCodes.plain);
    },
  });
  /** Who started it does that; else a window does it by itself, and without one it has only ended. */
  const endToStartAgain = (code: number): Promise<void> => {
    if (signs.startsAgain === null && !plan.headless)
      startAgain(code === startAgainCodes.drawingItself ? [`--${DRAWS_ITSELF}`] : []);
    return end(signs.startsAgain === null ? exitCodes.failed : code);
  };
  // Electron's own answer to an exception nobody caught is a dialog that stops everything, on a PC nobody looks at.
  process.on('uncaughtException', (error) => {
    logger.log('error', 'uncaught-exception', { error });
    isFaulty = true;
    void end(signs.startsAgain === null ? exitCodes.failed : startAgainCodes.plain);
  });
  process.on('unhandledRejection', (error) => logger.log('error', 'unhandled-rejection', { error }));
  const interrupted = plan.exitWhenDrained ? exitCodes.failed : 0;
  followSession({
    logger,
    end: () => void end(interrupted),
    onResume: () => void host.operate('sync.tryNow', {}).catch(() => undefined),
  });
  app.on('second-instance', () => desktop?.show());

  if (!plan.headless) {
    const operate = makeOperator({
      host,
      secrets,
      window: () => desktop?.window() ?? null,
      configFile: plan.configFile,
      dataDir: plan.dataDir,
      editable: plan.editable,
      start,
      provision: provisioner({ secrets, configFile: plan.configFile, version: app.getVersion(), askProxy }),
    });
    desktop = openDesktop(host, paths, operate, logger, () => void endToStartAgain(startAgainCodes.drawingItself));
  }

  // The data disk may come up later than this program: wait for it, and show that meanwhile. Only then is anything of it
  // missing that is not there.
  for (;;) {
    try {
      await openDataFolder(plan.dataDir, nodeFiles);
      break;
    } catch (error) {
      logger.log('error', 'start-failed', { error });
      host.failStart(error);
      if (endsByItself) return failStart(error);
      await sleep(systemClock, startAgainMilliseconds);
    }
  }
  const ends = mark.put();
  if (ends !== null) {
    logger.log('error', 'ended-without-a-word', ends);
    host.tellEarlierEnds(ends);
  }
  const loaded = await loadConfig(plan.configFile);
  await loadSecrets(secrets, loaded, systemClock);
  logSecrets();
  if (loaded.kind !== 'loaded') {
    const faults =
      loaded.kind === 'missing' ? [{ path: plan.configFile, message: message('no-config-file') }] : loaded.faults;
    for (const fault of faults) logger.log('error', 'bad-configuration', { file: plan.configFile, ...fault });
    if (plan.command === 'gateway') {
      for (const { path: setting, message: fault } of faults)
        process.stderr.write(`${fullEnglish(message('config-fault', { setting, fault }))}\n`);
      return end(exitCodes.badConfiguration);
    }
    if (loaded.kind === 'faulty') host.failConfiguration(faults);
    else host.awaitSetup();
    return;
  }
  // Where a person must unlock the keyring first, pictures are collected meanwhile.
  if (plan.exitWhenDrained) await untilKeyringAnswers(secrets);
  if (plan.exitWhenDrained && secrets.source() === 'none') {
    process.stderr.write(`${linesOf(message('device-key-missing'))}\n`);
    return end(exitCodes.badConfiguration);
  }
  secrets.need(secretsOf(loaded.config));
  if (!(await keeper.run(loaded.config))) return;
  try {
    if (demo !== null) return end(await demo.run(host, desktop));
    if (plan.exitWhenDrained) return end(await untilDrained(host, logger));
  } catch (error) {
    return failStart(error);
  }
}

const statusMilliseconds = 5_000;

/** For `systemctl status`. */
function tellStatus(signs: SignsOfLife, host: GatewayHost): void {
  const words = createWords();
  const tell = (): void => {
    const { safe, flow } = host.snapshot();
    signs.status([words.headline(safe), words.headline(flow), words.text(safe)].join(' · '));
  };
  setInterval(tell, statusMilliseconds).unref();
}

function lineWriter({ dataDir, logToStdout }: Plan): (line: string) => void {
  // Whoever read our output has gone: the log file still has it all.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const toFile = logFile(join(dataDir, 'log', 'gateway.jsonl'));
  return (line) => {
    toFile(line);
    if (logToStdout) process.stdout.write(line);
  };
}

const startFailed = (error: unknown): Message =>
  error instanceof OperatorError ? error.said : message('start-failed', { reason: describeCause(error) });

const linesOf = (what: Message): string => inFull(createWords(), what, '\n');

function leave(code: number, lines: string): void {
  process.stderr.write(`${lines}\n`);
  app.exit(code);
}

function once(work: (code: number) => Promise<void>): (code: number) => Promise<void> {
  let running: Promise<void> | null = null;
  return (code) => {
    running ??= work(code);
    return running;
  };
}

async function withDeadline(work: Promise<void>, milliseconds: number, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLate();
      resolve();
    }, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

main();
