import { describe, expect, it } from 'vitest';
import { findSentences } from '../../scripts/check-sentences.mjs';

describe('the check for sentences outside the words', () => {
  it.each([
    "export const text = 'The disk is full.';",
    'export const text = "Look for the camera";',
    "throw new Error('The gateway has ended');",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is looked at
    'export const text = (path: string) => `The folder ${path} can’t be read.`;',
    "export const hints = { away: ['Öffnen Sie den Deckel.'] };",
    "export const view = <p title='Nothing is lost here' />;",
  ])('finds %s', (source) => {
    expect(findSentences('electron/main.tsx', source)).toHaveLength(1);
  });

  it.each([
    "export const technical = 'the socket was closed by the other side';",
    "export const mode = 'Continuous';",
    "export const name = 'Pixel Format';",
    "export const sql = 'SELECT seq FROM images WHERE seq = 1';",
    "// The disk is full, and so on.\nexport const code = 'disk-full';",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is looked at
    'export const stack = `${name}: ${code}`;',
  ])('leaves alone %s', (source) => {
    expect(findSentences('electron/main.ts', source)).toEqual([]);
  });

  it('names the file, the line and what to do', () => {
    const source = "import x from 'x';\n\nexport const text = 'The disk is full.';\n";
    expect(findSentences('electron/gateway/x.ts', source)).toEqual([
      'electron/gateway/x.ts:3: “The disk is full.” is a sentence: give it a code and its words in shared/messages/en.json',
    ]);
  });

  it('does not pass over a file that it cannot read', () => {
    expect(findSentences('electron/main.ts', 'import {')).toHaveLength(1);
  });
});
