import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Config, type ConfigFault, type ConfigInput, parseConfig } from '../../shared/config.ts';
import { isFolder } from '../../shared/source-config.ts';
import { describeCause, errnoCode } from '../gateway/platform/errors.ts';
import { nodeFiles, replaceFile } from '../gateway/platform/files.ts';

export type LoadedConfig =
  | { readonly kind: 'loaded'; readonly config: Config; readonly input: ConfigInput }
  | { readonly kind: 'missing' }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[]; readonly input: unknown };

/** Reads and checks a configuration file. Every fault has its path in the file; nothing is guessed. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return { kind: 'missing' };
    return {
      kind: 'faulty',
      faults: [{ path: '(the file)', message: `can’t be read: ${describeCause(error)}` }],
      input: null,
    };
  }
  let input: unknown;
  try {
    // A byte-order mark is what some editors on Windows put before the text.
    input = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return {
      kind: 'faulty',
      faults: [{ path: '(the file)', message: `is not valid JSON: ${describeCause(error)}` }],
      input: null,
    };
  }
  return checkConfig(input);
}

export function checkConfig(input: unknown): Exclude<LoadedConfig, { kind: 'missing' }> {
  const outcome = parseConfig(input);
  if (!outcome.ok) return { kind: 'faulty', faults: outcome.faults, input };
  const faults = pathFaults(outcome.config);
  if (faults.length > 0) return { kind: 'faulty', faults, input };
  return { kind: 'loaded', config: outcome.config, input: input as ConfigInput };
}

/** What the schema can't see without the operating system: paths must be absolute, folders must not contain each other. */
function pathFaults(config: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const { caFile } = config.cloud.tls;
  if (caFile !== undefined && !isAbsolute(caFile))
    faults.push({ path: 'cloud.tls.caFile', message: `must be an absolute path, not "${caFile}"` });
  const folders = config.sources.flatMap((source, index) => (isFolder(source) ? [{ source, index }] : []));
  for (const { source, index } of folders) {
    if (!isAbsolute(source.path)) {
      faults.push({ path: `sources[${index}].path`, message: `must be an absolute path, not "${source.path}"` });
    }
    if (source.archivePath !== undefined && !isAbsolute(source.archivePath)) {
      faults.push({
        path: `sources[${index}].archivePath`,
        message: `must be an absolute path, not "${source.archivePath}"`,
      });
    }
    for (const { source: other, index: place } of folders) {
      const archive = source.archivePath;
      if (place < index && resolve(other.path) === resolve(source.path)) {
        faults.push({ path: `sources[${index}].path`, message: `is the folder of sources[${place}] already` });
      } else if (place !== index && contains(other.path, source.path)) {
        faults.push({
          path: `sources[${index}].path`,
          message: `lies in the folder of sources[${place}]: its pictures would be collected twice`,
        });
      }
      if (archive !== undefined && resolve(archive) === resolve(other.path)) {
        faults.push({
          path: `sources[${index}].archivePath`,
          message: `is the folder of sources[${place}]: what is archived would be collected again`,
        });
      } else if (archive !== undefined && place !== index && contains(other.path, archive)) {
        faults.push({
          path: `sources[${index}].archivePath`,
          message: `lies in the folder of sources[${place}]: what is archived would be collected again`,
        });
      }
    }
  }
  return faults;
}

/** Whether `inner` lies below `outer`. */
function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export const saveConfig = (path: string, input: ConfigInput): Promise<void> =>
  replaceFile(nodeFiles, path, `${JSON.stringify(input, null, 2)}\n`);
