/** Block ids are the numbers of a camera's frames: of 16 bits, from 65535 on to 1, or of 64 bits. */
const highestShortId = 65_535;

/** From one block id to another. Ids of 16 bits go round: the shorter way is meant. */
export function blockDistance(from: number, to: number, extended: boolean): number {
  if (extended) return to - from;
  const distance = (to - from) % highestShortId;
  const half = (highestShortId - 1) / 2;
  return distance > half ? distance - highestShortId : distance < -half ? distance + highestShortId : distance;
}
