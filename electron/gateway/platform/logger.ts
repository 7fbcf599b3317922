import { describeCause, GatewayError } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: one event name, bounded fields. Never log a device key or the content of a picture. */
export type Logger = {
  readonly log: (level: LogLevel, event: string, fields?: LogFields) => void;
};

export const silentLogger: Logger = { log: () => undefined };

/** JSON lines, one object a line: `{"time":"…","level":"info","event":"image-stored",…}`. */
export function jsonLogger(write: (line: string) => void, now: () => number): Logger {
  return {
    log: (level, event, fields = {}) => {
      const record: Record<string, unknown> = { time: new Date(now()).toISOString(), level, event };
      for (const [key, value] of Object.entries(fields))
        record[key] = value instanceof Error ? errorFields(value) : value;
      write(`${JSON.stringify(record)}\n`);
    },
  };
}

function errorFields(error: Error): LogFields {
  if (error instanceof GatewayError) {
    return { code: error.code, operation: error.operation, message: error.message, technical: error.technical };
  }
  return { message: describeCause(error), stack: error.stack?.split('\n').slice(0, 8).join('\n') };
}
