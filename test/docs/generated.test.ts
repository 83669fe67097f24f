import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/docs.mjs', import.meta.url))

it('what the pages show of commands is what they print now', async () => {
  const check = promisify(execFile)(process.execPath, [script, '--check'])
  await expect(check).resolves.toEqual({ stdout: '', stderr: '' })
}, 300_000)
