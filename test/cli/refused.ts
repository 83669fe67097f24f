import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { schemaErrors } from '../docs/report-schema.js'
import { type CliOptions, type CliResult, runCli } from './run-cli.js'

/** What an error says. */
export interface Refusal {
  /** The verb in the document; the default is the first argument. */
  command?: string | null
  code: string
  message: string
  hint: string
}

/**
 * Expects a command line to be refused: exit status 2; on standard error the error and nothing
 * else, on standard output nothing; with `--json` the same error as one document of the published
 * schema; and below the working directory not a byte, a name or a time is another.
 *
 * @returns all that was printed, for what must not be in it
 */
export async function expectRefused(
  args: readonly string[],
  options: CliOptions,
  { command = args[0] ?? null, ...error }: Refusal,
): Promise<string> {
  const before = stateOf(options.cwd)
  const [plain, json] = await Promise.all([runCli(args, options), runWithJson(args, options)])
  expect(plain).toEqual({ status: 2, stdout: '', stderr: linesOf(error) })
  expect(json.status).toBe(2)
  expect(JSON.parse(json.stdout)).toEqual({ schema: 1, command, error })
  expect(schemaErrors(JSON.parse(json.stdout))).toEqual([])
  expect(json.stderr).toBe(plain.stderr)
  expect(stateOf(options.cwd)).toEqual(before)
  return plain.stderr + json.stdout + json.stderr
}

function runWithJson(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const separator = args.indexOf('--')
  const end = separator === -1 ? args.length : separator
  return runCli([...args.slice(0, end), '--json', ...args.slice(end)], options)
}

/** An error as it is printed where no terminal breaks its lines. */
function linesOf({ message, hint }: { message: string; hint: string }): string {
  return `error: ${message.replaceAll('\n', '\n  ')}\n  → ${hint}\n`
}

/** All that is below a directory: names, contents, times. */
export function stateOf(directory: string): Record<string, unknown> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    ['.', ...paths].map(path => {
      const stat = lstatSync(join(directory, path), { bigint: true })
      const content = stat.isFile() ? readFileSync(join(directory, path), 'hex') : undefined
      return [path, { mtime: stat.mtimeNs, size: stat.size, content }]
    }),
  )
}
