import { asciiLowerCase } from '../sql/ascii-case.js'

/** Tables that tools keep for themselves in a database, by name in lower case. */
const OF_TOOLS = new Set([
  // dbfleet's own ledger, and what keeps late writers out.
  'dbfleet_migrations',
  'dbfleet_guard',
  // Geni, dbmate, golang-migrate and Rails share a name.
  'schema_migrations',
  'ar_internal_metadata',
  '__drizzle_migrations',
  'kysely_migration',
  'kysely_migration_lock',
  'sequelizemeta',
  'knex_migrations',
  'knex_migrations_lock',
  'atlas_schema_revisions',
  '_prisma_migrations',
  'goose_db_version',
  'd1_migrations',
  '_sqlx_migrations',
  '__diesel_schema_migrations',
  'alembic_version',
  'django_migrations',
  'flyway_schema_history',
  // Replication.
  '_litestream_seq',
  '_litestream_lock',
  'libsql_wasm_func_table',
  'sqlite3_libsql_tasks',
  '_cf_kv',
  '_cf_metadata',
])

/** Whether a table of that name belongs to a tool, and is no part of the schema. */
export function belongsToTool(name: string): boolean {
  return OF_TOOLS.has(asciiLowerCase(name))
}
