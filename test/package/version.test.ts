import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { version } from '../../src/version.js'
import { runCli } from '../cli/run-cli.js'

it('the version is that of package.json, in the sources and on the command line', async () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  expect(version).toBe(JSON.parse(manifest).version)
  expect((await runCli(['--version'], { cwd: '.' })).stdout).toBe(`${version}\n`)
})
