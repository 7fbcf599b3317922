import { describe, expect, it } from 'vitest';
import { createQuietStream, isHarmless } from '../../scripts/run/quiet-stderr.mjs';

const noBus =
  '[14669:1121/210738.457893:ERROR:bus.cc(407)] Failed to connect to the bus: Failed to connect to socket /run/dbus/system_bus_socket: No such file or directory';
const noGraphics =
  '[14693:1121/210738.701507:ERROR:viz_main_impl.cc(181)] Exiting GPU process due to errors during initialization';

/** @param {readonly string[]} chunks */
async function pass(chunks) {
  const stream = createQuietStream();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

describe('the filter of standard error', () => {
  it('drops the known complaints about a missing desktop bus and graphics card', () => {
    expect(isHarmless(noBus)).toBe(true);
    expect(isHarmless(noGraphics)).toBe(true);
    expect(isHarmless('ERR: Display.cpp:1083 (initialize): ANGLE Display::initialize error 12289: no display')).toBe(
      true,
    );
  });

  it('keeps what it does not know, also from the same source file of Chromium', () => {
    expect(isHarmless('[1:1121/210738.457893:ERROR:bus.cc(407)] The bus is on fire')).toBe(false);
    expect(isHarmless('[1:1121/210738.457893:FATAL:bus.cc(407)] Failed to connect to the bus: x')).toBe(false);
    expect(isHarmless('Error: Failed to connect to the bus: x')).toBe(false);
    expect(isHarmless('')).toBe(false);
  });

  it('passes the other lines on unchanged and in order, wherever the chunks are cut', async () => {
    const text = `one\n${noBus}\ntwo\n${noGraphics}\n\nthree`;
    const expected = 'one\ntwo\n\nthree';
    expect(await pass([text])).toBe(expected);
    expect(await pass([...text])).toBe(expected);
  });

  it('keeps letters whole that are cut in the middle of their bytes', async () => {
    const bytes = Buffer.from('Größe\n');
    const stream = createQuietStream();
    stream.write(bytes.subarray(0, 3));
    stream.end(bytes.subarray(3));
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('Größe\n');
  });
});
