/** Configurations that are sound: each key in every form that it may have. */
export const SOUND: readonly [name: string, config: unknown][] = [
  ['an empty fleet', { fleet: [] }],
  ['no journal', { fleet: [], control: false }],
  [
    'a control database with every key',
    {
      fleet: [],
      control: {
        url: 'libsql://control.example.org',
        authToken: { env: 'CONTROL_TOKEN' },
        lease: '10s',
      },
    },
  ],
  ['files', { fleet: [{ files: 'databases/*.db' }] }],
  [
    'encryption with every key',
    {
      fleet: [],
      encryption: {
        recipients: ['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p', 'keys.txt'],
        identity: { file: '/run/secrets/backup-identity' },
        passphrase: { env: 'BACKUP_PASSPHRASE' },
      },
    },
  ],
  [
    'storage with every key',
    {
      fleet: [],
      backups: 's3://bucket/prefix',
      s3: {
        endpoint: 'https://minio.example.org',
        region: 'eu-central-1',
        forcePathStyle: false,
        accessKeyId: { env: 'BACKUP_KEY_ID' },
        secretAccessKey: { file: '/run/secrets/backup-key' },
        sessionToken: { command: ['./token.sh'] },
      },
    },
  ],
  [
    'files with every key',
    {
      fleet: [
        {
          files: 'users/*/*/store.sqlite',
          name: '{2}',
          create: 'users/{hash:2}/{name}/store.sqlite',
          label: 'users',
          encryptionKey: { env: 'USERS_KEY' },
          engine: 'libsql',
        },
      ],
    },
  ],
  [
    'databases with every key',
    {
      fleet: [
        {
          databases: [
            { name: 'hq', url: 'libsql://hq.example.org', authToken: { env: 'HQ_TOKEN' } },
            {
              name: 'replica',
              url: 'file:hq.db',
              syncUrl: 'libsql://hq.example.org:8080?tls=0',
              authToken: { file: 'hq.token' },
            },
            { name: 'alice', url: 'http://127.0.0.1:8080#alice' },
            { name: 'a/b\n"c"', url: 'a.db', encryptionKey: { file: 'a.key' }, engine: 'libsql' },
          ],
          label: 'offices',
        },
        { databases: [] },
      ],
    },
  ],
  [
    'a query with every key',
    {
      fleet: [
        {
          query: {
            url: 'file:registry.db',
            sql: 'select name, url from tenants',
            authToken: { command: ['pass', 'show', 'registry token', ''] },
            encryptionKey: { file: '/run/secrets/registry-key' },
          },
          encryptionKey: { command: ['./key.sh'] },
          authToken: { env: 'TENANTS_TOKEN' },
          engine: 'libsql',
          label: 'tenants',
        },
        { query: { url: 'wss://registry.example.org', sql: 'select name, url from tenants' } },
      ],
    },
  ],
  [
    'namespaces of sqld, with every key',
    {
      fleet: [
        {
          sqld: {
            url: 'http://127.0.0.1:8080',
            adminUrl: 'http://127.0.0.1:9090',
            adminKey: { file: '/etc/sqld/admin.key' },
            namespaces: ['alice', '0', 'a-b--c', 'x'.repeat(63)],
            authToken: { env: 'SQLD_TOKEN' },
          },
          label: 'own server',
        },
        {
          sqld: {
            url: 'ws://sqld.internal',
            namespaces: 'discover',
            dataDirectory: '../sqld/data',
            replicas: '../replicas/{name}.db',
          },
        },
        { sqld: { url: 'https://sqld.example.org', namespaces: [] } },
        {
          sqld: {
            url: 'https://eu.example.org',
            namespaces: {
              query: {
                url: 'https://registry.example.org#registry',
                sql: 'select name from tenants',
                authToken: { env: 'REGISTRY_TOKEN' },
              },
            },
          },
        },
      ],
    },
  ],
  [
    'Turso Cloud, with every key',
    {
      fleet: [
        {
          turso: {
            organization: 'acme',
            group: 'tenants',
            apiToken: { command: ['pass', 'show', 'turso'] },
            authToken: { env: 'TENANTS_TOKEN' },
            apiUrl: 'https://api.example.org/turso',
          },
          label: 'cloud',
        },
        { turso: { organization: 'Acme_2.eu-west' } },
        { turso: { organization: 'acme', apiUrl: 'http://127.0.0.1:8080' } },
        { turso: { organization: 'acme', apiUrl: 'http://api.localhost' } },
        { turso: { organization: 'acme', apiUrl: 'http://[::1]:8080/' } },
      ],
    },
  ],
  [
    'every key at the top',
    {
      $schema: './node_modules/dbfleet/schemas/config.schema.json',
      migrations: 'db/migrations',
      templates: '/etc/templates',
      backups: '../backups',
      fleet: [],
      busyTimeout: '10s',
      requestTimeout: '1.5m',
      jobs: 4,
      maxFailures: '0.5%',
    },
  ],
  [
    'waves with every key',
    {
      fleet: [],
      waves: {
        canary: { count: '1.5%', databases: ['internal-*'], labels: ['own'] },
        size: 500,
        pause: '1d',
        health: './smoke-test.sh --all',
        healthTimeout: '30s',
      },
    },
  ],
  ['waves by numbers', { fleet: [], waves: { canary: 10, size: '100%', pause: 0 } }],
  ['waves by texts', { fleet: [], waves: { canary: '10', size: '0.01%', healthTimeout: 1 } }],
  ['waves without any key', { fleet: [], waves: { canary: {} } }],
  ['numbers', { fleet: [], busyTimeout: 250, requestTimeout: 1, maxFailures: 3 }],
  [
    'a variable with a long name',
    { fleet: [{ files: '*', encryptionKey: { env: 'ENCRYPTIONKEYOFALLOURDATABASES' } }] },
  ],
  ['texts', { fleet: [], busyTimeout: '0', maxFailures: '0' }],
]

