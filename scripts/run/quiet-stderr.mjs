import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * Keeps Chromium's talk about things that do not concern this product off a person's terminal: a missing desktop bus, a
 * missing graphics card. Only lines known to be harmless are dropped; everything else passes unchanged.
 */

const chromiumLine = /^\[\d+:\d{4}\/\d{6}\.\d+:(?:ERROR|WARNING|INFO|VERBOSE\d):(\w+\.cc)\(\d+\)\] (.*)$/;

/** Source file of Chromium -> what its harmless messages begin with. */
const harmless = new Map([
  // No system or session bus: containers, build machines, virtual screens.
  ['bus.cc', /^Failed to connect to the bus: /],
  ['object_proxy.cc', /^Failed to call method: org\.freedesktop\./],
  // No graphics card: Chromium then draws in software, as it should.
  ['gl_display.cc', /^(?:EGL Driver message|eglInitialize |Initialization of all EGL display types failed)/],
  ['gl_ozone_egl.cc', /^GLDisplayEGL::Initialize failed/],
  ['angle_platform_impl.cc', /Display::initialize error/],
  ['viz_main_impl.cc', /^Exiting GPU process/],
  ['vaapi_wrapper.cc', /^vaInitialize failed|^Could not get a valid VA display/],
]);

/** The same from a library, which writes without Chromium's heading. */
const harmlessPlain = [/^ERR: Display\.cpp:\d+ \(initialize\): /];

/**
 * @param {string} line without its end
 * @returns {boolean}
 */
export function isHarmless(line) {
  const match = chromiumLine.exec(line);
  if (!match) return harmlessPlain.some((pattern) => pattern.test(line));
  return harmless.get(match[1] ?? '')?.test(match[2] ?? '') ?? false;
}

/**
 * Passes on what is not known to be harmless, line by line.
 *
 * @returns {Transform}
 */
export function createQuietStream() {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return new Transform({
    transform(chunk, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      done(
        null,
        lines
          .filter((line) => !isHarmless(line))
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    flush(done) {
      rest += decoder.end();
      done(null, rest === '' || isHarmless(rest) ? '' : rest);
    },
  });
}
