/** What a configuration need not say. */
export const DEFAULTS = {
  migrations: 'migrations',
  templates: 'templates',
  backups: 'backups',
  busyTimeoutMs: 5_000,
} as const
