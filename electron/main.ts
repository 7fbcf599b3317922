import './thread-pool.ts';

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import { exitCodes, ownArguments, parseArguments, type RunOptions, usage } from './cli.ts';
import { loadConfig } from './config-file.ts';
import { Demo } from './demo.ts';
import { type Desktop, openDesktop } from './desktop.ts';
import { logProgress, untilDrained } from './drain.ts';
import { sleep, systemClock } from './gateway/platform/clock.ts';
import { GatewayError } from './gateway/platform/errors.ts';
import { nodeFiles } from './gateway/platform/files.ts';
import { jsonLogger, type Logger } from './gateway/platform/logger.ts';
import { GatewayHost } from './gateway-host.ts';
import { registerSchemes } from './image-protocol.ts';
import { logFile } from './log-file.ts';
import { makeOperations } from './operations.ts';
import { appPaths } from './paths.ts';
import { makePlan, type Plan } from './plan.ts';
import { Secrets } from './secrets.ts';

/** Composition root: what was asked for, one instance a data folder, start, and the order in which everything ends. */

const stopDeadlineMilliseconds = 15_000;
const startAgainMilliseconds = 10_000;
const paths = appPaths(app.getAppPath());

function main(): void {
  const outcome = parseArguments(ownArguments(process.argv, app.isPackaged));
  if (!outcome.ok) return leave(exitCodes.badConfiguration, `${outcome.message}\n${usage}`);
  const plan = makePlan(outcome.options, join(app.getPath('appData'), 'acusight-line-gateway'));
  // What Chromium keeps of its own lies apart from the pictures, and one folder has one instance.
  const shellData = join(plan.dataDir, 'shell');
  mkdirSync(shellData, { recursive: true, mode: 0o700 });
  app.setPath('userData', shellData);
  registerSchemes();
  if (!app.requestSingleInstanceLock()) {
    // The instance that runs has been told, and shows its window.
    return leave(plan.command === 'open' ? 0 : exitCodes.failed, 'Another gateway is already using this data folder.');
  }
  app
    .whenReady()
    .then(() => launch(plan, outcome.options))
    .catch((error: unknown) => leave(exitCodes.failed, `The gateway could not start: ${String(error)}`));
}

async function launch(plan: Plan, options: RunOptions): Promise<void> {
  const logger = makeLogger(plan);
  const demo = options.command === 'demo' ? await Demo.prepare(options, plan, paths) : null;
  const secrets = new Secrets(plan.dataDir, demo?.environment ?? process.env);
  await secrets.load();
  const host = new GatewayHost({
    dataDir: plan.dataDir,
    identity: {
      version: app.getVersion(),
      runtime: `Electron ${process.versions.electron}`,
      configFile: plan.configFile,
      demo: demo !== null,
    },
    deviceKey: () => secrets.deviceKey(),
    decodeWorkerPath: paths.decodeWorker,
    nativeBinding: app.isPackaged ? undefined : process.env['ACUSIGHT_SQLITE_BINDING'],
    clock: systemClock,
    files: nodeFiles,
    random: Math.random,
    logger,
  });
  const stopProgress = plan.logToStdout ? logProgress(() => host.gateway, logger) : () => undefined;
  let desktop: Desktop | null = null;
  const end = once(async (code: number): Promise<void> => {
    try {
      stopProgress();
      desktop?.close();
      const stopped = host.stop().then(() => demo?.stop());
      await withDeadline(stopped, stopDeadlineMilliseconds, () => logger.log('warn', 'stop-took-too-long'));
    } catch (error) {
      logger.log('error', 'stop-failed', { error });
    } finally {
      app.exit(code);
    }
  });
  // Electron's own answer to an exception nobody caught is a dialog that stops everything, on a PC nobody looks at.
  process.on('uncaughtException', (error) => {
    logger.log('error', 'uncaught-exception', { error });
    void end(exitCodes.failed);
  });
  process.on('unhandledRejection', (error) => logger.log('error', 'unhandled-rejection', { error }));
  const interrupted = plan.exitWhenDrained ? exitCodes.failed : 0;
  app.on('before-quit', (event) => {
    event.preventDefault();
    void end(interrupted);
  });
  app.on('window-all-closed', () => undefined);
  app.on('second-instance', () => desktop?.show());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(interrupted));

  if (!plan.headless) {
    const operations = makeOperations({
      host,
      secrets,
      window: () => desktop?.window() ?? null,
      configFile: plan.configFile,
      dataDir: plan.dataDir,
      editable: plan.editable,
      start: (config) => host.start(config),
    });
    desktop = openDesktop(host, paths, operations, logger);
  }

  const loaded = await loadConfig(plan.configFile);
  if (loaded.kind !== 'loaded') {
    const faults =
      loaded.kind === 'missing' ? [{ path: plan.configFile, message: 'there is no such file' }] : loaded.faults;
    for (const { path, message } of faults)
      logger.log('error', 'bad-configuration', { file: plan.configFile, path, message });
    if (plan.command === 'gateway') {
      process.stderr.write(faults.map(({ path, message }) => `configuration: ${path}: ${message}\n`).join(''));
      return end(exitCodes.badConfiguration);
    }
    if (loaded.kind === 'faulty') host.failConfiguration(faults);
    else host.awaitSetup();
    return;
  }
  if (plan.exitWhenDrained && secrets.deviceKey() === null) {
    process.stderr.write(
      'configuration: there is no device key: set ACUSIGHT_DEVICE_KEY, or enter the key in the window once\n',
    );
    return end(exitCodes.badConfiguration);
  }
  for (;;) {
    try {
      const gateway = await host.start(loaded.config);
      if (demo !== null) return end(await demo.run(gateway, desktop));
      if (plan.exitWhenDrained) return end(await untilDrained(gateway));
      return;
    } catch (error) {
      logger.log('error', 'start-failed', { error });
      // The data disk may come up later than this program: wait for it, and show that meanwhile.
      const mayPass = error instanceof GatewayError && error.code === 'store-unavailable';
      const mustEnd = demo !== null || plan.exitWhenDrained || (plan.headless && !mayPass);
      if (mustEnd) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        const isConfiguration = error instanceof GatewayError && error.code === 'folder-overlap';
        return end(isConfiguration ? exitCodes.badConfiguration : exitCodes.failed);
      }
      if (!mayPass) return;
      await sleep(systemClock, startAgainMilliseconds);
      if (host.gateway !== null) return;
    }
  }
}

function makeLogger({ dataDir, logToStdout }: Plan): Logger {
  // Whoever read our output has gone: the log file still has it all.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const toFile = logFile(join(dataDir, 'log', 'gateway.jsonl'));
  return jsonLogger((line) => {
    toFile(line);
    if (logToStdout) process.stdout.write(line);
  }, Date.now);
}

function leave(code: number, message: string): void {
  process.stderr.write(`${message}\n`);
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
