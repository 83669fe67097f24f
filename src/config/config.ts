import type { Secret } from './secret.js'

export type { Secret } from './secret.js'

/** What every source may have. */
interface CommonSource {
  /** What `list` calls the source; without it, its kind and its pattern or URL. */
  label?: string | undefined
}

/** What every source may say about how its databases are opened. */
interface Opening {
  /** The key of encrypted databases. */
  encryptionKey?: Secret | undefined
  /** `libsql` for databases that only libSQL's own engine can open; otherwise dbfleet finds out. */
  engine?: 'libsql' | undefined
}

/** The files that a glob matches. */
export interface FilesSourceConfig extends CommonSource, Opening {
  /** A glob such as `databases/*.db`. */
  files: string
  /** What a name is made of: `{1}` is what the first wildcard matched, `{2}` the second. */
  name?: string | undefined
  /**
   * Where `create` puts a new database when `files` has more than one wildcard, such as
   * `users/{hash:2}/{name}/store.sqlite`: `{name}` is the name, `{hash:n}` the first n hexadecimal
   * digits of its SHA-256.
   */
  create?: string | undefined
}

/** One database of a list. */
export interface ListedDatabase extends Opening {
  /** Unique in the fleet. */
  name: string
  /** A `file:` URL, a path, or the URL of a database on a server: `libsql:`, `https:`, `wss:`. */
  url: string
  /** For a database on a server. */
  authToken?: Secret | undefined
  /** The URL of the primary, when `url` is the file of an embedded replica. */
  syncUrl?: string | undefined
}

/** An explicit list. */
export interface DatabasesSourceConfig extends CommonSource {
  databases: readonly ListedDatabase[]
}

/** The rows of a query against a registry database. */
export interface QuerySourceConfig extends CommonSource, Opening {
  query: {
    /** The registry: a `file:` URL, a path, or the URL of a database on a server. */
    url: string
    /** Gives a text `name` and a text `url` in each row. */
    sql: string
    authToken?: Secret | undefined
    /** The registry's own key; the one beside `query` is that of the databases it lists. */
    encryptionKey?: Secret | undefined
  }
  /** The token of those databases in the rows that are on servers. */
  authToken?: Secret | undefined
}

/** The namespaces of a self-hosted sqld. */
export interface SqldSourceConfig extends CommonSource {
  sqld: {
    /** Where the server answers users: `http:`, `https:`, `ws:` or `wss:`. */
    url: string
    /** Where its admin API answers; needed by `create` and `destroy`. */
    adminUrl?: string | undefined
    /** The key of the admin API, where it has one. */
    adminKey?: Secret | undefined
    /**
     * A list of names, the rows of a query against a registry, each with a text `name`, or
     * `discover`: those that the server has, but for `default`.
     */
    namespaces: readonly string[] | 'discover' | NamespaceQuery
    /** Where `sync` keeps an embedded replica of each namespace, such as `replicas/{name}.db`. */
    replicas?: string | undefined
    /** The server's data directory, if it is on this machine: where `discover` looks first. */
    dataDirectory?: string | undefined
    /** A token that opens these namespaces. */
    authToken?: Secret | undefined
  }
}

/** A registry of namespaces. */
export interface NamespaceQuery {
  query: QuerySourceConfig['query']
}

/** The databases of an organization on Turso Cloud. */
export interface TursoSourceConfig extends CommonSource {
  turso: {
    /** Its slug, as the URL of its dashboard has it. */
    organization: string
    /** The group whose databases are meant, and which new ones go to; without it, those of all. */
    group?: string | undefined
    /** A token of the Platform API; the default is `{ env: 'TURSO_API_TOKEN' }`. */
    apiToken?: Secret | undefined
    /**
     * A token that opens the databases. Without it the API makes one for each group, which does not
     * live for long and is kept in memory only.
     */
    authToken?: Secret | undefined
    /** Where the Platform API answers; the default is `https://api.turso.tech`. */
    apiUrl?: string | undefined
  }
}

/** Where databases come from: one entry of `fleet`. */
export type SourceConfig =
  | FilesSourceConfig
  | DatabasesSourceConfig
  | QuerySourceConfig
  | SqldSourceConfig
  | TursoSourceConfig

/** How grave a finding of `check` is; `off` drops it. */
export type FindingSeverity = 'off' | 'note' | 'warning' | 'error'

/** What `check` looks at. */
export interface CheckConfig {
  /**
   * Tables, views, indexes and triggers that are no part of the schema: names in which `*` stands
   * for any characters and `?` for one.
   */
  ignore?: readonly string[] | undefined
  /** Another severity for findings of a code. */
  severity?: Readonly<Record<string, FindingSeverity>> | undefined
  /** Codes that are allowed in a migration, by its name. */
  allow?: Readonly<Record<string, readonly string[]>> | undefined
}

