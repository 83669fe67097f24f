/** What a configuration need not say. */
export const DEFAULTS = {
  migrations: 'migrations',
  templates: 'templates',
  backups: 'backups',
  busyTimeoutMs: 5_000,
  requestTimeoutMs: 120_000,
  leaseMs: 30_000,
} as const
