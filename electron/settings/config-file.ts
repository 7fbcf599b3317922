import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { type Config, type ConfigFault, type ConfigInput, parseConfig } from '../../shared/config.ts';
import { type Message, message, type ParamsOf } from '../../shared/messages/message.ts';
import { isFolder } from '../../shared/source-config.ts';
import { describeCause, errnoCode } from '../gateway/platform/errors.ts';
import { nodeFiles, replaceFile } from '../gateway/platform/files.ts';
import { patiently } from '../gateway/platform/held-files.ts';
import { locate, type Place, placeIn } from '../gateway/platform/path-containment.ts';

export type LoadedConfig =
  | { readonly kind: 'loaded'; readonly config: Config; readonly input: ConfigInput }
  | { readonly kind: 'missing' }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[]; readonly input: unknown };

/** Reads and checks a configuration file. Every fault has its path in the file; nothing is guessed. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await patiently(() => readFile(path, 'utf8'), { mostMilliseconds: 2_000 });
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return { kind: 'missing' };
    return unusable(message('config-unreadable', { reason: describeCause(error) }));
  }
  let input: unknown;
  try {
    // A byte-order mark is what some editors on Windows put before the text.
    input = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return unusable(message('config-not-json', { reason: describeCause(error) }));
  }
  return checkConfig(input);
}

const unusable = (why: Message): LoadedConfig => ({
  kind: 'faulty',
  faults: [{ path: '(the file)', message: why }],
  input: null,
});

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
    faults.push({ path: 'cloud.tls.caFile', message: message('setting-not-absolute', { given: caFile }) });
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
      faults.push({
        path: `sources[${index}].path`,
        message: message('setting-not-absolute', { given: source.path }),
      });
    }
    if (source.archivePath !== undefined && !isAbsolute(source.archivePath)) {
      faults.push({
        path: `sources[${index}].archivePath`,
        message: message('setting-not-absolute', { given: source.archivePath }),
      });
    }
    for (const { source: other, index: place } of folders) {
      const archive = source.archivePath;
      const sourceWay = place === index ? null : wayIn(other.path, source.path);
      const archiveWay = archive === undefined ? null : wayIn(other.path, archive);
      const meets = (context: ParamsOf<'setting-folders-meet'>['context']): Message =>
        message('setting-folders-meet', { context, other: `sources[${place}]` });
      if (place < index && sourceWay === '') {
        faults.push({ path: `sources[${index}].path`, message: meets('same') });
      } else if (sourceWay !== null && sourceWay !== '') {
        faults.push({ path: `sources[${index}].path`, message: meets('inside') });
      }
      if (archiveWay === '') {
        faults.push({ path: `sources[${index}].archivePath`, message: meets('archive-same') });
      } else if (archiveWay !== null && place !== index) {
        faults.push({ path: `sources[${index}].archivePath`, message: meets('archive-inside') });
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