/** S3-compatible storage; what is left out comes from AWS's environment variables and profiles. */
export interface S3Config {
  /** Where another service than AWS answers, such as `https://minio.example.org`. */
  endpoint?: string | undefined
  region?: string | undefined
  /** Whether the bucket stands in the path of URLs; the default is true with an endpoint. */
  forcePathStyle?: boolean | undefined
  accessKeyId?: Secret | undefined
  secretAccessKey?: Secret | undefined
  /** Of credentials that live for a while. */
  sessionToken?: Secret | undefined
}

/** How backup sets are encrypted, and what opens them. */
export interface EncryptionConfig {
  /** Public keys of age, `age1…`, or paths of files with one on each line. */
  recipients?: readonly string[] | undefined
  /** Private keys of age, which open sets. */
  identity?: Secret | undefined
  /** Encrypts sets, and opens them. */
  passphrase?: Secret | undefined
}

/** The database that records runs. */
export interface ControlConfig {
  /** A `file:` URL, a path, or the URL of a database on a server, which several machines may share. */
  url: string
  authToken?: Secret | undefined
  /** So long a process may be silent before others take over its work; default `30s`. */
  lease?: number | string | undefined
}

/** Which databases a change goes to first. */
export interface CanaryConfig {
  /** How many: a count, or a share such as `1%`. What is named is filled up to it; default 1. */
  count?: number | string | undefined
  /** Names or globs of databases that are among them. */
  databases?: readonly string[] | undefined
  /** Labels of sources whose databases are among them. */
  labels?: readonly string[] | undefined
}

/** How `up` goes through the fleet: to a few databases first, then to more at a time. */
export interface WavesConfig {
  /** The databases that go first: how many, or which. */
  canary?: number | string | CanaryConfig | undefined
  /** How many are in each wave after that: a count, or a share such as `5%`; default all the others. */
  size?: number | string | undefined
  /** How long to wait before the next wave: milliseconds, or `30s`, `2m`; default not at all. */
  pause?: number | string | undefined
  /** A command line for the shell, run after each wave; the run goes on when it ends with status 0. */
  health?: string | undefined
  /** How long it may take: milliseconds, or `30s`, `5m`; default `5m`. */
  healthTimeout?: number | string | undefined
}

/** A configuration as it is written. Relative paths start from the directory of its file. */
export interface UserConfig {
  /** The JSON Schema, for editors; dbfleet does not read it. */
  $schema?: string | undefined
  /** The directory of the migrations; default `./migrations`. */
  migrations?: string | undefined
  /** The directory of the templates; default `./templates`. */
  templates?: string | undefined
  /** The directory of the backup sets, or `s3://bucket/prefix`; default `./backups`. */
  backups?: string | undefined
  /** How `s3://` is reached. */
  s3?: S3Config | undefined
  /** With `recipients` or a `passphrase`, backup sets are encrypted. */
  encryption?: EncryptionConfig | undefined
  /** Where the databases come from. */
  fleet: readonly SourceConfig[]
  /** How long to wait for another writer's lock: milliseconds, or `500ms`, `10s`; default `5s`. */
  busyTimeout?: number | string | undefined
  /** How long one request to a server may take: milliseconds, or `90s`, `5m`; default `2m`. */
  requestTimeout?: number | string | undefined
  /** How many databases at once; the default follows the machine's processors. */
  jobs?: number | undefined
  /** Stops a run when more than so many databases fail: a count, or a share such as `0.5%`. */
  maxFailures?: number | string | undefined
  /** What `check` looks at, and how grave what it finds is. */
  check?: CheckConfig | undefined
  /** Where runs are recorded; default `{ url: '.dbfleet/control.db' }`. With `false` nowhere. */
  control?: ControlConfig | false | undefined
  /** How `up` goes through the fleet; default all at once. */
  waves?: WavesConfig | undefined
}

/** `CanaryConfig` that was found sound. */
export interface Canary {
  count?: string
  databases: readonly string[]
  labels: readonly string[]
}

/** `WavesConfig` that was found sound. */
export interface Waves {
  canary?: Canary
  /** A count (`500`) or a share (`5%`). */
  size?: string
  pauseMs?: number
  health?: string
  healthTimeoutMs?: number
}

/** A configuration that was found sound: its defaults filled in, its directories absolute. */
export interface Config {
  /** What relative paths and URLs in `fleet` start from: the file's directory, or the working one. */
  root: string
  /** Where the migrations belong when the fleet is that of another configuration; absolute. */
  project?: string
  /** The configuration's file, absolute; absent when there is none. */
  file?: string
  /** Absolute. */
  migrations: string
  /** Absolute. */
  templates: string
  /** An absolute path, or a URL as it was written. */
  backups: string
  s3?: S3Config
  encryption?: EncryptionConfig
  /** As written, without keys that are undefined. */
  fleet: SourceConfig[]
  busyTimeoutMs: number
  /** How long one request to a server may take. */
  requestTimeoutMs: number
  jobs?: number
  /** A count (`3`) or a share (`0.5%`). */
  maxFailures?: string
  check?: CheckConfig
  /** Absent for the default place. */
  control?: Omit<ControlConfig, 'lease'> | false
  /** So long a process of a run may be silent. */
  leaseMs: number
  waves?: Waves
}
