import { isMessage, type Message } from '../../../shared/messages/message.ts';
import { describeCause, OperatorError } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: one event name, bounded fields. Never log a device key or the content of a picture. */
export type Logger = {
  readonly log: (level: LogLevel, event: string, fields?: LogFields) => void;
};

export const silentLogger: Logger = { log: () => undefined };

/**
 * JSON lines, one object a line: `{"time":"…","level":"info","event":"image-stored",…}`. A message is written with its
 * code, what fills it, and what `speak` makes of it for whoever reads the log.
 */
export function jsonLogger(
  write: (line: string) => void,
  now: () => number,
  speak: (message: Message) => string = () => '',
): Logger {
  return {
    log: (level, event, fields = {}) => {
      const record: Record<string, unknown> = { time: new Date(now()).toISOString(), level, event };
      for (const [key, value] of Object.entries(fields))
        record[key] = value instanceof Error ? errorFields(value, speak) : spokenWithin(value, speak);
      write(`${toJson(record)}\n`);
    },
  };
}

/** Never throws: what can't be written in full is written without its fields. */
function toJson(record: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(record);
  } catch (error) {
    const { time, level, event } = record;
    return JSON.stringify({ time, level, event, unwritable: describeCause(error) });
  }
}

/** A message, or several. */
const spokenWithin = (value: unknown, speak: (message: Message) => string): unknown =>
  isMessage(value)
    ? spoken(value, speak)
    : Array.isArray(value) && value.length > 0 && value.every((one) => isMessage(one))
      ? value.map((one) => spoken(one, speak))
      : value;

const spoken = ({ code, params }: Message, speak: (message: Message) => string): LogFields => ({
  code,
  params,
  text: speak({ code, params }),
});

function errorFields(error: Error, speak: (message: Message) => string): LogFields {
  if (error instanceof OperatorError) {
    const { code, operation, said, technical } = error;
    return { ...spoken(said, speak), code, operation, technical };
  }
  return { message: describeCause(error), stack: error.stack?.split('\n').slice(0, 8).join('\n') };
}
