/** How the boxes of one class look. Classes differ by dash and glyph as well, so that nobody needs the colour. */
export type ClassStyle = { readonly color: string; readonly dash: string; readonly glyph: string };

const styles: readonly ClassStyle[] = [
  { color: '#ffd60a', dash: 'none', glyph: '●' },
  { color: '#4be3ff', dash: '10 5', glyph: '■' },
  { color: '#ff7ad1', dash: '3 4', glyph: '▲' },
  { color: '#8dff6a', dash: '14 4 3 4', glyph: '◆' },
  { color: '#ffa552', dash: '6 3', glyph: '✚' },
  { color: '#c3b3ff', dash: '16 6', glyph: '★' },
];

function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return value;
}

/**
 * A look for each class. It depends on the class's name, so that a class keeps its look from picture to picture;
 * only where two classes of one picture would collide does one take the next free look.
 */
export function classStyles(classes: Iterable<string>): ReadonlyMap<string, ClassStyle> {
  const chosen = new Map<string, ClassStyle>();
  const used = new Set<number>();
  for (const name of [...new Set(classes)].sort()) {
    let index = hash(name) % styles.length;
    if (used.size < styles.length) while (used.has(index)) index = (index + 1) % styles.length;
    used.add(index);
    const style = styles[index];
    if (style !== undefined) chosen.set(name, style);
  }
  return chosen;
}
