import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withVips } from './pictures.ts';

export type FrameWish = {
  /** Sensor noise, levels of 255 (standard deviation); another seed, other noise. */
  readonly noise?: number;
  readonly seed?: number;
  /** A square patch: edge in pixels, change of brightness in levels, of red alone where `redOnly`. */
  readonly defect?: { readonly edge: number; readonly levels: number; readonly redOnly?: boolean };
  /** Factor of all brightness. */
  readonly light?: number;
  readonly format?: 'jpeg' | 'png';
};

/** Frames of one unmoved scene, as a camera takes them one after another: a photograph, with noise and perhaps a defect. */
export async function makeFrames(scene: string, wishes: readonly FrameWish[]): Promise<Buffer[]> {
  const photograph = await readFile(join(import.meta.dirname, '../../resources/demo', scene));
  return withVips((vips) => {
    const base = vips.Image.newFromBuffer(photograph);
    const { width, height, bands } = base;
    return wishes.map(({ noise = 4, seed = 1, defect, light = 1, format = 'jpeg' }) => {
      const grain = (band: number) =>
        vips.Image.gaussnoise(width, height, { sigma: noise, mean: 0, seed: seed * 101 + band });
      const noises = Array.from({ length: bands }, (_, band) => grain(band));
      const [first, ...others] = noises;
      let image = base.multiply(light);
      if (noise > 0 && first !== undefined) image = image.add(others.length > 0 ? first.bandjoin(others) : first);
      if (defect !== undefined) {
        const { edge, levels, redOnly = false } = defect;
        const patch = vips.Image.black(width, height).insert(
          vips.Image.black(edge, edge).add(levels),
          Math.round(width * 0.43),
          Math.round(height * 0.37),
        );
        const none = vips.Image.black(width, height);
        image = image.add(bands > 1 ? patch.bandjoin(redOnly ? [none, none] : [patch, patch]) : patch);
      }
      const frame = image.cast('uchar').copy({ interpretation: bands > 1 ? 'srgb' : 'b-w' });
      return Buffer.from(format === 'jpeg' ? frame.jpegsaveBuffer({ Q: 90 }) : frame.pngsaveBuffer());
    });
  });
}
