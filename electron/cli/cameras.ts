import type { FoundCamera } from '../../shared/camera.ts';
import { message } from '../../shared/messages/message.ts';
import { createWords, inFull } from '../../shared/messages/words.ts';
import type { CameraList } from '../gateway/wiring/cameras.ts';
import { exitCodes } from './arguments.ts';
import { type Output, table } from './output.ts';

/** `cameras`: one line a camera, or one JSON object. */
export function printCameras(found: CameraList, json: boolean, { print, complain }: Output): number {
  const words = createWords();
  const cameras = found.cameras.map(({ message: said, ...camera }) => ({
    ...camera,
    text: said === null ? '' : words.text(said),
    hint: said === null ? '' : words.hint(said),
  }));
  const problems = found.problems.map((problem) => `${words.text(problem)} ${words.hint(problem)}`.trim());
  if (json) print(JSON.stringify({ cameras, problems }));
  else {
    if (cameras.length === 0)
      print(inFull(words, message('camera-not-found', { context: 'any', wanted: [] }), '\n-> '));
    else print(table([headings, ...cameras.map(rowOf)], columns).join('\n'));
    for (const { text, hint } of cameras) if (text !== '') print(`\n${text}\n-> ${hint}`);
    for (const problem of problems) complain(problem);
  }
  return exitCodes.ok;
}

const headings = ['kind', 'camera', 'serial', 'name', 'address', 'by', 'source'];
const columns = headings.map(() => '<' as const);

const rowOf = (camera: Omit<FoundCamera, 'message'>): string[] => [
  camera.kind,
  `${camera.vendor} ${camera.model}`.trim(),
  camera.serial,
  camera.userName,
  camera.kind === 'gige' ? camera.address : camera.id,
  camera.interface,
  camera.sourceId ?? '',
];