const files = (more: object) => ({ fleet: [{ files: '*.db', ...more }] })
const listed = (more: object) => ({ fleet: [{ databases: [{ name: 'a', url: 'a.db', ...more }] }] })
const sqld = (more: object) => ({
  fleet: [{ sqld: { url: 'http://h', namespaces: ['a'], ...more } }],
})
const turso = (more: object) => ({ fleet: [{ turso: { organization: 'acme', ...more } }] })
const NAME = 'must be made of a to z, 0 to 9 and hyphens'
const SLUG = 'must be made of letters, digits, hyphens, dots and _'

/** Configurations that are not, with the problem that is told. */
export const UNSOUND: readonly [config: unknown, problem: string][] = [
  [null, 'must be an object'],
  ['LEAK', 'must be an object'],
  [[], 'must be an object'],
  [{}, 'fleet: is missing'],
  [{ fleet: {} }, 'fleet: must be a list of sources'],
  [{ fleet: 'LEAK' }, 'fleet: must be a list of sources'],
  [{ fleet: [], encryption: 'LEAK' }, 'encryption: must be an object'],
  [{ fleet: [], encryption: { recipients: 'LEAK' } }, 'encryption.recipients: must be a list'],
  [
    { fleet: [], encryption: { recipients: ['AGE-SECRET-KEY-1LEAK'] } },
    'encryption.recipients[0]: is a private key',
  ],
  [{ fleet: [], encryption: { passphrase: 'LEAK' } }, 'encryption.passphrase: a secret must not'],
  [{ fleet: [], s3: 'LEAK' }, 's3: must be an object'],
  [{ fleet: [], s3: { endpoint: 'LEAK' } }, 's3.endpoint: must be a URL such as'],
  [{ fleet: [], s3: { endpoint: 'https://LEAK@h' } }, 's3.endpoint: must not hold a user'],
  [{ fleet: [], s3: { forcePathStyle: 1 } }, 's3.forcePathStyle: must be true or false'],
  [
    { fleet: [], s3: { secretAccessKey: { env: 'A' } } },
    's3: must have both accessKeyId and secretAccessKey, or neither',
  ],
  [{ fleet: [], s3: { accessKeyId: 'LEAK' } }, 's3.accessKeyId: a secret must not stand'],
  [{ fleet: [null] }, 'fleet[0]: must be an object'],
  [{ fleet: ['LEAK'] }, 'fleet[0]: must be an object'],
  [{ fleet: [{}] }, 'fleet[0]: must have one of the keys files, databases, query, sqld, turso'],
  [
    { fleet: [{ name: 'x' }] },
    'fleet[0]: must have one of the keys files, databases, query, sqld, turso',
  ],
  [{ fleet: [{ file: '*.db' }] }, 'fleet[0].file: unknown key; did you mean "files"?'],
  [
    { fleet: [{ planets: { organization: 'LEAK' } }] },
    'fleet[0].planets: unknown key; known here are files, databases, query, sqld, turso',
  ],
  [
    { fleet: [{ files: '*.db', databases: [] }] },
    'fleet[0]: has both files and databases; make them two entries',
  ],
  [{ fleet: [], migration: 'x' }, 'migration: unknown key; did you mean "migrations"?'],
  [
    { fleet: [], colour: 'LEAK' },
    'colour: unknown key; known here are $schema, migrations, templates, backups, s3, encryption, fleet, busyTimeout, requestTimeout, jobs, maxFailures',
  ],
  [{ fleet: [], 'a\nb': 1 }, '["a\\nb"]: unknown key; known here are '],
  [
    files({ encryptionkey: 'LEAK' }),
    'fleet[0].encryptionkey: unknown key; did you mean "encryptionKey"?',
  ],
  [files({ authToken: { env: 'X' } }), 'fleet[0].authToken: unknown key; known here are files, '],
  [files({ engine: 'LEAK' }), 'fleet[0].engine: must be "libsql", or left out'],
  [files({ name: '' }), 'fleet[0].name: must not be empty or hold a NUL character'],
  [files({ create: 5 }), 'fleet[0].create: must be text'],
  [files({ label: null }), 'fleet[0].label: must be text'],
  [{ fleet: [{ files: ['LEAK'] }] }, 'fleet[0].files: must be text'],
  [{ fleet: [{ files: '' }] }, 'fleet[0].files: must not be empty or hold a NUL character'],
  [{ fleet: [{ databases: {} }] }, 'fleet[0].databases: must be a list of databases'],
  [{ fleet: [{ databases: ['LEAK'] }] }, 'fleet[0].databases[0]: must be an object'],
  [{ fleet: [{ databases: [{ url: 'a.db' }] }] }, 'fleet[0].databases[0].name: is missing'],
  [listed({ nmae: 1 }), 'fleet[0].databases[0].nmae: unknown key; did you mean "name"?'],
  [listed({ url: '' }), 'fleet[0].databases[0].url: names no database'],
  [{ fleet: [{ query: 'LEAK' }] }, 'fleet[0].query: must be an object'],
  [{ fleet: [{ query: { url: 'r.db' } }] }, 'fleet[0].query.sql: is missing'],
  [{ fleet: [], migrations: '' }, 'migrations: must not be empty or hold a NUL character'],
  [{ fleet: [], backups: 5 }, 'backups: must be text'],
  [{ fleet: [], busyTimeout: 'LEAK' }, 'busyTimeout: must be a number of milliseconds or a time'],
  [{ fleet: [], busyTimeout: -1 }, 'busyTimeout: must be a number of milliseconds or a time'],
  [
    { fleet: [], requestTimeout: 'LEAK' },
    'requestTimeout: must be a number of milliseconds or a time',
  ],
  [{ fleet: [], requestTimeout: 0 }, 'requestTimeout: must be longer than nothing'],
  [{ fleet: [], requestTimeout: '0' }, 'requestTimeout: must be longer than nothing'],
  [{ fleet: [{ sqld: 'LEAK' }] }, 'fleet[0].sqld: must be an object'],
  [{ fleet: [{ sqld: { url: 'http://h' } }] }, 'fleet[0].sqld.namespaces: is missing'],
  [sqld({ namespaces: 'LEAK' }), 'fleet[0].sqld.namespaces: must be a list of names, "discover"'],
  [sqld({ namespaces: null }), 'fleet[0].sqld.namespaces: must be a list of names, "discover"'],
  [sqld({ namespaces: ['a', '..'] }), `fleet[0].sqld.namespaces[1]: ${NAME}`],
  [sqld({ namespaces: ['LEAK'] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [sqld({ namespaces: ['a/b'] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [sqld({ namespaces: ['a\n'] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [sqld({ namespaces: ['-a'] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [sqld({ namespaces: ['x'.repeat(64)] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [sqld({ namespaces: [5] }), `fleet[0].sqld.namespaces[0]: ${NAME}`],
  [
    sqld({ namespaces: { query: { url: 'r.db' } } }),
    'fleet[0].sqld.namespaces.query.sql: is missing',
  ],
  [sqld({ namespaces: {} }), 'fleet[0].sqld.namespaces.query: is missing'],
  [sqld({ adminKey: 'LEAK' }), 'fleet[0].sqld.adminKey: a secret must not stand'],
  [sqld({ authToken: 'LEAK' }), 'fleet[0].sqld.authToken: a secret must not stand'],
  [sqld({ token: { env: 'X' } }), 'fleet[0].sqld.token: unknown key'],
  [sqld({ replicas: 'LEAK.db' }), 'fleet[0].sqld.replicas: must hold {name}, so that each'],
  [sqld({ dataDirectory: '' }), 'fleet[0].sqld.dataDirectory: must not be empty'],
  [{ fleet: [], waves: 'LEAK' }, 'waves: must be an object'],
  [{ fleet: [], waves: { canary: 0 } }, 'waves.canary: must be a count such as 10, a percentage'],
  [{ fleet: [], waves: { canary: '0%' } }, 'waves.canary: must be a count such as 10'],
  [{ fleet: [], waves: { canary: ['LEAK'] } }, 'waves.canary: must be a count such as 10'],
  [{ fleet: [], waves: { canary: { count: 'LEAK' } } }, 'waves.canary.count: must be a count'],
  [
    { fleet: [], waves: { canary: { databases: 'LEAK' } } },
    'waves.canary.databases: must be a list',
  ],
  [{ fleet: [], waves: { canary: { labels: [5] } } }, 'waves.canary.labels[0]: must be text'],
  [{ fleet: [], waves: { canary: { names: [] } } }, 'waves.canary.names: unknown key'],
  [{ fleet: [], waves: { size: 1.5 } }, 'waves.size: must be a count such as 10 or a percentage'],
  [{ fleet: [], waves: { size: '101%' } }, 'waves.size: must be a count such as 10'],
  [{ fleet: [], waves: { pause: 'LEAK' } }, 'waves.pause: must be a number of milliseconds'],
  [{ fleet: [], waves: { health: '' } }, 'waves.health: must not be empty'],
  [{ fleet: [], waves: { health: ['LEAK'] } }, 'waves.health: must be text'],
  [{ fleet: [], waves: { healthTimeout: 0 } }, 'waves.healthTimeout: must be longer than nothing'],
  [{ fleet: [], jobs: 0 }, 'jobs: must be a whole number from 1'],
  [{ fleet: [], jobs: 1.5 }, 'jobs: must be a whole number from 1'],
  [{ fleet: [], jobs: '4' }, 'jobs: must be a whole number from 1'],
  [{ fleet: [], maxFailures: '101%' }, 'maxFailures: must be a count such as 3 or a percentage'],
  [{ fleet: [], maxFailures: 1.5 }, 'maxFailures: must be a count such as 3 or a percentage'],
  [
    files({ encryptionKey: 'LEAK' }),
    'fleet[0].encryptionKey: a secret must not stand in a configuration',
  ],
  [listed({ authToken: 'LEAK' }), 'fleet[0].databases[0].authToken: a secret must not stand'],
  [files({ encryptionKey: ['LEAK'] }), 'fleet[0].encryptionKey: must be { env: "NAME" }'],
  [files({ encryptionKey: null }), 'fleet[0].encryptionKey: must be { env: "NAME" }'],
  [files({ encryptionKey: 12345 }), 'fleet[0].encryptionKey: must be { env: "NAME" }'],
  [files({ encryptionKey: {} }), 'fleet[0].encryptionKey: must have one key: { env: "NAME" }'],
  [files({ encryptionKey: { LEAK: 1 } }), 'fleet[0].encryptionKey: must be { env: "NAME" }'],
  [files({ encryptionKey: { value: 'LEAK' } }), 'fleet[0].encryptionKey: must be { env: "NAME" }'],
  [
    files({ encryptionKey: { enw: 'LEAK' } }),
    'fleet[0].encryptionKey: unknown key; did you mean "env"?',
  ],
  [
    files({ encryptionKey: { env: 'A', file: 'LEAK' } }),
    'fleet[0].encryptionKey: must have one key',
  ],
  [
    files({ encryptionKey: { env: 'LEAK-LEAK' } }),
    'fleet[0].encryptionKey: env must be the name of',
  ],
  [files({ encryptionKey: { env: ['LEAK'] } }), 'fleet[0].encryptionKey: env must be the name of'],
  [files({ encryptionKey: { file: '' } }), 'fleet[0].encryptionKey: file must be a path'],
  [
    files({ encryptionKey: { command: 'echo LEAK' } }),
    'fleet[0].encryptionKey: command must be a list',
  ],
  [files({ encryptionKey: { command: [] } }), 'fleet[0].encryptionKey: command must be a list'],
  [
    files({ encryptionKey: { command: ['', 'LEAK'] } }),
    'fleet[0].encryptionKey: command must be a list',
  ],
  [
    files({ encryptionKey: { command: ['a', 5] } }),
    'fleet[0].encryptionKey: command must be a list',
  ],
]

/** Unsound too, but a JSON Schema cannot say why. */
export const UNSOUND_BY_MEANING: readonly [config: unknown, problem: string][] = [
  [files({ name: 'a\0LEAK' }), 'fleet[0].name: must not be empty or hold a NUL character'],
  [listed({ url: 'libsql://u:LEAK@h' }), 'fleet[0].databases[0].url: holds a user, a password'],
  [listed({ url: 'a.db?authToken=LEAK' }), 'fleet[0].databases[0].url: holds a user, a password'],
  [
    listed({ url: 'a.db', syncUrl: 'https://h?authToken=LEAK' }),
    'fleet[0].databases[0].syncUrl: holds a user, a password',
  ],
  [sqld({ url: 'http://u:LEAK@h' }), 'fleet[0].sqld.url: holds a user, a password'],
  [sqld({ adminUrl: 'http://LEAK@h' }), 'fleet[0].sqld.adminUrl: holds a user, a password'],
  [{ fleet: [{ turso: 'LEAK' }] }, 'fleet[0].turso: must be an object'],
  [{ fleet: [{ turso: {} }] }, 'fleet[0].turso.organization: is missing'],
  [turso({ organization: '..' }), `fleet[0].turso.organization: ${SLUG}`],
  [turso({ organization: 'LEAK/../x' }), `fleet[0].turso.organization: ${SLUG}`],
  [turso({ organization: '' }), `fleet[0].turso.organization: ${SLUG}`],
  [turso({ group: '-LEAK' }), `fleet[0].turso.group: ${SLUG}`],
  [turso({ group: 7 }), `fleet[0].turso.group: ${SLUG}`],
  [turso({ apiToken: 'LEAK' }), 'fleet[0].turso.apiToken: a secret must not stand'],
  [turso({ authToken: 'LEAK' }), 'fleet[0].turso.authToken: a secret must not stand'],
  [turso({ token: { env: 'X' } }), 'fleet[0].turso.token: unknown key'],
  [turso({ apiUrl: 7 }), 'fleet[0].turso.apiUrl: must be text'],
  [turso({ apiUrl: 'LEAK' }), 'fleet[0].turso.apiUrl: must be a URL'],
  [turso({ apiUrl: 'http://LEAK.org' }), 'fleet[0].turso.apiUrl: must begin with https://'],
  [turso({ apiUrl: 'http://LEAK.org/localhost' }), 'fleet[0].turso.apiUrl: must begin with https'],
  [turso({ apiUrl: 'http://localhost.LEAK.org' }), 'fleet[0].turso.apiUrl: must begin with https'],
  [turso({ apiUrl: 'ftp://LEAK' }), 'fleet[0].turso.apiUrl: must begin with https://'],
  [turso({ apiUrl: 'https://u:LEAK@h' }), 'fleet[0].turso.apiUrl: must not hold a user'],
  [turso({ apiUrl: 'https://h?t=LEAK' }), 'fleet[0].turso.apiUrl: must not hold a user'],
  [listed({ url: 'mysql://LEAK' }), 'fleet[0].databases[0].url: has the unknown scheme mysql:'],
  [
    { fleet: [{ query: { url: 'https://h?token=LEAK', sql: 'select 1' } }] },
    'fleet[0].query.url: holds a user, a password',
  ],
  [{ fleet: [], busyTimeout: '999h' }, 'busyTimeout: must be a number of milliseconds or a time'],
  [
    files({ encryptionKey: { env: 'deadbeef0000deadbeefLEAK' } }),
    'fleet[0].encryptionKey: env must be the name of an environment variable, and this looks like the secret itself',
  ],
  [
    files({ encryptionKey: { file: 'eyJhbGciOiJFZERTQSJ9.LEAK.x' } }),
    'fleet[0].encryptionKey: file must be the path of a file, and this looks like the secret itself',
  ],
  [
    files({ encryptionKey: { command: ['LEAKLEAKLEAK/LEAK+LEAK=='] } }),
    'fleet[0].encryptionKey: command must be a program, and this looks like the secret itself',
  ],
]
