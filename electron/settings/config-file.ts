import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { type Config, type ConfigFault, type ConfigInput, parseConfig } from '../../shared/config.ts';
import { isFolder } from '../../shared/source-config.ts';
import { describeCause, errnoCode } from '../gateway/platform/errors.ts';
import { nodeFiles, replaceFile } from '../gateway/platform/files.ts';
import { locate, type Place, placeIn } from '../gateway/platform/path-containment.ts';

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

export async function checkConfig(input: unknown): Promise<Exclude<LoadedConfig, { kind: 'missing' }>> {
  const outcome = parseConfig(input);
  if (!outcome.ok) return { kind: 'faulty', faults: outcome.faults, input };
  const faults = await pathFaults(outcome.config);
  if (faults.length > 0) return { kind: 'faulty', faults, input };
  return { kind: 'loaded', config: outcome.config, input: input as ConfigInput };
}

/** What the schema can't see without the operating system: paths must be absolute, folders must not contain each other. */
async function pathFaults(config: Config): Promise<ConfigFault[]> {
  const faults: ConfigFault[] = [];
  const { caFile } = config.cloud.tls;
  if (caFile !== undefined && !isAbsolute(caFile))
    faults.push({ path: 'cloud.tls.caFile', message: `must be an absolute path, not "${caFile}"` });
  const folders = config.sources.flatMap((source, index) => (isFolder(source) ? [{ source, index }] : []));
  const places = await placesOf(
    folders.flatMap(({ source: { path, archivePath } }) => (archivePath === undefined ? [path] : [path, archivePath])),
  );
  const wayIn = (outer: string, inner: string): string | null => {
    const [place, lies] = [places.get(resolve(outer)), places.get(resolve(inner))];
    return place === undefined || lies === undefined ? null : placeIn(place, lies);
  };
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
      const sourceWay = place === index ? null : wayIn(other.path, source.path);
      const archiveWay = archive === undefined ? null : wayIn(other.path, archive);
      if (place < index && sourceWay === '') {
        faults.push({ path: `sources[${index}].path`, message: `is the folder of sources[${place}] already` });
      } else if (sourceWay !== null && sourceWay !== '') {
        faults.push({
          path: `sources[${index}].path`,
          message: `lies in the folder of sources[${place}]: its pictures would be collected twice`,
        });
      }
      if (archiveWay === '') {
        faults.push({
          path: `sources[${index}].archivePath`,
          message: `is the folder of sources[${place}]: what is archived would be collected again`,
        });
      } else if (archiveWay !== null && place !== index) {
        faults.push({
          path: `sources[${index}].archivePath`,
          message: `lies in the folder of sources[${place}]: what is archived would be collected again`,
        });
      }
    }
  }
  return faults;
}

/** All at once: no share that does not answer keeps another waiting. A single path has nothing to be compared with. */
async function placesOf(paths: readonly string[]): Promise<ReadonlyMap<string, Place>> {
  if (paths.length < 2) return new Map();
  const distinct = [...new Set(paths.map((path) => resolve(path)))];
  return new Map(await Promise.all(distinct.map(async (path) => [path, await locate(path)] as const)));
}

export const saveConfig = (path: string, input: ConfigInput): Promise<void> =>
  replaceFile(nodeFiles, path, `${JSON.stringify(input, null, 2)}\n`);
