import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  folded,
  ownCandidates,
  picturesOfSidecar,
  sharedPlaces,
} from '../../../../../electron/gateway/ingest/sidecar/label-places.ts';
import { isSidecarName } from '../../../../../electron/gateway/ingest/sidecar/sidecar-names.ts';
import { stemOf } from '../../../../../electron/gateway/platform/names.ts';

const part = fc.oneof(
  fc.constantFrom('images', 'JPEGImages', 'img', 'Images', 'labels', 'Labels', 'Annotations', 'xmls', 'ann', 'json'),
  fc.constantFrom('train', 'val2017', 'a.b', 'data'),
  fc.stringMatching(/^[a-z0-9 ]{1,8}$/),
);
const folders = fc.array(part, { maxLength: 5 });
const stem = fc.stringMatching(/^[A-Za-z0-9 .]{0,8}[a-z0-9]$/);
const pictureName = fc.tuple(stem, fc.constantFrom('jpg', 'JPG', 'jpeg', 'png')).map((parts) => parts.join('.'));
const labelName = fc.tuple(stem, fc.constantFrom('txt', 'xml', 'json', 'TXT')).map((parts) => parts.join('.'));

describe('the places of labels', () => {
  it('lead back from every place where a label is sought to its picture', () => {
    fc.assert(
      fc.property(folders, pictureName, (path, name) => {
        const picture = [...path, name].join('/');
        const labels = ownCandidates(picture);
        expect(labels.filter((label) => !isSidecarName(label))).toEqual([]);
        const leadBack = (label: string): boolean =>
          picturesOfSidecar(label).some((found) => folded(found) === folded(stemOf(picture)));
        expect(labels.filter((label) => !leadBack(label))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('lead from every picture that a label may have back to the label', () => {
    fc.assert(
      fc.property(folders, labelName, (path, name) => {
        const label = [...path, name].join('/');
        for (const pictureStem of picturesOfSidecar(label)) {
          // `a.jpg.json` is the label of `a.jpg`, so the ending of the picture is the one that its label names.
          const named = /\.[^./]+$/.exec(stemOf(label))?.[0] ?? '.jpg';
          const pictures = [`${pictureStem}.jpg`, `${pictureStem}${named}`];
          expect(pictures.flatMap(ownCandidates).map(folded)).toContain(folded(label));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never leave the source, from any path', () => {
    fc.assert(
      fc.property(folders, pictureName, (path, name) => {
        const paths = [
          ...ownCandidates([...path, name].join('/')),
          ...picturesOfSidecar([...path, 'a.txt'].join('/')),
          ...sharedPlaces(path.join('/')).map(({ base, below }) => [base, ...below].join('/')),
        ];
        for (const candidate of paths) expect(candidate.split('/')).not.toContain('..');
      }),
    );
  });

  it('of a label without folders of labels are only its own', () => {
    expect(picturesOfSidecar('x/a.jpg.json')).toEqual(['x/a.jpg', 'x/a']);
    expect(picturesOfSidecar('x/a.txt')).toEqual(['x/a']);
    for (const name of ['a.yaml', 'a.jpg', 'obj.names']) expect(picturesOfSidecar(name)).toEqual([]);
  });
});
