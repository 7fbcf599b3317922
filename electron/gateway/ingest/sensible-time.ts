/** File systems and cameras can hold times that no calendar has: such a picture was captured now, as far as anybody knows. */
export function sensibleTime(milliseconds: number, now: number): number {
  const year = new Date(milliseconds).getUTCFullYear();
  return year >= 1970 && year <= 9999 ? milliseconds : now;
}
