import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

export interface CliResult {
  /** Exit status, or the signal's name when one ended it. */
  status: number | NodeJS.Signals
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd: string
  env?: Record<string, string>
  input?: string
  /** Runs as another user, where the tests run as root. */
  uid?: number
  /** The command's entry; the default is the built one. */
  bin?: string
}

/** Starts the built command line; `finished` resolves when it ends. */
export function startCli(
  args: readonly string[],
  { cwd, env = {}, input, uid, bin = built }: CliOptions,
): { child: ChildProcess; finished: Promise<CliResult> } {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    // Node warns of the two together, even when both are empty.
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', chunk => {
    stderr += chunk
  })
  child.stdin.end(input ?? '')
  const finished = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ status: code ?? signal ?? -1, stdout, stderr }))
  })
  return { child, finished }
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).finished
}

/** Runs it with `--json` and parses the document. */
export async function runJson<T = Record<string, unknown>>(
  args: readonly string[],
  options: CliOptions,
): Promise<CliResult & { document: T }> {
  const result = await runCli([...args, '--json'], options)
  return { ...result, document: JSON.parse(result.stdout) as T }
}

/** Writes files, by path relative to a directory. */
export function writeFiles(directory: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** A fleet in `databases/*.db` and two migrations with tables `a` and `b`. */
export const TWO_MIGRATIONS = {
  'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
  'migrations/20260101000000_create_a.up.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);\n',
  'migrations/20260101000000_create_a.down.sql': 'DROP TABLE a;\n',
  'migrations/20260102000000_create_b.up.sql':
    'CREATE TABLE b (id INTEGER PRIMARY KEY);\nCREATE INDEX b_id ON b (id);\n',
  'migrations/20260102000000_create_b.down.sql': 'DROP TABLE b;\n',
}
