/** The file beside a replica that says how far it has come; without it, it is a plain database. */
export const REPLICA_SIDECAR = '-client_wal_index'
