/** What a health check-in tells the cloud. Whatever can't be measured on this PC is left out. */
export type CheckinReport = {
  readonly status: 'healthy' | 'degraded' | 'error';
  readonly metrics: {
    /** Percent. */
    readonly cpuUsage?: number | null | undefined;
    readonly memoryUsage?: number | null | undefined;
    readonly diskUsage?: number | null | undefined;
    /** Degrees Celsius. */
    readonly temperature?: number | null | undefined;
    /** Seconds. */
    readonly uptime?: number | null | undefined;
  };
};

/** As `POST /device/checkin` takes it. */
export function checkinBody({ status, metrics }: CheckinReport): Readonly<Record<string, unknown>> {
  const named: Readonly<Record<string, number | null | undefined>> = {
    cpu_usage: metrics.cpuUsage,
    memory_usage: metrics.memoryUsage,
    disk_usage: metrics.diskUsage,
    temperature: metrics.temperature,
    uptime: metrics.uptime,
  };
  const known = Object.entries(named).filter(([, value]) => Number.isFinite(value));
  return { status, metrics: Object.fromEntries(known) };
}
