/**
 * What SQLite (https://sqlite.org/tempfiles.html) and libSQL's embedded replicas add to the name of
 * a database for the files they keep beside it.
 */
const SIDECAR = /^(.+)-(?:wal|shm|journal|info|client_wal_index)$/s

/** The name of the database beside which a file of this name would be kept, if it has such a name. */
export function databaseOfSidecar(fileName: string): string | undefined {
  return SIDECAR.exec(fileName)?.[1]
}
